"""Smaller inputs that still show a difference: the first counterexample is seldom good to read.

Not Hypothesis' shrinker: that one replays the choices of a strategy, and most counterexamples did not come
from one (they are recorded, mined, or mutated). Here values themselves are made smaller: first fewer
elements, then simpler ones, until no step helps.
"""

import collections
import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from optimizer.workloads.plain import OneShot, show_value

Values = Mapping[str, object]
Steps = Callable[[object, int], Iterator[object]]
Item = TypeVar("Item")
_ORDERED = (list, tuple, collections.deque, OneShot)
_SETS = (set, frozenset)
_PLAIN = (int, float, str, bytes)
_DEPTH = 6
_LOOK = 60  # elements that are made simpler one by one
_SHOWN = 100_000


def shrink(values: Values, fails: Callable[[Values], bool], optional: frozenset[str] = frozenset()) -> Values:
    """The smallest values found that still fail. `fails` is asked for every step, and may end the search by
    saying no to everything that follows. `optional`: parameters that can be left out."""
    current, before = dict(values), None
    while current != before:
        before = current
        current = _as_far_as(current, fails, lambda now: _with(now, fewer, optional))
        current = _as_far_as(current, fails, lambda now: _with(now, simpler, frozenset()))
    return current


def _as_far_as(
    current: dict[str, object],
    fails: Callable[[Values], bool],
    steps: Callable[[dict[str, object]], Iterator[dict[str, object]]],
) -> dict[str, object]:
    improved = True
    while improved:
        improved = False
        for smaller in steps(current):
            if _cost(smaller) < _cost(current) and fails(smaller):
                current, improved = smaller, True
                break
    return current


def _with(
    values: dict[str, object], steps: Callable[[object], Iterator[object]], optional: frozenset[str]
) -> Iterator[dict[str, object]]:
    for name in [name for name in values if name in optional]:
        yield {key: value for key, value in values.items() if key != name}
    for name, value in values.items():
        shared = [key for key, other in values.items() if other is value]
        for made in steps(value):
            if len(shared) > 1:
                yield {**values, **dict.fromkeys(shared, made)}
            yield {**values, name: made}


def _cost(values: Values) -> tuple[int, int, str]:
    """Leaves first, then how it looks."""
    text = ", ".join(show_value(value, _SHOWN) for value in values.values()).replace("False", "0")
    return len(values) + sum(_leaves(value) for value in values.values()), len(text), text


def _leaves(value: object, depth: int = 0) -> int:
    if isinstance(value, str | bytes):
        return 1 + len(value)
    if depth > 20:
        return 1
    if isinstance(value, dict):
        return 1 + sum(_leaves(part, depth + 1) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | set | frozenset | collections.deque):
        return 1 + sum(_leaves(part, depth + 1) for part in value)
    return 1


def fewer(value: object, depth: int = 0) -> Iterator[object]:
    """With less in it, the boldest steps first: without a half, a quarter, ... and without one."""
    if type(value) is str:
        yield from ("".join(part) for part in _without(list(value)))
    elif type(value) is bytes:
        yield from (bytes(part) for part in _without(list(value)))
    elif type(value) is dict:
        yield from (dict(part) for part in _without(list(value.items())))
        yield from _inside_dict(value, fewer, depth)
    elif type(value) in _ORDERED or type(value) in _SETS:
        yield from (_like(value, part) for part in _without(_items(value)))
        yield from _inside(value, fewer, depth)


def simpler(value: object, depth: int = 0) -> Iterator[object]:
    """With as much in it, but plainer."""
    if type(value) is bool:
        yield from (False,) if value else ()
    elif type(value) is int:
        yield from _integers(value)
    elif type(value) is float:
        yield from _floats(value)
    elif type(value) is str:
        yield from ("".join(part) for part in _plainer(list(value), lambda one: min(one, "a")))
    elif type(value) is dict:
        yield from _inside_dict(value, simpler, depth)
        for key in list(value)[:_LOOK]:
            for made in simpler(key):
                yield {(made if name is key else name): item for name, item in value.items()}
    elif type(value) in _ORDERED or type(value) in _SETS:
        yield from (_like(value, part) for part in _plainer(_items(value), _plainest))
        yield from _inside(value, simpler, depth)
        items = _items(value)
        yield _like(value, items[:1] * len(items))


def _items(value: object) -> list[object]:
    found: list[object] = list(value)  # type: ignore[call-overload]  # only of what can be gone through
    return sorted(found, key=repr) if type(value) in _SETS else found


def _like(value: object, items: list[object]) -> object:
    make: Callable[[list[object]], object] = type(value)
    return make(items)


def _inside(value: object, steps: Steps, depth: int) -> Iterator[object]:
    items = _items(value) if depth < _DEPTH else []
    left = [at for at, item in enumerate(items) if type(item) not in _PLAIN or item != type(item)()]
    for at in left[:_LOOK]:
        item = items[at]
        for made in steps(item, depth + 1):
            with contextlib.suppress(TypeError):  # a set's element may have become one that cannot be
                yield _like(value, [*items[:at], made, *items[at + 1 :]])


def _inside_dict(value: dict[object, object], steps: Steps, depth: int) -> Iterator[object]:
    for key, item in list(value.items())[:_LOOK] if depth < _DEPTH else ():
        for made in steps(item, depth + 1):
            yield {**value, key: made}


def _without(items: list[Item]) -> Iterator[list[Item]]:
    """Delta debugging: in chunks that become smaller. Of many elements not each is tried alone: where a size
    is what matters, none can go."""
    chunk = len(items)
    while chunk > len(items) // 32:
        for start in range(0, len(items), chunk):
            yield items[:start] + items[start + chunk :]
        chunk //= 2
    if chunk:
        yield from (items[1:], items[:-1])


def _plainer(items: list[Item], plain: Callable[[Item], Item]) -> Iterator[list[Item]]:
    """All made plain at once, then a half, a quarter, ... and each."""
    chunk = len(items)
    while chunk:
        for start in range(0, len(items), chunk):
            part = items[start : start + chunk]
            made = [plain(item) for item in part]
            if repr(made) != repr(part):
                yield items[:start] + made + items[start + chunk :]
        chunk //= 2


def _plainest(value: object) -> object:
    """Of the same type and build."""
    if type(value) in _PLAIN:
        return type(value)()
    if type(value) in (list, tuple):
        return _like(value, [_plainest(item) for item in _items(value)])
    return value


def _integers(value: int) -> Iterator[int]:
    """Towards zero: at once, to small ones, by halves, then by ones."""
    sign = 1 if value >= 0 else -1
    if value < 0:
        yield -value
    yield from (sign * small for small in (0, 1, 2, 3, 10, 100, 1000, 10**6) if small < abs(value))
    step = abs(value)
    while step:
        yield sign * (abs(value) - step)
        step //= 2


def _floats(value: float) -> Iterator[float]:
    yield from (0.0, 1.0)
    if math.isfinite(value):
        yield from (float(int(value)), round(value, 1), -value if value < 0 else value)
        yield from (float(whole) for whole in _integers(int(value)))
