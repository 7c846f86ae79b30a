"""Reads the canonical typed encoding on the trusted side: strictly, and never by unpickling.

Format: optimizer/languages/runners/canonical.py. Whatever a hostile sandbox sends, reading ends in a
tree or in `BadEncodingError`, in time and memory proportional to the bytes.
"""

import math
import struct
from collections.abc import Callable, Iterator

from optimizer.domain.trees import Node

MOST_BYTES = 8_000_000  # of one value; the runner stops at half of it
_MOST_NODES = 200_000  # of a tree in which references were followed
_CONTAINERS = {b"l": "list", b"t": "tuple", b"S": "set", b"Z": "frozenset"}


class BadEncodingError(ValueError):
    """The bytes are not a canonical encoding."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        chunk = self.data[self.at : self.at + count]
        if count < 0 or len(chunk) != count:
            raise BadEncodingError("cut short")
        self.at += count
        return chunk

    def until(self, mark: bytes, most: int = 20) -> bytes:
        end = self.data.find(mark, self.at, self.at + most)
        if end < 0:
            raise BadEncodingError("a number without an end")
        chunk = self.data[self.at : end]
        self.at = end + 1
        return chunk

    def count(self, mark: bytes) -> int:
        digits = self.until(mark)
        if not digits.isdigit():
            raise BadEncodingError("not a count")
        return int(digits)

    def text(self) -> str:
        return self.take(self.count(b":")).decode("utf-8", "surrogatepass")


_NONE, _TRUE, _FALSE = Node("NoneType"), Node("bool", True), Node("bool", False)
_LEAVES: dict[bytes, Callable[[_Reader], Node]] = {
    b"N": lambda _: _NONE,
    b"T": lambda _: _TRUE,
    b"F": lambda _: _FALSE,
    b"i": lambda reader: Node("int", int(reader.until(b";", len(reader.data)), 16)),
    b"f": lambda reader: Node("float", struct.unpack(">d", reader.take(8))[0]),
    b"c": lambda reader: Node("complex", complex(*struct.unpack(">dd", reader.take(16)))),
    b"s": lambda reader: Node("str", reader.text()),
    b"b": lambda reader: Node("bytes", reader.take(reader.count(b":"))),
    b"R": lambda reader: Node("ref", reader.count(b";")),
    b"g": lambda reader: Node("name", reader.text()),
    b"x": lambda reader: Node("opaque", reader.text()),
}


def _container(tag: bytes, reader: _Reader) -> tuple[str, int]:
    """Type and number of nodes that follow."""
    if tag in _CONTAINERS:
        return _CONTAINERS[tag], reader.count(b";")
    if tag == b"d":
        return "dict", 2 * reader.count(b";")
    if tag == b"o":
        return reader.text(), 2 * reader.count(b";")
    raise BadEncodingError(f"unknown tag {tag!r}")


def decode(data: bytes) -> Node:
    """The tree of one encoded value; raises BadEncodingError."""
    if len(data) > MOST_BYTES:
        raise BadEncodingError(f"more than {MOST_BYTES:,} bytes")
    try:
        return _decode(_Reader(data))
    except (UnicodeDecodeError, ValueError, struct.error) as error:
        raise BadEncodingError(str(error)) from error


def _decode(reader: _Reader) -> Node:
    open_nodes: list[tuple[str, int, list[Node]]] = []
    while True:
        tag = reader.take(1)
        node = _LEAVES[tag](reader) if tag in _LEAVES else None
        if node is None:
            kind, expected = _container(tag, reader)
            if expected > len(reader.data) - reader.at:
                raise BadEncodingError("more items than bytes")
            open_nodes.append((kind, expected, []))
        else:
            if not open_nodes:
                return _whole(reader, node)
            open_nodes[-1][2].append(node)
        while open_nodes and len(open_nodes[-1][2]) == open_nodes[-1][1]:
            kind, _, children = open_nodes.pop()
            node = Node(kind, None, tuple(children))
            if not open_nodes:
                return _whole(reader, node)
            open_nodes[-1][2].append(node)


def _whole(reader: _Reader, node: Node) -> Node:
    if reader.at != len(reader.data):
        raise BadEncodingError("bytes after the end")
    return node


def walk(node: Node) -> Iterator[Node]:
    """Every node, parents first; iterative, since trees may be deeper than the stack."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(top.children))


