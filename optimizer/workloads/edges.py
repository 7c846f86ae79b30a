"""The inputs on which careless rewrites go wrong. They are always held out."""

import collections
import http
import itertools
import math
import traceback
from collections.abc import Callable, Iterator, Sequence

from optimizer.workloads import shapes
from optimizer.workloads.fitting import fits
from optimizer.workloads.plain import OneShot
from optimizer.workloads.shapes import Anything, Binary, Choice, Constants, Floats, Ints, Shape, Texts

Edge = tuple[str, object]  # how it came about, the value
_HUGE = 2**63 + 1
_ENORMOUS = 3**90 - 1  # beyond what floats can hold exactly, and one less than a square
_EDGE_ELEMENTS = 18
_MANY = 270
_UNICODE = "\u00c0\u00e9\u00df\u0130\u0131\u03a3\u03c2 \u0301\U0001f600\u4e2d\ufb01"


def edges(shape: Shape, sample: Callable[[Shape], Sequence[object]], *, loose: bool) -> Iterator[Edge]:
    """Edge values for a parameter. `sample` gives a few ordinary values of a shape. `loose`: nothing says
    that the parameter takes just these types, so values of related types are edges as well."""
    options = shape.options if isinstance(shape, Choice) else (shape,)
    for option in options:
        yield from _edges(option, sample, loose)
    if not any(option == shapes.NONE for option in options):
        yield "edge: None", None


def _edges(shape: Shape, sample: Callable[[Shape], Sequence[object]], loose: bool) -> Iterator[Edge]:
    if isinstance(shape, Ints):
        yield from _ints(shape, loose)
    elif isinstance(shape, Floats):
        yield from _floats()
    elif isinstance(shape, Texts):
        yield from _texts(shape, loose)
    elif isinstance(shape, Binary):
        yield from (("edge: empty", b""), ("edge: every byte", bytes(range(256))))
    elif isinstance(shape, Constants):
        yield from _constants(shape)
    elif isinstance(shape, shapes.Series | shapes.Record):
        yield from _series(shape, sample, loose)
    elif isinstance(shape, shapes.Mapping | shapes.Struct):
        yield from _mappings(shape, sample)
    elif isinstance(shape, Anything):
        yield from _anything(sample)


def _ints(shape: Ints, loose: bool) -> Iterator[Edge]:
    yield "edge: zero", 0
    yield "edge: one", 1
    yield "edge: negative", -max(1, abs(shape.high))
    yield "edge: minus one", -1
    yield "edge: True instead of 1", True
    yield "edge: huge", _HUGE
    yield "edge: enormous", _ENORMOUS
    yield "edge: a float", float(min(max(shape.low, 2), 10**15))
    if loose:
        yield "edge: a subclass of int", http.HTTPStatus.OK
        yield "edge: a string", "3"


def _floats() -> Iterator[Edge]:
    yield "edge: NaN", math.nan
    yield "edge: -0.0", -0.0
    yield "edge: infinity", math.inf
    yield "edge: minus infinity", -math.inf
    yield "edge: subnormal", 5e-324
    yield "edge: huge", 1e308
    yield "edge: an int", 3
    yield "edge: True", True


def _texts(shape: Texts, loose: bool) -> Iterator[Edge]:
    first = shape.alphabet[:1] or "a"
    last = shape.alphabet[-1:] or "b"
    yield "edge: empty", ""
    yield "edge: one character", last
    yield "edge: duplicates", first * 9
    yield "edge: alternating", (first + last) * 4
    yield "edge: unicode", _UNICODE + first
    yield "edge: unusual letters and digits", "m\u00b2\ufb01\u01c5\u00aa\u2167"
    yield "edge: digits of other scripts", "\u0663\u096a\u00b2"
    yield "edge: a letter and its accent", "e\u0301" + first
    yield "edge: white space", " \t\n\r\x0b\x1c\u2028 " + first + " "
    yield "edge: a lone surrogate", first + "\udc80"
    yield "edge: NUL", first + "\0" + first
    if loose:
        yield "edge: a list of characters", [first, last, first]
        yield "edge: bytes", b"ab"


def _constants(shape: Constants) -> Iterator[Edge]:
    """The values themselves are ordinary ones."""
    if any(isinstance(value, bool) for value in shape.values):
        yield "edge: 0 instead of False", 0
        yield "edge: 1 instead of True", 1


