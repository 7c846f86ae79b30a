"""Recorded arguments as plain builtin values, where they are that; and what values look like to people."""

import collections
import enum
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from optimizer.canonical import show, walk
from optimizer.domain.trees import Node

_DEPTH = 100
_NUMBERS = frozenset({int, float, bool, type(None), complex})
_SMALL = 2**63
_BITS = 10_000  # Python writes down no integers of more than 4,300 digits
_NO_MEMO = frozenset(
    f"builtins.{name}" for name in ("function", "type", "module", "builtin_function_or_method")
)
_LEAVES = frozenset({"NoneType", "bool", "int", "float", "complex", "str", "bytes"})
_MUTABLE = frozenset({"list", "dict", "set"})


class NotPlainError(ValueError):
    """The value is, or holds, an instance of some class."""


class OneShot(list[object]):
    """Items that the function gets as an iterator, which can be gone through once."""


@dataclass(frozen=True, slots=True)
class PlainCall:
    """Arguments by position and by keyword; `opaque` ones cannot be made here and have no value."""

    args: tuple[object, ...]
    kwargs: tuple[tuple[str, object], ...]
    opaque: frozenset[int | str] = field(default_factory=frozenset)


def plain_call(tree: Node) -> PlainCall:
    """The call behind the tree of (args, kwargs). Raises NotPlainError when it is not such a tree."""
    if tree.type != "tuple" or [child.type for child in tree.children] != ["tuple", "dict"]:
        raise NotPlainError("not the tree of a call")
    positional, keyword = tree.children
    names = keyword.children[::2]
    if any(name.type != "str" for name in names):
        raise NotPlainError("a keyword that is not a string")
    reader = _Reader(tree)
    opaque: set[int | str] = set()
    args = [reader.read(node, position, opaque) for position, node in enumerate(positional.children)]
    kwargs = [
        (str(name.value), reader.read(node, str(name.value), opaque))
        for name, node in zip(names, keyword.children[1::2], strict=True)
    ]
    return PlainCall(tuple(args), tuple(kwargs), frozenset(opaque))


class _Reader:
    """Objects met twice become one object again, as they were inside."""

    def __init__(self, tree: Node) -> None:
        self.nodes = [node for node in walk(tree) if _is_indexed(node)]
        self.made: dict[int, object] = {}  # id of a node (alive through self.nodes) -> value

    def read(self, node: Node, key: int | str, opaque: set[int | str]) -> object:
        try:
            return self.value(node, 0)
        except NotPlainError:
            opaque.add(key)
            return None

    def value(self, node: Node, depth: int) -> object:
        if node.type == "ref":
            return self._again(node, depth)
        if depth > _DEPTH:
            raise NotPlainError("too deep")
        if node.type in _LEAVES:
            if isinstance(node.value, int) and node.value.bit_length() > _BITS:
                raise NotPlainError("a number too large to be written down")
            return node.value
        if node.type in _MUTABLE:
            return self.made[id(node)] if id(node) in self.made else self._mutable(node, depth)
        if node.type in ("tuple", "frozenset"):
            items = [self.value(child, depth + 1) for child in node.children]
            return tuple(items) if node.type == "tuple" else frozenset(items)
        raise NotPlainError(node.type)

    def _again(self, node: Node, depth: int) -> object:
        index = node.value if isinstance(node.value, int) else -1
        if not 0 <= index < len(self.nodes):
            raise NotPlainError("a reference to nothing")
        return self.value(self.nodes[index], depth + 1)

    def _mutable(self, node: Node, depth: int) -> object:
        if node.type == "set":
            self.made[id(node)] = found = {self.value(child, depth + 1) for child in node.children}
            return found
        if node.type == "list":
            items: list[object] = []
            self.made[id(node)] = items  # before its items: it may hold itself
            items.extend(self.value(child, depth + 1) for child in node.children)
            return items
        pairs: dict[object, object] = {}
        self.made[id(node)] = pairs
        for key, value in zip(node.children[::2], node.children[1::2], strict=True):
            pairs[self.value(key, depth + 1)] = self.value(value, depth + 1)
        return pairs


def _is_indexed(node: Node) -> bool:
    """Whether the encoder gave the node a number of its own, for references to it."""
    if node.type == "opaque":
        return node.value not in _NO_MEMO
    return node.type in _MUTABLE or "." in node.type


def size_of_tree(tree: Node) -> int:
    """Size of a recorded call from the tree of (args, kwargs); see `size_of_call`."""
    positional, keyword = tree.children
    arguments = (*positional.children, *keyword.children[1::2])
    if arguments and all(node.type in ("int", "float") for node in arguments):
        return _magnitude(node.value for node in arguments)
    return _count(node.value for argument in arguments for node in _leaf_nodes(argument))


