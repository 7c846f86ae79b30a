"""Larger inputs of the same shape: distinct stays distinct, sorted stays sorted, permutations stay so."""

import collections
from collections.abc import Iterator, Sequence
from random import Random

from optimizer.domain.workloads import Input
from optimizer.workloads.calls import Base, Target, Values, fresh, over, values_of
from optimizer.workloads.generated import Plan
from optimizer.workloads.plain import size_of_call

FACTORS = (4, 16, 64)
_MOST = 100_000  # leaves of a scaled input
_MOST_NUMBER = 10**6  # of a number that acts as a size
_STRETCH = 60  # times
_DEPTH = 4
_DEEPEST = 20  # levels; what is deeper, or holds itself, is not grown


def scale(plan: Plan, ordinary: Sequence[Values]) -> tuple[Input, ...]:
    """For each factor a few visible inputs and a held-out one. `ordinary`: values that were drawn, to
    start from where nothing was recorded."""
    random = Random(f"{plan.target.function.content_hash}:{plan.seed}:scale")
    found: dict[str, Input] = {}
    for factor in FACTORS:
        for number, (base, values) in enumerate(_starts(plan, ordinary)):
            for kind, larger in _larger(values, factor, random):
                held_out = number == 1
                item = _assemble(plan.target, base, values, larger, (held_out, f"scaled x{factor}: {kind}"))
                if item is not None:
                    found.setdefault(item.id, item)
    for base, values in _starts(plan, ordinary):
        item = _assemble(plan.target, base, values, stretched(values), (True, "scaled: stretched"))
        if item is not None:
            found.setdefault(item.id, item)
    return tuple(found.values())


def stretched(values: Values) -> dict[str, object]:
    """Every character of every text many times, every item of every list: what one is of another (its
    beginning, its reverse, a selection, the same letters in another order), it stays."""
    found: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, str):
            found[name] = "".join(character * _STRETCH for character in value)
        elif isinstance(value, list) and _leaves_after(value, _STRETCH) <= _MOST:
            found[name] = [item for item in value for _ in range(_STRETCH)]
    return found if len(found) > 1 else {}


