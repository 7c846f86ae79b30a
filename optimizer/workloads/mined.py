"""Values that the text of both versions of a function speaks of: where one of them behaves differently, a
constant of one of them is mostly what it is compared with.

What stands in only one of the two versions comes first: that is where they differ. Nothing is run.
"""

import ast
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from optimizer.workloads.signatures import Definition, definition

_T = TypeVar("_T")
_LONGEST_TEXT = 80  # characters; longer ones are messages
_LARGEST = 10**30
_LARGEST_SIZE = 20_000  # elements
_MOST = 60  # of each kind
_NUMBERS = (0, 1, -1, 2, True, False, 2**31, 2**53 + 1, 2**63, -(2**63))
_FLOATS = (0.0, -0.0, 1.0, 0.5, math.nan, math.inf, -math.inf, 1e16, 0.1)
_TEXTS = ("", " ", "a", "aa", "aB", "0", "\n", "é", "a b")
_SIZES = (0, 1, 2, 3, 17)


@dataclass(frozen=True, slots=True)
class Mined:
    """The most telling first; neighbours of each constant stand beside it."""

    numbers: tuple[int, ...] = _NUMBERS
    floats: tuple[float, ...] = _FLOATS
    texts: tuple[str, ...] = _TEXTS
    octets: tuple[bytes, ...] = (b"", b"\0", b"ab")
    sizes: tuple[int, ...] = _SIZES


def mine(original: str, candidate: str, module: str = "") -> Mined:
    """`original`, `candidate`: texts of the function; `module`: where the constants and helpers stand that
    they name."""
    trees = [tree for tree in map(definition, (original, candidate)) if tree is not None]
    found = [_constants(tree) for tree in trees]
    keys = [{_key(value) for value in one} for one in found]
    single = [value for one in found for value in one if not all(_key(value) in each for each in keys)]
    shared = [value for one in found[:1] for value in one]
    return _mined(_unique((*single, *shared, *_named(trees, module))))


def _mined(values: list[object]) -> Mined:
    whole = [value for value in values if type(value) is int and abs(value) <= _LARGEST]
    numbers = [near for value in whole for near in (value, value + 1, value - 1, -value)]
    real = [value for value in values if isinstance(value, float)]
    floats = [near for value in real for near in (value, math.nextafter(value, math.inf), -value)]
    floats += [float(value) for value in numbers if abs(value) < 2**53]
    texts = [value for value in values if isinstance(value, str) and len(value) <= _LONGEST_TEXT]
    octets = [value for value in values if isinstance(value, bytes) and len(value) <= _LONGEST_TEXT]
    sizes = [near for value in whole for near in (value + 1, value, value - 1) if 0 <= near <= _LARGEST_SIZE]
    sizes += [len(value) + 1 for value in texts]
    return Mined(
        numbers=tuple(_unique((*numbers[:_MOST], *_NUMBERS))),
        floats=tuple(_unique((*floats[:_MOST], *_FLOATS))),
        texts=tuple(_unique((*_near_texts(texts), *_TEXTS)))[: _MOST + len(_TEXTS)],
        octets=tuple(_unique((*octets[:_MOST], b"", b"\0", b"ab"))),
        sizes=tuple(_unique((*sizes[:_MOST], *_SIZES))),
    )


def _near_texts(texts: list[str]) -> Iterator[str]:
    yield from texts
    for text in texts:
        yield from (text[:-1], text + text[-1:], text.swapcase(), *text.split()[:6], *text[:6])


def _constants(tree: ast.AST) -> list[object]:
    """In the order of the text; sums and powers of constants are worked out, docstrings left out."""
    found: list[object] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        value = _folded(node) if isinstance(node, ast.Constant | ast.UnaryOp | ast.BinOp) else None
        if value is not None:
            found.append(value)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
    return found


def _folded(node: ast.AST) -> object:
    """None where it is no constant, or none of a kind that is used."""
    if isinstance(node, ast.Constant):
        usable = isinstance(node.value, int | float | str | bytes) and not isinstance(node.value, bool)
        return node.value if usable else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _folded(node.operand)
        return -inner if isinstance(inner, int | float) else None
    if isinstance(node, ast.BinOp):
        left, right = _folded(node.left), _folded(node.right)
        if isinstance(left, int) and isinstance(right, int):
            return _worked_out(node.op, left, right)
    return None


def _worked_out(operator: ast.operator, left: int, right: int) -> int | None:
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult) and max(abs(left), abs(right)) < _LARGEST:
        return left * right
    if isinstance(operator, ast.Pow) and 0 <= right <= 100 and abs(left) <= 1000:
        return int(left**right)
    if isinstance(operator, ast.LShift) and 0 <= right <= 100:
        return left << right
    return None


def _named(trees: Iterable[Definition], module: str) -> Iterator[object]:
    """Constants of the module, and those in helpers, that the function names."""
    names = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    try:
        body = ast.parse(module).body
    except (SyntaxError, ValueError, RecursionError):
        return
    own = {tree.name for tree in trees}
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        assigned = {target.id for target in targets if isinstance(target, ast.Name)}
        helper = isinstance(node, Definition) and node.name in names - own
        if helper or assigned & names:
            yield from _constants(node)


def _key(value: object) -> tuple[type, str]:
    """1, 1.0 and True are not the same value here, nor are 0.0 and -0.0."""
    return type(value), repr(value)


def _unique(values: Iterable[_T]) -> list[_T]:
    return list({_key(value): value for value in reversed(list(values))}.values())[::-1]