def _series(
    shape: shapes.Series | shapes.Record, sample: Callable[[Shape], Sequence[object]], loose: bool
) -> Iterator[Edge]:
    make = _builder(shape)
    item = shape.item if isinstance(shape, shapes.Series) else shapes.merged(shape.items)
    some = list(sample(item)) or [1]
    one, two = some[0], some[-1]
    lists: list[tuple[str, list[object]]] = [
        ("empty", []),
        ("one element", [one]),
        ("two elements, one twice", [two, one, two]),
        ("all equal", [one] * 7),
        ("in order", _ordered(some)),
        ("in reverse order", _ordered(some)[::-1]),
        ("many elements", _many(some)),
        ("consecutive and large", [10**6, 10**6 + 1, 10**6 + 2, 10**6, 10**6 + 4]),
        ("equal but distinct", [1, 1.0, True, 0, False, 0.0]),
        ("True before 1", [True, 1, 2, True, 2.0]),
        ("NaN", [1.0, math.nan, 2.0, math.nan, 1.0]),
        ("-0.0 and 0.0", [0.0, -0.0, 0.0, 1.0]),
        ("None among the elements", [*some[:2], None]),
        ("mixed types", [1, "1", 2.5, "a"]),
        ("huge", [_HUGE, -_HUGE, 0, _HUGE]),
        ("negative", [-3, -1, -2, -3]),
        ("unhashable elements", [[1], [2], [1], []]),
        ("tuples", [(1, "b"), (0, "a"), (1, "a"), (0, "a")]),
        ("strings", ["b", "a", "", "B", "a", "\u00e9"]),
    ]
    lists += _of_edge_elements(item, sample, some, loose)
    for note, items in lists:
        value = make(items)
        if value is not None:
            yield f"edge: {note}", value
    yield from _odd_series(shape, some, loose)


def _of_edge_elements(
    item: Shape, sample: Callable[[Shape], Sequence[object]], some: list[object], loose: bool
) -> Iterator[tuple[str, list[object]]]:
    """What is an edge case for an element: all of them in one list, and one at a time among ordinary ones."""
    if isinstance(item, Anything | shapes.Opaque):
        return
    options = item.options if isinstance(item, Choice) else (item,)
    by_option = [list(edges(option, sample, loose=loose)) for option in options]
    made = [one for row in itertools.zip_longest(*by_option) for one in row if one is not None]
    found = [(note, value) for note, value in made if loose or fits(item, value)][:_EDGE_ELEMENTS]
    yield "edge elements", [*some, *(value for _, value in found)]
    yield "edge elements, and again", [value for _, value in (*found, *reversed(found))]
    for note, value in found:
        yield f"an element that is {note.removeprefix('edge: ')}", [*some[:2], value, *some[:1]]


def _odd_series(shape: shapes.Series | shapes.Record, some: list[object], loose: bool) -> Iterator[Edge]:
    kind = shape.kind if isinstance(shape, shapes.Series) else "tuple"
    if kind == "list":
        cyclic: list[object] = [*some[:2]]
        cyclic.append(cyclic)
        yield "edge: a list that holds itself", cyclic
        if some and isinstance(some[0], list):
            yield "edge: one row three times", [some[0]] * 3
        summary: list[object] = traceback.StackSummary()  # type: ignore[assignment]  # holds anything
        summary += some  # a subclass of list that every Python can import
        yield "edge: a subclass of list", summary
    if kind == "list" and loose:
        yield "edge: a tuple", tuple(some)
        yield "edge: an iterator", OneShot(some)
        yield "edge: a string", "abca"


def _builder(shape: shapes.Series | shapes.Record) -> Callable[[list[object]], object]:
    kind = shape.kind if isinstance(shape, shapes.Series) else "tuple"
    kinds: dict[str, Callable[[list[object]], object]] = {
        "tuple": tuple,
        "set": set,
        "frozenset": frozenset,
        "deque": collections.deque,
        "iterator": OneShot,
    }
    made = kinds.get(kind, list)

    def build(items: list[object]) -> object:
        try:
            return made(items)
        except TypeError:
            return None  # unhashable elements of a set

    return build


def _mappings(
    shape: shapes.Mapping | shapes.Struct, sample: Callable[[Shape], Sequence[object]]
) -> Iterator[Edge]:
    some = [dict(value) for value in sample(shape) if isinstance(value, dict)]
    largest = max(some, key=len, default={"a": 1})
    if len(largest) < 2:  # one entry has no order
        largest = {key: value for one in some for key, value in one.items()} or largest
    yield "edge: empty", {}
    yield "edge: in order", largest
    yield "edge: in reverse order", dict(reversed(largest.items()))
    yield "edge: a subclass of dict", collections.OrderedDict(largest)
    yield "edge: None among the values", {**largest, **dict.fromkeys(list(largest)[:1])}
    yield "edge: equal values", dict.fromkeys(largest, next(iter(largest.values()), 0))
    yield "edge: NaN as key and value", {math.nan: 1, 1: math.nan}
    yield "edge: keys of mixed types", {1: "a", "1": "b", None: "c", (1, 2): "d"}
    if largest:
        yield "edge: one entry", dict(list(largest.items())[:1])


def _anything(sample: Callable[[Shape], Sequence[object]]) -> Iterator[Edge]:
    yield from _ints(Ints(), loose=True)
    yield from (("edge: NaN", math.nan), ("edge: -0.0", -0.0), ("edge: empty dict", {}))
    yield from _texts(Texts("ab"), loose=False)
    yield from _series(shapes.Series("list", Ints()), sample, loose=True)


def _many(some: list[object]) -> list[object]:
    """More than CPython keeps whole numbers for: positions that are equal are no longer the same object.
    Rows have one element each, for functions that take long where there is a choice."""
    short = [item[:1] if isinstance(item, list) else item for item in some if item != []]
    return (short * _MANY)[:_MANY]


def _ordered(items: list[object]) -> list[object]:
    try:
        return sorted(items)  # type: ignore[type-var]  # that they may not compare is expected
    except TypeError:
        return items
