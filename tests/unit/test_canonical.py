"""What runs in the sandbox writes, the trusted side reads: the same trees, and no crash whatever comes."""

import collections
import enum
import math
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.canonical import BadEncodingError, decode, same, show, walk
from optimizer.domain.trees import Node
from optimizer.languages.runners import canonical as runner

encode: Callable[..., bytes] = runner.encode
Encoder: Callable[..., Any] = runner.Encoder

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-3, 3)
    | st.floats()
    | st.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf])
    | st.complex_numbers()
    | st.text(st.characters(exclude_categories=[]))
    | st.binary()
)
HASHABLE = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=5)
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(HASHABLE, inner, max_size=4)
        | st.sets(ATOMS, max_size=4)
        | st.frozensets(ATOMS, max_size=4)
    ),
    max_leaves=12,
)


def plain(node: Node) -> Any:
    """The value of a tree without references and objects."""
    items = [plain(child) for child in node.children]
    makers: dict[str, Callable[[list[Any]], Any]] = {
        "list": list,
        "tuple": tuple,
        "set": set,
        "frozenset": frozenset,
        "dict": lambda parts: dict(zip(parts[::2], parts[1::2], strict=True)),
    }
    return makers[node.type](items) if node.type in makers else node.value


def bits(value: Any) -> Any:
    """A value that is equal to another's only if the two cannot be told apart."""
    kind = type(value).__name__
    if isinstance(value, float):
        return kind, struct.pack(">d", value)
    if isinstance(value, complex):
        return kind, struct.pack(">dd", value.real, value.imag)
    if isinstance(value, list | tuple):
        return kind, tuple(map(bits, value))
    if isinstance(value, set | frozenset):
        return kind, frozenset(map(bits, value))
    if isinstance(value, dict):
        return kind, tuple((bits(key), bits(item)) for key, item in value.items())
    return kind, value


@given(VALUES)
def test_what_is_written_is_read_back_with_types_order_and_bits(value: Any) -> None:
    assert bits(plain(decode(encode(value)))) == bits(value)


@given(VALUES, VALUES)
def test_two_values_have_the_same_bytes_exactly_when_they_cannot_be_told_apart(one: Any, other: Any) -> None:
    assert (encode(one) == encode(other)) == (bits(one) == bits(other))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_tree_or_a_bad_encoding(data: bytes) -> None:
    with_crash_is_a_failure(data)


@given(st.lists(st.sampled_from(b"NTFifcsbltdSZRgxo0123456789;:-a\xff"), max_size=60).map(bytes))
def test_bytes_of_the_alphabet_are_a_tree_or_a_bad_encoding(data: bytes) -> None:
    with_crash_is_a_failure(data)


@given(VALUES, st.data())
def test_a_damaged_encoding_is_a_tree_or_a_bad_encoding(value: Any, data: st.DataObject) -> None:
    whole = encode(value)
    at = data.draw(st.integers(0, len(whole)))
    with_crash_is_a_failure(whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + 1 :])


