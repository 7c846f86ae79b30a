"""Values of a shape around a given one, with what was mined put into them, and quick random ones.

The random ones are not Hypothesis' (drawing.py): a search makes thousands of them, and a Hypothesis example
costs about a millisecond, many times what the call costs that it is made for.
"""

import collections
import itertools
from collections.abc import Callable, Iterator, Sequence
from random import Random

from optimizer.workloads.fitting import fits
from optimizer.workloads.mined import Mined
from optimizer.workloads.plain import OneShot
from optimizer.workloads.shapes import (
    Anything,
    Binary,
    Choice,
    Constants,
    Floats,
    Ints,
    Mapping,
    Record,
    Series,
    Shape,
    Struct,
    Texts,
)

_DEPTH = 3
_LARGE = 600  # elements above which one filling will do
_ANYTHING = (Ints(), Texts(), Series("list", Ints()), Floats(), Series("list", Texts()))
_MAKERS: dict[str, Callable[[list[object]], object]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "deque": collections.deque,
    "iterator": OneShot,
}


def planted(shape: Shape, value: object, mined: Mined, random: Random, depth: int = 0) -> Iterator[object]:
    """Values like the given one with one mined thing in them: an element, a key, a part, a size."""
    match shape:
        case Choice(options):
            yield from _in_turn([planted(one, value, mined, random, depth) for one in options])
        case Anything():
            fitting = [one for one in _ANYTHING if fits(one, value)] or [_ANYTHING[0]]
            yield from _in_turn([planted(one, value, mined, random, depth) for one in fitting])
        case Constants(values):
            yield from values
        case Ints():
            yield from mined.numbers
        case Floats():
            yield from _in_turn([iter(mined.floats), iter(mined.numbers)])
        case Binary():
            yield from (part for one in mined.octets for part in (one, one + b"a", b"a" + one))
        case Texts():
            yield from _in_text(shape, value, mined, random)
        case Series() | Record() | Mapping() | Struct() if depth < _DEPTH:
            yield from _in_container(shape, value, mined, random, depth)


