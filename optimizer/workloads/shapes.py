"""What the values of a parameter look like: read off observed values, or off annotations."""

import collections
import math
from collections.abc import Iterable
from dataclasses import dataclass

_LOOK = 60  # elements of a container that are looked at
_DEPTH = 6
_EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class Ints:
    low: int = -20
    high: int = 100


@dataclass(frozen=True, slots=True)
class Floats:
    low: float = -100.0
    high: float = 100.0


@dataclass(frozen=True, slots=True)
class Texts:
    alphabet: str = "abcdeABC xyz019_-."
    low: int = 0  # characters
    high: int = 16
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    low: int = 0
    high: int = 16


@dataclass(frozen=True, slots=True)
class Constants:
    """One of a few values: None, the booleans, literals."""

    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """list, tuple, set, frozenset, deque or iterator of items that look alike."""

    kind: str
    item: "Shape"
    low: int = 0  # elements
    high: int = 12


@dataclass(frozen=True, slots=True)
class Record:
    """A tuple of fixed length."""

    items: tuple["Shape", ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    kind: str  # dict, OrderedDict, Counter or defaultdict
    key: "Shape"
    value: "Shape"
    low: int = 0
    high: int = 8


@dataclass(frozen=True, slots=True)
class Struct:
    """A dict that always has the same string keys."""

    fields: tuple[tuple[str, "Shape"], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple["Shape", ...]


@dataclass(frozen=True, slots=True)
class Anything:
    pass


@dataclass(frozen=True, slots=True)
class Opaque:
    """Nothing that can be made out of builtin values."""

    name: str = ""


Shape = (
    Ints
    | Floats
    | Texts
    | Binary
    | Constants
    | Series
    | Record
    | Mapping
    | Struct
    | Choice
    | Anything
    | Opaque
)
NONE = Constants((None,))
BOOL = Constants((False, True))


def shape_of(value: object, depth: int = 0) -> Shape:
    """The shape of one builtin value."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return Ints(value, value)
    if isinstance(value, float):
        number = value if math.isfinite(value) else 0.0
        return Floats(number, number)
    if isinstance(value, str):
        return Texts("".join(sorted(set(value[:2000]))), len(value), len(value), (value[:200],))
    if isinstance(value, bytes):
        return Binary(len(value), len(value))
    return _container(value, depth) if depth < _DEPTH else Anything()


def _container(value: object, depth: int) -> Shape:
    if isinstance(value, dict):
        return _dict(value, depth)
    if isinstance(value, tuple) and 0 < len(value) <= 5:
        return Record(tuple(shape_of(item, depth + 1) for item in value))
    if isinstance(value, list | tuple | set | frozenset | collections.deque):
        looked = [item for item, _ in zip(value, range(_LOOK), strict=False)]
        if isinstance(value, set | frozenset):
            looked.sort(key=repr)  # else the order would depend on the hash seed
        item = merged(shape_of(item, depth + 1) for item in looked)
        return Series(type(value).__name__, item, len(value), len(value))
    return Opaque(type(value).__name__)


def _dict(value: dict[object, object], depth: int) -> Shape:
    pairs = list(value.items())[:_LOOK]
    if 0 < len(value) <= 8 and depth > 0 and all(isinstance(key, str) for key in value):
        return Struct(tuple((str(key), shape_of(item, depth + 1)) for key, item in pairs))
    return Mapping(
        "dict",
        merged(shape_of(key, depth + 1) for key, _ in pairs),
        merged(shape_of(item, depth + 1) for _, item in pairs),
        len(value),
        len(value),
    )


def merged(shapes: Iterable[Shape]) -> Shape:
    """The narrowest shape here that covers all of them; Anything when there are none."""
    groups: dict[object, Shape] = {}
    for shape in shapes:
        for option in shape.options if isinstance(shape, Choice) else (shape,):
            key = _group(option)
            groups[key] = _joined(groups[key], option) if key in groups else option
    if len(groups) > 1:
        groups = {key: shape for key, shape in groups.items() if not isinstance(shape, Anything)} or groups
    found = tuple(groups.values())
    return found[0] if len(found) == 1 else (Choice(found) if found else Anything())


def _group(shape: Shape) -> object:
    """Shapes of one group can be joined into one."""
    if isinstance(shape, Series):
        return Series, shape.kind
    if isinstance(shape, Record):
        return Record, len(shape.items)
    if isinstance(shape, Struct):
        return Struct, tuple(name for name, _ in shape.fields)
    if isinstance(shape, Mapping):
        return Mapping, shape.kind
    if isinstance(shape, Opaque):
        return Opaque, shape.name
    return type(shape)


def _joined(one: Shape, other: Shape) -> Shape:
    if isinstance(one, Ints) and isinstance(other, Ints):
        return Ints(min(one.low, other.low), max(one.high, other.high))
    if isinstance(one, Floats) and isinstance(other, Floats):
        return Floats(min(one.low, other.low), max(one.high, other.high))
    if isinstance(one, Texts) and isinstance(other, Texts):
        alphabet = "".join(sorted({*one.alphabet, *other.alphabet}))
        examples = tuple(dict.fromkeys((*one.examples, *other.examples)))[:_EXAMPLES]
        return Texts(alphabet, min(one.low, other.low), max(one.high, other.high), examples)
    if isinstance(one, Binary) and isinstance(other, Binary):
        return Binary(min(one.low, other.low), max(one.high, other.high))
    if isinstance(one, Constants) and isinstance(other, Constants):
        return Constants(tuple({repr(item): item for item in (*one.values, *other.values)}.values()))
    return _joined_containers(one, other)


def _joined_containers(one: Shape, other: Shape) -> Shape:
    if isinstance(one, Series) and isinstance(other, Series):
        item = merged((one.item, other.item))
        return Series(one.kind, item, min(one.low, other.low), max(one.high, other.high))
    if isinstance(one, Record) and isinstance(other, Record):
        return Record(tuple(merged(pair) for pair in zip(one.items, other.items, strict=True)))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        key, value = merged((one.key, other.key)), merged((one.value, other.value))
        return Mapping(one.kind, key, value, min(one.low, other.low), max(one.high, other.high))
    if isinstance(one, Struct) and isinstance(other, Struct):
        pairs = zip(one.fields, other.fields, strict=True)
        return Struct(tuple((name, merged((left, right))) for (name, left), (_, right) in pairs))
    return one


def widened(shape: Shape) -> Shape:
    """Observed ranges, and a margin around them: what was seen is not all that may come."""
    if isinstance(shape, Ints):
        margin = (shape.high - shape.low) // 2 + 2
        return Ints(max(0, shape.low - margin) if shape.low >= 0 else shape.low - margin, shape.high + margin)
    if isinstance(shape, Floats):
        spread = (shape.high - shape.low) / 2 + 1
        low, high = shape.low - spread, shape.high + spread
        return Floats(low, high) if math.isfinite(low) and math.isfinite(high) else Floats()
    if isinstance(shape, Texts):
        return Texts(
            shape.alphabet, max(0, shape.low // 2), min(200, shape.high * 3 // 2 + 2), shape.examples
        )
    if isinstance(shape, Binary):
        return Binary(max(0, shape.low // 2), min(200, shape.high * 3 // 2 + 2))
    return _widened_container(shape)


def _widened_container(shape: Shape) -> Shape:
    if isinstance(shape, Series):
        high = min(100, shape.high * 3 // 2 + 2)
        return Series(shape.kind, widened(shape.item), min(high, shape.low // 2), high)
    if isinstance(shape, Record):
        return Record(tuple(widened(item) for item in shape.items))
    if isinstance(shape, Mapping):
        high = min(60, shape.high * 3 // 2 + 2)
        key, value = widened(shape.key), widened(shape.value)
        return Mapping(shape.kind, key, value, min(high, shape.low // 2), high)
    if isinstance(shape, Struct):
        return Struct(tuple((name, widened(item)) for name, item in shape.fields))
    if isinstance(shape, Choice):
        return Choice(tuple(widened(option) for option in shape.options))
    return shape


def is_opaque(shape: Shape) -> bool:
    """Whether no value of the shape can be made."""
    if isinstance(shape, Choice):
        return all(is_opaque(option) for option in shape.options)
    if isinstance(shape, Series):
        return is_opaque(shape.item) and shape.low > 0
    if isinstance(shape, Record):
        return any(is_opaque(item) for item in shape.items)
    return isinstance(shape, Opaque)
