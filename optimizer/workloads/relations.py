"""Values that stand in a relation: equal, the same object, reversed, one in the other; and patterns.

Drawn one by one, two arguments are hardly ever equal, and a list is hardly ever a palindrome.
"""

import copy
from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from optimizer.workloads.planting import hashable

_Sliced = TypeVar("_Sliced", list[object], tuple[object, ...], str)


def related(one: object, other: object, random: Random, distances: Sequence[int] = ()) -> Iterator[object]:
    """What could stand in the place of `other` beside `one`. `distances`: mined numbers, by which they may
    lie apart."""
    yield one  # the same object
    yield copy.deepcopy(one)
    if isinstance(one, list):
        yield from _of_sequence(one, random)
    if isinstance(one, tuple):
        yield from _of_sequence(one, random)
    if isinstance(one, str):
        yield from _of_sequence(one, random)
        if isinstance(other, str):
            yield from (one + other, other + one)
    if isinstance(one, list | tuple | str | bytes | dict | set | frozenset):
        size = len(one)
        yield from (size, size - 1, size + 1, size // 2, *(size + step for step in distances))
    if isinstance(one, dict | set | frozenset):
        yield from sorted(one, key=repr)[:2]
        yield list(one)
    if isinstance(one, int | float):
        yield from (one + 1, one - 1, -one, 2 * one, *(one + step for step in distances))
    yield from _holding(one, other)


def _of_sequence(one: _Sliced, random: Random) -> Iterator[object]:
    yield one[::-1]
    if len(one) > 0:
        yield from (one[: len(one) // 2], one[len(one) // 2 :], one[1:], one[:-1], one + one[-1:])
        at = random.randrange(len(one))
        yield from (one[at], one[-1], one[0], one[at : at + 1])
    yield one + one


def _holding(one: object, other: object) -> Iterator[object]:
    """`other`, with `one` in it."""
    if isinstance(other, list):
        yield from ([*other, one], [one, *other], [one])
    elif isinstance(other, tuple):
        yield (*other, one)
    elif isinstance(other, dict) and hashable(one):
        yield {**other, one: next(iter(other.values()), 0)}
    elif isinstance(other, set | frozenset) and hashable(one):
        yield other | {one}


def patterned(value: object, random: Random) -> Iterator[object]:
    """The same elements in a pattern: in order, in reverse, mirrored, all alike, shared, ends alike."""
    if isinstance(value, str):
        for made in patterned(list(value), random):
            if isinstance(made, list) and all(isinstance(item, str) for item in made):
                yield "".join(made)
    elif isinstance(value, tuple):
        for made in patterned(list(value), random):
            yield tuple(made) if isinstance(made, list) else made
    elif isinstance(value, dict) and value:
        yield dict(sorted(value.items(), key=repr))
        yield dict.fromkeys(value, next(iter(value.values())))
        yield dict(reversed(value.items()))
    elif isinstance(value, list) and value:
        yield from _patterned_list(value, random)


def _patterned_list(value: list[object], random: Random) -> Iterator[object]:
    ordered = _ordered(value)
    yield from (ordered, ordered[::-1], value + value[::-1], value + value[-2::-1], value[:1] * len(value))
    yield [*value, value[0]]
    yield [item for item in value for _ in (0, 1)]
    yield value[:1] * 2 + value[1:]
    if all(type(item) is int for item in value):
        yield list(range(len(value)))
        yield list(range(len(value), 0, -1))
        yield random.sample(range(1, len(value) + 1), len(value))
        yield [len(value)] * len(value)
        yield [0] * len(value)
    if isinstance(value[0], list):
        yield [value[0]] * len(value)
        yield [row[: len(value)] if isinstance(row, list) else row for row in value]


def _ordered(value: list[object]) -> list[object]:
    try:
        return sorted(value)  # type: ignore[type-var]  # that they may not compare is expected
    except TypeError:
        return sorted(value, key=repr)


def retyped(value: object, random: Random, depth: int = 0) -> object:
    """One leaf becomes what equals it, or nearly, and is of another type: 1, 1.0 and True; 0.0 and -0.0."""
    if isinstance(value, list | tuple) and value and depth < 5:
        at = random.randrange(len(value))
        items = [retyped(item, random, depth + 1) if n == at else item for n, item in enumerate(value)]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict) and value and depth < 5:
        key = random.choice(list(value))
        return {
            name: retyped(item, random, depth + 1) if name == key else item for name, item in value.items()
        }
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        near: list[object] = [bool(value), float(value) if abs(value) < 2**60 else value]
        return random.choice(near)
    if isinstance(value, float):
        return random.choice([-value, int(value) if abs(value) < 2**60 else value, value + 0.5])
    return value