def _in_text(shape: Texts, value: object, mined: Mined, random: Random) -> Iterator[object]:
    text = value if isinstance(value, str) else random_text(shape, random, 5)
    filler = (shape.alphabet or "ab")[:8]
    parts = [
        part
        for one in mined.texts
        for part in (one, one + text, text + one, text[: len(text) // 2] + one + text[len(text) // 2 :])
    ]
    sized = [(filler * size)[:size] for size in mined.sizes]
    yield from _in_turn([iter(parts), iter(sized)])


def _in_container(
    shape: Series | Record | Mapping | Struct, value: object, mined: Mined, random: Random, depth: int
) -> Iterator[object]:
    def inner(part: Shape, item: object) -> Iterator[object]:
        return planted(part, item, mined, random, depth + 1)

    match shape:
        case Series():
            items = _items_of(shape, value, random)
            sample = items[0] if items else random_value(shape.item, random, 3)
            yield from _in_turn(
                [_elements(shape, items, inner(shape.item, sample)), _sized(shape, mined, random)]
            )
        case Record(parts):
            fields = list(value) if isinstance(value, tuple) and len(value) == len(parts) else None
            if fields is not None:
                yield from _in_turn(
                    [_at(fields, at, inner(part, fields[at])) for at, part in enumerate(parts)]
                )
        case Struct(named):
            known = dict(value) if isinstance(value, dict) else None
            if known is not None:
                yield from _in_turn(
                    [_under(known, name, inner(part, known.get(name))) for name, part in named]
                )
        case Mapping():
            entries = dict(value) if isinstance(value, dict) else {}
            yield from _in_turn(
                [
                    _keys(entries, inner(shape.key, next(iter(entries), None)), shape, random),
                    *(_under(entries, key, inner(shape.value, entries[key])) for key in list(entries)[:2]),
                    _sized_mapping(shape, mined, random),
                ]
            )


def _elements(shape: Series, items: list[object], variants: Iterator[object]) -> Iterator[object]:
    """One mined element alone, before, among, after, and twice among the others, in turn."""
    for number, one in enumerate(variants):
        middle = len(items) // 2
        places = (
            [*items, one],
            [*items[:middle], one, *items[middle + 1 :]],
            [one, *items],
            [*items[:middle], one, *items[middle:], one],
            [one],
        )
        for place in (number, number + 2):
            made = series(shape, places[place % len(places)])
            if made is not None:
                yield made


def _sized(shape: Series, mined: Mined, random: Random) -> Iterator[object]:
    """Of every mined size: random, distinct ones in order, and two in turn."""
    for size in mined.sizes:
        pool = [random_value(shape.item, random, 3) for _ in range(min(size, 40))]
        fillings = [[random.choice(pool) for _ in range(size)]]
        if size <= _LARGE:
            fillings += [_distinct(shape.item, size, random), (pool[:2] * size)[:size]]
        for filling in fillings:
            made = series(shape, filling)
            if made is not None:
                yield made


def _distinct(shape: Shape, size: int, random: Random) -> list[object]:
    if isinstance(shape, Ints):
        return list(range(size))
    if isinstance(shape, Floats):
        return [number + 0.5 for number in range(size)]
    if isinstance(shape, Texts):
        return [f"{random_text(shape, random, 2)}{number}" for number in range(size)]
    return [random_value(shape, random, 3) for _ in range(size)]


def _keys(
    entries: dict[object, object], keys: Iterator[object], shape: Mapping, random: Random
) -> Iterator[object]:
    for key in keys:
        if hashable(key):
            yield {**entries, key: random_value(shape.value, random, 3)}


def _sized_mapping(shape: Mapping, mined: Mined, random: Random) -> Iterator[object]:
    for size in mined.sizes:
        if size <= _LARGE:
            keys = [key for key in _distinct(shape.key, size, random) if hashable(key)]
            yield {key: random_value(shape.value, random, 3) for key in keys}


def _at(items: list[object], at: int, variants: Iterator[object]) -> Iterator[object]:
    for one in variants:
        yield (*items[:at], one, *items[at + 1 :])


def _under(entries: dict[object, object], key: object, variants: Iterator[object]) -> Iterator[object]:
    for one in variants:
        yield {**entries, key: one}


def _items_of(shape: Series, value: object, random: Random) -> list[object]:
    if isinstance(value, list | tuple | collections.deque):
        return list(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return [random_value(shape.item, random, 3) for _ in range(3)]


def random_value(shape: Shape, random: Random, span: int, depth: int = 0) -> object:
    """A value of the shape with at most `span` elements; small numbers and repetitions are likely."""
    match shape:
        case Choice(options) if options:
            return random_value(random.choice(options), random, span, depth)
        case Constants(values) if values:
            return random.choice(values)
        case Ints(low, high):
            smallest = 0 if low >= 0 else -2
            return random.choice([random.randint(smallest, 3), random.randint(low, max(low, high))])
        case Floats(low, high):
            return random.choice([float(random.randint(-2, 3)), random.uniform(low, high)])
        case Texts():
            return random_text(shape, random, span)
        case Binary():
            return bytes(random.choice(b"ab\0\xff") for _ in range(random.randint(0, span)))
        case Anything():
            return random_value(random.choice(_ANYTHING), random, span, depth)
        case _:
            return _random_container(shape, random, span, depth)


def _random_container(shape: Shape, random: Random, span: int, depth: int) -> object:
    def some(part: Shape) -> object:
        return random_value(part, random, max(1, span // 2), depth + 1)

    size = random.randint(0, span if depth < 5 else 0)
    match shape:
        case Series():
            items = [some(shape.item) for _ in range(size)]
            if items and random.random() < 0.4:
                items = [random.choice(items[:2]) for _ in items]
            return series(shape, items) if series(shape, items) is not None else series(shape, [])
        case Record(parts):
            return tuple(some(part) for part in parts)
        case Struct(fields):
            return {name: some(part) for name, part in fields}
        case Mapping():
            keys = [key for key in (some(shape.key) for _ in range(size)) if hashable(key)]
            return _mapping(shape.kind, {key: some(shape.value) for key in keys})
        case _:
            return None


def _mapping(kind: str, entries: dict[object, object]) -> object:
    if kind == "OrderedDict":
        return collections.OrderedDict(entries)
    if kind == "Counter":
        return collections.Counter({key: item for key, item in entries.items() if isinstance(item, int)})
    return collections.defaultdict(int, entries) if kind == "defaultdict" else entries


def random_text(shape: Texts, random: Random, span: int) -> str:
    if shape.examples and random.random() < 0.2:
        return random.choice(shape.examples)
    alphabet = shape.alphabet or "ab"
    few = random.sample(alphabet, min(2, len(alphabet))) if random.random() < 0.5 else alphabet
    return "".join(random.choice(few) for _ in range(random.randint(0, span)))


def series(shape: Series, items: Sequence[object]) -> object:
    """None where the elements cannot be in it."""
    try:
        return _MAKERS.get(shape.kind, list)(list(items))
    except TypeError:
        return None


def hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _in_turn(streams: Sequence[Iterator[object]]) -> Iterator[object]:
    missing = object()
    for row in itertools.zip_longest(*streams, fillvalue=missing):
        yield from (one for one in row if one is not missing)
