"""Small changes to recorded values: what is related in them mostly stays related.

Values drawn at random mostly make a function raise; a recorded value with one element doubled mostly does
not, and comes close to the edges that matter.
"""

from collections.abc import Callable
from random import Random
from typing import TypeVar

from optimizer.workloads.plain import show_value

_DEPTH = 4
_T = TypeVar("_T")


def mutate(value: object, random: Random, depth: int = 0) -> object:
    """A new value; the given one is not changed. Values of other types come back as they are."""
    if depth < _DEPTH and _has_items(value) and random.random() < 0.4:
        return _inside(value, random, depth)
    if isinstance(value, bool) or value is None:
        return (not value) if isinstance(value, bool) else value
    if isinstance(value, int):
        return _integer(value, random)
    if isinstance(value, float):
        return random.choice([value + 1.0, -value, value / 2, value * 10, value // 1.0])
    if isinstance(value, str):
        return "".join(_sequence(list(value), random, _character))
    if isinstance(value, bytes):
        return _octets(value, random)
    return _collection(value, random, depth)


def _integer(value: int, random: Random) -> int:
    return random.choice([value + 1, value - 1, -value, 2 * value, value // 2, 0, 1, value + 10])


def _character(item: str, random: Random) -> str:
    return random.choice([item.swapcase(), item + item, " ", chr((ord(item) + 1) % 0xD800)])


def _octets(value: bytes, random: Random) -> bytes:
    octets: list[int] = [int(item) for item in value]
    changed: list[int] = _sequence(octets, random, lambda item, _: item ^ 1)
    return bytes(changed)


def _collection(value: object, random: Random, depth: int) -> object:
    def near(item: object, source: Random) -> object:
        return mutate(item, source, depth + 1)

    if isinstance(value, list | tuple):
        changed = _sequence(list(value), random, near)
        return changed if isinstance(value, list) else tuple(changed)
    if isinstance(value, set | frozenset):
        items = sorted(value, key=lambda item: show_value(item, 200))
        return type(value)(item for item in _sequence(items, random, near) if _hashable(item))
    if isinstance(value, dict):
        return _dict(value, random, depth)
    return value


def _has_items(value: object) -> bool:
    return isinstance(value, list | tuple | dict) and len(value) > 0


def _inside(value: object, random: Random, depth: int) -> object:
    """One element is changed, the others stay."""
    if isinstance(value, dict):
        key = random.choice(list(value))
        return {
            name: mutate(item, random, depth + 1) if name == key else item for name, item in value.items()
        }
    if not isinstance(value, list | tuple):
        return value
    at = random.randrange(len(value))
    items = [mutate(item, random, depth + 1) if number == at else item for number, item in enumerate(value)]
    return items if isinstance(value, list) else tuple(items)


def _sequence(items: list[_T], random: Random, near: Callable[[_T, Random], _T]) -> list[_T]:
    if not items:
        return items
    at, other = random.randrange(len(items)), random.randrange(len(items))
    changes: list[Callable[[], list[_T]]] = [
        lambda: items[:at] + items[at + 1 :],
        lambda: [*items[:at], items[at], *items[at:]],
        lambda: [*items, items[at]],
        lambda: items[::-1],
        lambda: random.sample(items, len(items)),
        lambda: _ordered(items),
        lambda: [items[at]] * len(items),
        lambda: items[: max(1, at)],
        lambda: items + items,
        lambda: [items[other] if number == at else item for number, item in enumerate(items)],
        lambda: [near(item, random) if number == at else item for number, item in enumerate(items)],
    ]
    return random.choice(changes)()


def _ordered(items: list[_T]) -> list[_T]:
    return sorted(items, key=lambda item: (type(item).__name__, item if _simple(item) else repr(item)))


def _simple(item: object) -> bool:
    return isinstance(item, int | float | str)


def _dict(value: dict[object, object], random: Random, depth: int) -> dict[object, object]:
    keys = list(value)
    if not keys:
        return dict(value)
    gone, other = random.choice(keys), random.choice(keys)
    changes: list[Callable[[], dict[object, object]]] = [
        lambda: {key: item for key, item in value.items() if key != gone},
        lambda: dict(reversed(value.items())),
        lambda: {**value, gone: value[other], other: value[gone]},
        lambda: dict.fromkeys(value, value[gone]),
        lambda: {**value, _new_key(gone, random, depth): value[gone]},
    ]
    return random.choice(changes)()


def _new_key(key: object, random: Random, depth: int) -> object:
    changed = mutate(key, random, depth + 1)
    return changed if _hashable(changed) else key


def _hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
