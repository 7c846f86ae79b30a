"""Whether a value is of the types that an annotation names.

What an annotation rules out is outside of the contract: a rewrite may fail on it in another way.
"""

import collections
import itertools
from collections.abc import Iterable

from optimizer.workloads import shapes
from optimizer.workloads.plain import OneShot

_KINDS: dict[str, type] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "deque": collections.deque,
    "iterator": OneShot,
    "dict": dict,
    "OrderedDict": collections.OrderedDict,
    "Counter": collections.Counter,
    "defaultdict": collections.defaultdict,
}
_LOOK = 200  # elements; a list may hold itself
_DEPTH = 8


def fits(shape: shapes.Shape, value: object, depth: int = _DEPTH) -> bool:
    """Subclasses fit, and an int where a float is asked for (PEP 484)."""
    if depth == 0:
        return False
    match shape:
        case shapes.Choice(options):
            return any(fits(option, value, depth) for option in options)
        case shapes.Constants(values):
            return any(value is one or (type(value) is type(one) and value == one) for one in values)
        case shapes.Series(kind, item):
            kind_fits = isinstance(value, _KINDS.get(kind, object)) and isinstance(value, Iterable)
            return kind_fits and _all_fit(item, value, depth)  # type: ignore[arg-type]  # just checked
        case shapes.Record(items):
            return isinstance(value, tuple) and len(value) == len(items) and _each_fits(items, value, depth)
        case shapes.Mapping(kind, key, item):
            return isinstance(value, _KINDS.get(kind, dict)) and _entries_fit(key, item, value, depth)
        case shapes.Struct(fields):
            return isinstance(value, dict) and all(
                name in value and fits(part, value[name], depth - 1) for name, part in fields
            )
        case shapes.Opaque():
            return False  # an instance of some class, which nothing that is made here is
        case _:
            return _plain_fits(shape, value)


_PLAIN: dict[type, tuple[type, ...]] = {
    shapes.Ints: (int,),
    shapes.Floats: (float, int),
    shapes.Texts: (str,),
    shapes.Binary: (bytes, bytearray),
}


def _plain_fits(shape: shapes.Shape, value: object) -> bool:
    allowed = _PLAIN.get(type(shape))
    return allowed is None or isinstance(value, allowed)


def _all_fit(shape: shapes.Shape, items: Iterable[object], depth: int) -> bool:
    """Long series are mostly of few plain types, and each of these is asked once."""
    some = list(itertools.islice(items, _LOOK))
    allowed = _PLAIN.get(type(shape))
    if allowed and depth > 1:
        return all(issubclass(kind, allowed) for kind in set(map(type, some)))
    return all(fits(shape, item, depth - 1) for item in some)


def _each_fits(parts: tuple[shapes.Shape, ...], items: tuple[object, ...], depth: int) -> bool:
    return all(fits(part, item, depth - 1) for part, item in zip(parts, items, strict=True))


def _entries_fit(key: shapes.Shape, item: shapes.Shape, value: object, depth: int) -> bool:
    assert isinstance(value, dict)
    return _all_fit(key, value.keys(), depth) and _all_fit(item, value.values(), depth)