def _starts(plan: Plan, ordinary: Sequence[Values]) -> list[tuple[Base | None, Values]]:
    """What is scaled: the largest, one in the middle (held out once scaled), and one more."""
    if plan.bases:
        ordered = sorted(plan.bases, key=lambda base: base.size, reverse=True)
        picked = [ordered[0], ordered[len(ordered) // 2], ordered[len(ordered) // 4]]
        return [(base, values_of(plan.target, base)) for base in picked]
    whole = sorted(ordinary, key=lambda values: size_of_call(values.values()), reverse=True)
    return [(None, whole[at]) for at in (0, len(whole) // 8, len(whole) // 4)] if whole else []


def _assemble(
    target: Target, base: Base | None, values: Values, larger: Values, role: tuple[bool, str]
) -> Input | None:
    if base is not None:
        return over(target, base, larger, *role)
    return fresh(target, {**values, **larger}, *role)


def _larger(values: Values, factor: int, random: Random) -> Iterator[tuple[str, dict[str, object]]]:
    """The containers grown; apart from that the numbers, one at a time: one of them may be a size."""
    lengths = {len(value) for value in values.values() if isinstance(value, list | str | tuple)}
    grown = {
        name: grow(value, factor, random)
        for name, value in values.items()
        if isinstance(value, list | str | bytes | tuple | dict | set | frozenset | collections.deque)
        and _depth(value) < _DEEPEST
    }
    for name, value in values.items():
        if grown and type(value) is int and value in lengths and value > 1:
            grown[name] = value * factor  # goes with the length of something
    if any(item != values[name] for name, item in grown.items()) and size_of_call(grown.values()) <= _MOST:
        yield "elements", grown
    for name, value in values.items():
        if type(value) is int and 0 < value * factor <= _MOST_NUMBER:
            yield name, {name: value * factor}


def grow(value: object, factor: int, random: Random, depth: int = 0) -> object:
    """About `factor` times as many elements; a new value, the given one is not changed."""
    if not isinstance(value, str | bytes) and _leaves_after(value, factor) > _MOST:
        return value
    if isinstance(value, str):
        return _text(value, factor, random)
    if isinstance(value, bytes):
        pieces = [value[at : at + 4] for at in range(0, len(value), 4)] * factor
        return b"".join(random.sample(pieces, len(pieces)))
    if isinstance(value, dict):
        return _dict(value, factor, random)
    if isinstance(value, list | tuple | collections.deque):
        items = _items(list(value), factor, random, depth)
        return items if type(value) is list else type(value)(items)
    if isinstance(value, set | frozenset):
        ordered = sorted(value, key=lambda item: (type(item).__name__, repr(item)))
        return type(value)(_items(ordered, factor, random, depth))
    return value


def _depth(value: object, above: int = 0) -> int:
    if above >= _DEEPEST or not isinstance(value, list | tuple | dict | set | frozenset | collections.deque):
        return above
    parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    deepest = above
    for part in parts:
        deepest = max(deepest, _depth(part, above + 1))
        if deepest >= _DEEPEST:
            break
    return deepest


def _leaves_after(value: object, factor: int) -> int:
    return size_of_call([value]) * factor if isinstance(value, list | tuple | dict | set | frozenset) else 0


def _text(value: str, factor: int, random: Random) -> str:
    """Its pieces in another order, as often: words stay words, digits stay digits."""
    pieces = value.split(" ") if " " in value else [value[at : at + 3] for at in range(0, len(value), 3)]
    if value == value[::-1] and len(value) > 1:  # a palindrome stays one
        half = _text_of(pieces, factor, random, "")
        return half + half[::-1]
    return _text_of(pieces, factor, random, " " if " " in value else "")


def _text_of(pieces: list[str], factor: int, random: Random, between: str) -> str:
    copies = [pieces, *(random.sample(pieces, len(pieces)) for _ in range(factor - 1))]
    return between.join(piece for copy in copies for piece in copy)


def _items(items: list[object], factor: int, random: Random, depth: int) -> list[object]:
    if not items:
        return items
    if _is_permutation(items):
        longer: list[object] = list(range(len(items) * factor))
        return longer if _in_order(items) else random.sample(longer, len(longer))
    if depth < _DEPTH and _is_matrix(items):
        return _matrix(items, factor, random, depth)
    result = list(items)
    distinct = len({_key(item) for item in items}) / len(items)
    step = _step(items)
    for copy in range(1, factor):
        for item in random.sample(items, len(items)):
            result.append(_other(item, copy * step, copy, random) if random.random() < distinct else item)
    if _in_order(items):
        return _sorted(result, descending=len(items) > 1 and items != _sorted(items, descending=False))
    return result


def _is_permutation(items: list[object]) -> bool:
    return (
        len(items) > 1
        and all(type(item) is int for item in items)
        and {_key(item) for item in items} == {_key(number) for number in range(len(items))}
    )


def _is_matrix(items: list[object]) -> bool:
    widths = {len(item) if isinstance(item, list) else -1 for item in items}
    return len(items) > 1 and len(widths) == 1 and widths.pop() > 1


def _matrix(items: list[object], factor: int, random: Random, depth: int) -> list[object]:
    """Rows and columns grow alike, so that a square stays one."""
    side = max(2, round(factor**0.5))
    wide = [grow(item, side, random, depth + _DEPTH) for item in items]
    rows = [item for item in wide if isinstance(item, list)]
    return [*rows, *(random.sample(row, len(row)) for _ in range(side - 1) for row in rows)]


def _in_order(items: list[object]) -> bool:
    ordered = _sorted(items, descending=False)
    return len(items) > 1 and items in (ordered, ordered[::-1])


def _sorted(items: list[object], *, descending: bool) -> list[object]:
    try:
        return sorted(items, reverse=descending)  # type: ignore[type-var]  # they may not compare
    except TypeError:
        return items


def _key(item: object) -> object:
    return type(item).__name__, repr(item)


def _step(items: Sequence[object]) -> int:
    """Added to the numbers of a copy, it makes them distinct from those of the others."""
    numbers = [item for item in items if type(item) in (int, float) and isinstance(item, int | float)]
    finite = [number for number in numbers if abs(number) < 1e15]
    return int(max(finite) - min(finite)) + 1 if finite else 1


def _other(item: object, offset: int, copy: int, random: Random) -> object:
    """Like the item, and distinct from it."""
    if type(item) is int:
        return item + offset
    if isinstance(item, float):
        return item + offset
    if isinstance(item, str):
        return f"{item}{copy}" if not item.isalpha() else item + _letters(copy)
    if isinstance(item, tuple):
        return tuple(_other(part, offset, copy, random) for part in item)
    if isinstance(item, list):
        step = _step(item) * copy
        return [_other(part, step, copy, random) for part in random.sample(item, len(item))]
    if isinstance(item, dict):
        return {key: _other(part, offset, copy, random) for key, part in item.items()}
    return item


def _letters(number: int) -> str:
    return chr(97 + number % 26) + (_letters(number // 26) if number >= 26 else "")


def _dict(value: dict[object, object], factor: int, random: Random) -> dict[object, object]:
    """More entries. Values that name keys (a graph) go on naming keys of their own copy, or the next."""
    keys = {_key(key) for key in value}
    step = _step([key for key in value if type(key) is int])
    result = dict(value)
    for copy in range(1, factor):
        for key, item in value.items():
            nearby = copy if random.random() < 0.8 else copy - 1
            renamed = _renamed(item, keys, step, nearby)
            result[_copied(key, step, copy)] = (
                renamed if renamed != item else _other(item, copy, copy, random)
            )
    return result


def _copied(key: object, step: int, copy: int) -> object:
    if copy == 0:
        return key
    if type(key) is int:
        return key + step * copy
    return f"{key}{copy}" if isinstance(key, str) else (key, copy)


def _renamed(item: object, keys: set[object], step: int, copy: int) -> object:
    if isinstance(item, dict):
        return {_renamed(k, keys, step, copy): part for k, part in item.items()}
    if isinstance(item, list | tuple | set | frozenset):
        return type(item)([_renamed(part, keys, step, copy) for part in item])
    return _copied(item, step, copy) if _key(item) in keys else item