def size_of_call(arguments: Iterable[object]) -> int:
    """Leaves, strings counted by their characters; of numbers alone the sum of their magnitudes."""
    found = list(arguments)
    if found and all(type(value) in (int, float) for value in found):
        return _magnitude(found)
    return sum(_quick_size(value) or _count(_leaves(value)) for value in found)


def _quick_size(value: object) -> int:
    """Of a flat series of numbers; 0 for anything else. Thousands of inputs are sized."""
    if type(value) in (list, tuple, set, frozenset) and _NUMBERS.issuperset(map(type, value)):  # type: ignore[call-overload]
        return len(value)  # type: ignore[arg-type]  # told by the types just compared
    return 0


def _magnitude(numbers: Iterable[object]) -> int:
    most = 10**6
    sizes = [
        min(abs(number), most)
        for number in numbers
        if isinstance(number, int) or (isinstance(number, float) and not math.isnan(number))
    ]
    return int(min(sum(sizes), most))


def _count(leaves: Iterable[object]) -> int:
    return sum(len(leaf) if isinstance(leaf, str | bytes) else 1 for leaf in leaves)


def _leaf_nodes(node: Node) -> Iterator[Node]:
    """Without the names of attributes."""
    stack = [node]
    while stack:
        top = stack.pop()
        if top.type in _LEAVES:
            yield top
        stack.extend(top.children[1::2] if "." in top.type else top.children)


def _leaves(value: object) -> Iterable[object]:
    stack, seen = [value], set()
    while stack:
        top = stack.pop()
        if isinstance(top, dict):
            inner: Iterable[object] = [item for pair in top.items() for item in pair]
        elif isinstance(top, list | tuple | set | frozenset | collections.deque):
            inner = top
        else:
            yield top
            continue
        if id(top) not in seen:
            seen.add(id(top))
            stack.extend(inner)


def show_call(args: Sequence[object], kwargs: dict[str, object], limit: int = 2000) -> str:
    """The arguments as they would be written in a call, roughly, cut at `limit` characters."""
    parts = [show_value(value, limit) for value in args]
    parts += [f"{name}={show_value(value, limit)}" for name, value in kwargs.items()]
    text = ", ".join(parts)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def show_tree(tree: Node, limit: int = 2000) -> str:
    """The same for a recorded call."""
    positional, keyword = tree.children
    parts = [show(node, limit) for node in positional.children]
    names = [str(node.value) for node in keyword.children[::2]]
    parts += [f"{name}={show(node, limit)}" for name, node in zip(names, keyword.children[1::2], strict=True)]
    text = ", ".join(parts)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def show_value(value: object, limit: int, depth: int = 0) -> str:
    if depth > 8 or limit <= 0:
        return "..."
    if isinstance(value, OneShot):
        return f"iter({show_value(list(value), limit, depth + 1)})"
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, int) and value.bit_length() > _BITS:
        return f"<int of {value.bit_length()} bits>"
    if isinstance(value, str | bytes):
        return repr(value[:limit])
    if isinstance(value, dict):
        parts = _parts(value.items(), limit, lambda pair, left: _pair(pair, left, depth))
        return _named(value, dict, "{" + ", ".join(parts) + "}")
    if isinstance(value, set | frozenset):  # sorted: else their order would depend on the hash seed
        parts = sorted(show_value(item, limit, depth + 1) for item in value)
        return f"{type(value).__name__}({{{', '.join(parts)}}})" if parts else f"{type(value).__name__}()"
    if type(value) is list and len(value) > 8 and _are_small(value[:limit]):
        return f"[{', '.join(map(repr, value[:limit]))}]"
    if isinstance(value, list | collections.deque):
        parts = _parts(value, limit, lambda item, left: show_value(item, left, depth + 1))
        return _named(value, list, "[" + ", ".join(parts) + "]")
    if type(value) is tuple:
        parts = _parts(value, limit, lambda item, left: show_value(item, left, depth + 1))
        return "(" + ", ".join(parts) + ("," if len(parts) == 1 else "") + ")"
    return repr(value)


def _are_small(values: list[object]) -> bool:
    """Plain whole numbers of ordinary length: most of what is shown, and worth showing quickly."""
    return set(map(type, values)) == {int} and min(values) > -_SMALL and max(values) < _SMALL  # type: ignore[type-var, operator]


def _named(value: object, plain: type, text: str) -> str:
    return text if type(value) is plain else f"{type(value).__name__}({text})"


def _pair(pair: object, limit: int, depth: int) -> str:
    key, value = pair if isinstance(pair, tuple) else (pair, None)
    return f"{show_value(key, limit, depth + 1)}: {show_value(value, limit, depth + 1)}"


def _parts(items: Iterable[object], limit: int, text: Callable[[object, int], str]) -> list[str]:
    parts: list[str] = []
    for item in items:
        if limit <= 0:
            parts.append("...")
            break
        parts.append(text(item, limit))
        limit -= len(parts[-1]) + 2
    return parts
