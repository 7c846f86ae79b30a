"""What the names of a module stand for, as far as its text says."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from optimizer.languages.python.imports import Binding, bindings
from optimizer.languages.python.parsing import parse_module

CACHE_DECORATORS = frozenset(
    {"lru_cache", "cache", "cached_property", "cached", "cachedmethod", "memoize", "memoized", "memoise"}
)


T = TypeVar("T")


class Kind(StrEnum):
    IMPORT = "import"
    FUNCTION = "function"
    CACHED = "cached function"  # keeps results between calls
    CLASS = "class"
    CONSTANT = "constant"  # a literal that nobody can change
    DATA = "data"  # anything else


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    kinds: dict[str, frozenset[Kind]]  # every name bound at module level, by each way it is bound
    origins: dict[str, frozenset[str]]  # of imported names: "collections.deque"
    loaded: frozenset[str]  # every name read anywhere in the file
    star: bool  # has `from m import *`: unknown names may come from there


@lru_cache(maxsize=8)  # one function's candidates follow one another
def module_facts(source: str) -> ModuleFacts | str:
    """Facts of a module's text; a string says why it is no Python."""
    tree = parse_module(source.encode("utf-8"))
    if isinstance(tree, str):
        return tree
    found: list[tuple[str, Kind]] = []
    imported: list[Binding] = []
    for statement in _statements(tree.body):
        found += _bound(statement)
        imported += bindings(statement)
    found += [(item.name, Kind.IMPORT) for item in imported]
    nodes = list(ast.walk(tree))
    found += [(name, Kind.DATA) for node in nodes if isinstance(node, ast.Global) for name in node.names]
    return ModuleFacts(
        kinds=_gather(found),
        origins=_gather([(item.name, item.origin) for item in imported]),
        loaded=frozenset(
            node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        ),
        star=any(item.name == "*" for item in imported),
    )


def _gather(pairs: list[tuple[str, T]]) -> dict[str, frozenset[T]]:
    found: dict[str, set[T]] = {}
    for name, value in pairs:
        found.setdefault(name, set()).add(value)
    return {name: frozenset(values) for name, values in found.items()}


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run in the module's own scope, those inside `if`, `try`, `for`... too."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            waiting += ast.iter_child_nodes(node)


def _bound(statement: ast.stmt) -> list[tuple[str, Kind]]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        cached = any(decorator_name(item) in CACHE_DECORATORS for item in statement.decorator_list)
        return [(statement.name, Kind.CACHED if cached else Kind.FUNCTION)]
    if isinstance(statement, ast.ClassDef):
        return [(statement.name, Kind.CLASS)]
    constant = isinstance(statement, (ast.Assign, ast.AnnAssign)) and _is_constant(statement.value)
    kind = Kind.CONSTANT if constant else Kind.DATA
    stored = [node for node in _own_nodes(statement) if isinstance(node, ast.Name)]
    return [(node.id, kind) for node in stored if isinstance(node.ctx, ast.Store)]


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without those of the statements inside it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]


def _is_constant(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Tuple):
        return all(_is_constant(item) for item in value.elts)
    if isinstance(value, ast.BinOp):
        return _is_constant(value.left) and _is_constant(value.right)
    if isinstance(value, ast.UnaryOp):
        return _is_constant(value.operand)
    return isinstance(value, ast.Constant)


def decorator_name(decorator: ast.expr) -> str:
    """The last part of a decorator's name: "lru_cache" for `@functools.lru_cache(maxsize=None)`."""
    if isinstance(decorator, ast.Call):
        return decorator_name(decorator.func)
    if isinstance(decorator, ast.Attribute):
        return decorator.attr
    return decorator.id if isinstance(decorator, ast.Name) else ""
