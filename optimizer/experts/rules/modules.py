"""Modules of the standard library that a function sees under their own names."""

import ast
from functools import lru_cache

from optimizer.experts.rules.effects import bound_names
from optimizer.experts.rules.scene import Scene


def is_module(scene: Scene, name: str) -> bool:
    """Whether the name is what a plain `import name` at the top of the module binds, and nothing else."""
    return name not in scene.bound and name in _plain_imports(scene.request.module_source)


@lru_cache(maxsize=64)
def _plain_imports(source: str) -> frozenset[str]:
    tree = ast.parse(source)
    plain = {
        each.name
        for node in tree.body
        if isinstance(node, ast.Import)
        for each in node.names
        if each.asname in (None, each.name)
    }
    others = [node for node in ast.walk(tree) if not isinstance(node, ast.Import)]
    shared = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    return frozenset(plain - shared - _bound_at_top(tree) if others else plain)


def _bound_at_top(tree: ast.Module) -> set[str]:
    """Names that anything but a plain import gives a value at the module's own level."""
    statements = [node for node in tree.body if not isinstance(node, ast.Import)]
    found: set[str] = set()
    for node in statements:
        inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        found |= {node.name} if inner else set(bound_names(ast.walk(node)))  # type: ignore[attr-defined]  # as above
    return found
