"""Classes that are plain records: what their annotations say about the fields.

Dataclasses and named tuples, of the same module or of one of the repository's own that the name is
imported from.
"""

import ast
from collections.abc import Mapping
from functools import lru_cache

from optimizer.experts.rules.types import annotation

_BASES = {"NamedTuple"}
_DECORATORS = {"dataclass"}


@lru_cache(maxsize=64)
def fields(module: str, imported: tuple[tuple[str, str], ...]) -> Mapping[str, Mapping[str, str]]:
    """For each record that the module knows under a name of its own, the types of its fields."""
    sources = dict(imported)
    found: dict[str, Mapping[str, str]] = {}
    for node in ast.parse(module).body:
        if isinstance(node, ast.ImportFrom):
            known = _records(sources.get("." * node.level + (node.module or ""), ""))
            for each in node.names:
                if each.name in known:
                    found[each.asname or each.name] = known[each.name]
    return found | _records(module)


@lru_cache(maxsize=64)
def _records(source: str) -> dict[str, Mapping[str, str]]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return {}
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    names = [node.name for node in classes]
    return {node.name: _fields(node) for node in classes if _is_record(node) and names.count(node.name) == 1}


def _is_record(node: ast.ClassDef) -> bool:
    decorators = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return bool({_last(each) for each in decorators} & _DECORATORS or {_last(b) for b in node.bases} & _BASES)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _fields(node: ast.ClassDef) -> Mapping[str, str]:
    """Fields alone: a property or method of the same name says nothing about a type."""
    methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    dynamic = methods & {"__getattr__", "__getattribute__"}
    found = {
        each.target.id: annotation(each.annotation)
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }
    return {name: kind for name, kind in found.items() if kind and name not in methods and not dynamic}