def with_crash_is_a_failure(data: bytes) -> None:
    try:
        tree = decode(data)
    except BadEncodingError:
        return
    assert isinstance(show(tree), str)
    assert sum(1 for _ in walk(tree)) <= len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"l99999999999999999999;",
        b"d4611686018427387904;N",
        b"s9223372036854775807:x",
        b"s-1:x",
        b"l1;",
        b"NN",
        b"i;",
        b"iz;",
        b"f1234567",
        b"s2:\xff\xff",
        b"q",
        b"o1:x",
        b"R;",
    ],
)
def test_what_lies_about_its_length_is_a_bad_encoding(data: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode(data)


def test_a_hundred_thousand_lists_in_one_another_need_no_stack() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert sum(1 for _ in walk(decode(encode(deep)))) == 100_001
    assert "..." in show(decode(encode(deep)))


def test_a_list_that_stands_twice_is_a_reference_the_second_time() -> None:
    inner = [1]
    assert encode([inner, inner]) != encode([[1], [1]])
    assert decode(encode([inner, inner])).children[1] == Node("ref", 1)


def test_objects_shared_between_arguments_and_result_are_told() -> None:
    argument = [1, 2]
    returned, copied = Encoder(), Encoder()
    returned.encode([argument])
    copied.encode([argument])
    assert returned.encode(argument) != copied.encode(list(argument))


def test_a_cycle_ends() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    assert decode(encode(cycle)) == Node("list", None, (Node("ref", 0),))


def test_the_order_of_a_dict_counts_and_that_of_a_set_does_not() -> None:
    assert encode({"a": 1, "b": 2}) != encode({"b": 2, "a": 1})
    assert encode({"a", "b", "c"}) == encode({"c", "b", "a"})


class Colour(enum.Enum):
    RED = 1
    CRIMSON = 2


@dataclass
class Point:
    x: int
    y: float


class Numbers(list[int]):
    pass


class Slotted:
    __slots__ = ("_Slotted__hidden", "seen")

    def __init__(self, seen: int) -> None:
        self.seen = seen


def test_objects_are_their_type_and_their_attributes() -> None:
    assert encode(Point(1, 2.0)) == encode(Point(1, 2.0))
    assert encode(Point(1, 2.0)) != encode(Point(1, 2))
    assert encode(Slotted(1)) != encode(Slotted(2))
    assert encode(Numbers([1])) != encode([1])
    assert encode(Colour.RED) != encode(Colour.CRIMSON)
    assert encode(collections.Counter("ab")) != encode({"a": 1, "b": 1})
    assert encode(collections.defaultdict(list)) != encode(collections.defaultdict(int))
    assert encode(collections.deque([1], 3)) != encode(collections.deque([1], 4))


def test_the_order_in_which_attributes_were_set_does_not_count() -> None:
    one, other = Point(1, 2.0), Point(1, 2.0)
    del one.x
    one.x = 1
    assert encode(one) == encode(other)


def test_an_iterator_is_what_it_yields_and_how_it_ends() -> None:
    assert encode(iter([1, 2])) != encode(iter([1, 3]))
    assert encode(x for x in [1, 2]) == encode(y for y in (1, 2))
    assert encode(1 // x for x in [1, 0]) != encode(1 // x for x in [1])


@pytest.mark.parametrize("value", [lambda: 1, re.compile("a").scanner("a")], ids=["lambda", "scanner"])  # type: ignore[attr-defined]
def test_what_cannot_be_compared_is_said_to_be_so(value: object) -> None:
    encoder = Encoder()
    encoder.encode([value])
    assert encoder.opaque


def test_a_value_beyond_the_limit_is_refused_before_it_is_built() -> None:
    with pytest.raises(runner.UnencodableError):
        encode(list(range(1000)), 500)


def test_a_tolerance_is_relative_and_for_floats_alone() -> None:
    assert same(encode([1.0]), encode([1.0 + 1e-12]), 1e-9)
    assert not same(encode([1.0]), encode([1.0 + 1e-12]), 0.0)
    assert not same(encode([1.0]), encode([1.1]), 1e-9)
    assert not same(encode([1]), encode([1.0]), 1e-9)
    assert not same(encode([1.0, 2.0]), encode([1.0]), 1e-9)
    assert same(encode(math.nan), encode(-math.nan), 1e-9)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, "a", None], "[1, 'a', None]"),
        ((1,), "(1,)"),
        ({"a": [True]}, "{'a': [True]}"),
        (set(), "set()"),
        ([], "[]"),
        (b"\x00", "b'\\x00'"),
        ([1 << 20_000], "[<int of 20001 bits>]"),
    ],
)
def test_values_are_shown_as_python_writes_them(value: object, text: str) -> None:
    assert show(decode(encode(value))) == text


def test_an_object_is_shown_with_its_attributes() -> None:
    assert show(decode(encode(Point(1, 2.5)))).endswith("Point(x=1, y=2.5)")


def test_a_long_value_is_cut() -> None:
    assert len(show(decode(encode(["word"] * 10_000)), 100)) == 100
