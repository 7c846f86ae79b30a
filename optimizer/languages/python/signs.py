"""What the text of a function says about where its time may go, when nothing was measured."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.domain.functions import Function
from optimizer.languages.python.parsing import parse_alone

_DEF = re.compile(r"^([ \t\f]*)(?:async\b|def\b)", re.MULTILINE)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Signs:
    loops: int = 0  # for and while statements
    depth: int = 0  # deepest nesting of loops and comprehensions
    recursive: bool = False  # calls its own name
    comprehensions: int = 0
    statements: int = 0
    calls_in_loops: int = 0


def signs(function: Function) -> Signs:
    """Counts over the function's body, nested functions included; all zero if it does not parse."""
    node = _definition(function.source)
    if node is None:
        return Signs()
    found = list(_walk(node))
    return Signs(
        loops=sum(isinstance(item, _LOOPS) for item, _ in found),
        depth=max(depth + isinstance(item, (*_LOOPS, *_COMPREHENSIONS)) for item, depth in found),
        recursive=any(_calls(item, function.name) for item, _ in found),
        comprehensions=sum(isinstance(item, _COMPREHENSIONS) for item, _ in found),
        statements=sum(isinstance(item, ast.stmt) for item, _ in found) - 1,
        calls_in_loops=sum(isinstance(item, ast.Call) and depth > 0 for item, depth in found),
    )


def static_rank(found: Signs) -> float:
    """Orders functions where no profile exists: higher is tried earlier.

    Nested loops and recursion multiply work, so they weigh most; a function without any can gain
    only a constant. The weights order, they predict no time.
    """
    repeated = 10.0 * min(found.depth, 3) ** 2 + (15.0 if found.recursive else 0.0)
    return repeated + min(found.calls_in_loops, 10) + 0.1 * min(found.statements, 50)


def _definition(source: str) -> ast.AST | None:
    """The function's node. Its indentation is read off the `def` line below the decorators."""
    header = _DEF.search(source)
    alone = parse_alone(source, header[1] if header else "", "def _():")
    return None if isinstance(alone, str) or not alone.body else alone.body[0]


def _walk(root: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    """Every node with the number of loops around it. Not recursive: a sum may have 10,000 terms."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        inner = depth + isinstance(node, (*_LOOPS, *_COMPREHENSIONS))
        for child in ast.iter_child_nodes(node):
            # What a loop goes over is evaluated once.
            once = isinstance(node, (ast.For, ast.AsyncFor)) and child is node.iter
            waiting.append((child, depth if once else inner))


def _calls(node: ast.AST, name: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):
        own = isinstance(called.value, ast.Name) and called.value.id in ("self", "cls")
        return own and called.attr == name
    return isinstance(called, ast.Name) and called.id == name
