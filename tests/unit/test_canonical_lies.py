"""Values that say that they are something else have other bytes than what they pretend to be."""

import collections
from collections.abc import Callable
from typing import Any

import pytest

from optimizer.canonical import MOST_BYTES, BadEncodingError, decode, unshared
from optimizer.languages.runners import canonical as runner

encode: Callable[..., bytes] = runner.encode
Encoder: Callable[..., Any] = runner.Encoder


def lying(base: type, name: str, **members: Any) -> Any:
    return type(name, (base,), {"__module__": base.__module__, "__qualname__": name, **members})


def test_a_class_under_a_false_name_is_told_apart() -> None:
    false = lying(ValueError, "ValueError")
    assert encode(false("x")) != encode(ValueError("x"))
    assert encode(false) != encode(ValueError)


def test_a_function_under_a_false_name_is_told_apart() -> None:
    def forged() -> None:
        pass

    forged.__qualname__, forged.__module__ = "len", "builtins"
    assert encode(forged) != encode(len)


def test_a_method_of_another_object_is_no_name() -> None:
    encoder = Encoder()
    encoder.encode([].append)
    assert encoder.opaque


@pytest.mark.parametrize(
    ("base", "value", "method", "lie"),
    [
        (int, 3, "__int__", 4),
        (float, 3.5, "__float__", 4.5),
        (complex, 1j, "__complex__", 2j),
        (bytes, b"a", "__bytes__", b"b"),
        (bytearray, b"a", "__bytes__", b"b"),
        (str, "a", "__str__", "b"),
        (list, [1], "__iter__", iter(())),
        (dict, {1: 2}, "__getitem__", 5),
    ],
)
def test_a_subclass_cannot_lie_about_its_value(base: type, value: Any, method: str, lie: Any) -> None:
    honest = type("Own", (base,), {})
    liar = type("Own", (base,), {method: lambda *_: lie})
    assert encode(liar(value)) == encode(honest(value))


def test_the_order_of_an_ordered_dict_is_its_own() -> None:
    one, other = collections.OrderedDict(a=1, b=2), collections.OrderedDict(a=1, b=2)
    other.move_to_end("a")
    assert encode(one) != encode(other)


def test_what_is_shared_again_and_again_does_not_fill_memory() -> None:
    data = b"l2;" * 25 + b"N" + b"".join(b"R%d;" % (24 - number) for number in range(25))
    with pytest.raises(BadEncodingError, match="shared"):
        unshared(b"l0;", data)


def test_more_bytes_than_the_runner_ever_writes_are_not_read() -> None:
    with pytest.raises(BadEncodingError, match="more than"):
        decode(b"l%d;" % MOST_BYTES + b"N" * MOST_BYTES)