_VALUES = ("NoneType", "bool", "int", "float", "complex", "str", "bytes", "tuple", "frozenset", "name", "ref")


def is_shared(node: Node) -> bool:
    """Whether the node is an object with an identity, which a later "ref" may name by its number."""
    return node.type not in _VALUES and node.type != "opaque"


def unshared(arguments: bytes, result: bytes, depth: int = 30) -> Node:
    """The result with every reference replaced by what it refers to, down to some depth. Both were
    encoded in one identity scope, the arguments first. Raises BadEncodingError."""
    trees = (decode(arguments), decode(result))
    objects = [node for tree in trees for node in walk(tree) if is_shared(node)]
    left_over = _MOST_NODES  # what is shared again and again would fill all memory

    def copy(node: Node, left: int) -> Node:
        nonlocal left_over
        left_over -= 1
        if left_over < 0:
            raise BadEncodingError("too much is shared")
        if node.type == "ref" and isinstance(node.value, int) and node.value < len(objects):
            node = objects[node.value]
        if left == 0:
            return Node(node.type)
        return Node(node.type, node.value, tuple(copy(child, left - 1) for child in node.children))

    return copy(trees[1], depth)


def same(expected: bytes, actual: bytes, tolerance: float) -> bool:
    """Byte equality; with a tolerance, floats may differ by that much relatively."""
    if expected == actual or tolerance <= 0:
        return expected == actual
    left, right = list(walk(decode(expected))), list(walk(decode(actual)))
    return len(left) == len(right) and all(
        _close(one, other, tolerance) for one, other in zip(left, right, strict=True)
    )


def _close(one: Node, other: Node, tolerance: float) -> bool:
    if one.type != other.type or len(one.children) != len(other.children):
        return False
    if isinstance(one.value, float) and isinstance(other.value, float):
        both_nan = math.isnan(one.value) and math.isnan(other.value)
        return both_nan or math.isclose(one.value, other.value, rel_tol=tolerance)
    return one.value == other.value


def show(node: Node, limit: int = 2000) -> str:
    """The value as Python would write it, roughly, cut at `limit` characters; for people only."""
    text = _show(node, limit, 0)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _show(node: Node, limit: int, depth: int) -> str:
    if depth > 20 or limit <= 0:
        return "..."
    if node.type in ("name", "opaque"):
        return f"<{node.value!s}>"
    if node.type == "ref":
        return f"<object {node.value!s} again>"
    if not node.children:
        return _show_leaf(node, limit)
    parts: list[str] = []
    for child in node.children:
        parts.append(_show(child, limit, depth + 1))
        limit -= len(parts[-1]) + 2
        if limit <= 0:
            break
    return _show_children(node.type, parts, cut=len(parts) < len(node.children))


def _show_leaf(node: Node, limit: int) -> str:
    empty = {"list": "[]", "tuple": "()", "dict": "{}", "set": "set()", "frozenset": "frozenset()"}
    if node.type in empty:
        return empty[node.type]
    if node.type == "NoneType":
        return "None"
    if "." in node.type:
        return f"{node.type}()"
    if isinstance(node.value, str | bytes):
        return repr(node.value[:limit])
    if isinstance(node.value, int) and node.value.bit_length() > 10_000:
        return f"<int of {node.value.bit_length()} bits>"
    return repr(node.value)


def _show_children(kind: str, parts: list[str], cut: bool) -> str:
    end = ", ..." if cut else ""
    if kind in ("list", "set", "tuple", "frozenset"):
        left, right = {"list": ("[", "]"), "tuple": ("(", ")")}.get(kind, ("{", "}"))
        comma = "," if kind == "tuple" and len(parts) == 1 else ""
        return f"{left}{', '.join(parts)}{comma}{end}{right}"
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    if kind == "dict":
        return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + end + "}"
    return f"{kind}({', '.join(f'{key[1:-1]}={value}' for key, value in pairs)}{end})"
