"""Findings: changes of objects that outlive the call."""

import ast
from collections.abc import Iterator

from optimizer.domain.evidence import Reason
from optimizer.languages.python import policy
from optimizer.languages.python.roots import Root, Roots, argument_names, find_roots, kept
from optimizer.languages.python.subject import Finding, Subject


def changes(item: Subject) -> Iterator[Finding]:
    """Stores, changing methods and functions, wherever their object may come from outside."""
    roots = find_roots(item.node, item.root, item.dotted, item.from_outside)
    yield from _stores(item, roots)
    yield from _mutating_methods(item, roots)
    yield from _mutating_calls(item, roots)


def _stores(item: Subject, roots: Roots) -> Iterator[Finding]:
    aliases = _direct_aliases(item, roots)
    for node in item.nodes:
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield from _changed(aliases.get(node.target.id, frozenset()), node.lineno)
        if not isinstance(node, (ast.Attribute, ast.Subscript)) or isinstance(node.ctx, ast.Load):
            continue
        if isinstance(node, ast.Subscript):
            yield from _changed(roots.of(node.value), node.lineno)
        elif not _own_instance(item, node):
            yield from _stored_attribute(item, roots, node)


def _stored_attribute(item: Subject, roots: Roots, node: ast.Attribute) -> Iterator[Finding]:
    found = roots.of(node.value)
    own = any(root[1] == item.name for root in found if root[0] == "thing")
    outside = any(root[0] in ("thing", "data", "module") for root in found)
    reason = Reason.MODULE_STATE if outside and not own else Reason.CACHING
    text = f"stores the attribute {ast.unparse(node)}"
    yield Finding(("stores", node.attr), reason, text, node.lineno)
    below = frozenset((*root[:2], node.attr) for root in found if root[0] != "param")
    yield from _changed(below, node.lineno)


def _own_instance(item: Subject, node: ast.Attribute) -> bool:
    """`self.x = ...` in a method of a class that the function itself defines."""
    method: ast.AST | None = node
    while method is not None and not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
        method = item.parents.get(method)
    if method is None or not isinstance(item.parents.get(method), ast.ClassDef):
        return False
    names = argument_names(method.args)
    return isinstance(node.value, ast.Name) and names[:1] == [node.value.id]


def _direct_aliases(item: Subject, roots: Roots) -> dict[str, frozenset[Root]]:
    """Names that are another name for an object from outside: `x += ...` may change the object."""
    found: dict[str, frozenset[Root]] = {}
    for node in item.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = found.get(target.id, frozenset()) | kept(roots.of(node.value))
    return found


def _changed(found: frozenset[Root], line: int) -> Iterator[Finding]:
    """Findings for a change of the objects that the roots name."""
    for root in sorted(found):
        path = ".".join(root[1:])
        if root[0] == "default":
            text = f"changes {path}, whose default is shared between calls"
            yield Finding(("changes-default", root[1]), Reason.CACHING, text, line)
        elif root[0] != "param":
            yield Finding(("changes", path), Reason.MODULE_STATE, f"changes {path}", line)
        elif len(root) > 2:
            text = f"changes {path}, which outlives the call"
            yield Finding(("changes-attribute", root[-1]), Reason.CACHING, text, line)


def _mutating_methods(item: Subject, roots: Roots) -> Iterator[Finding]:
    for node in item.nodes:
        looked_up = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.Attribute) and looked_up and node.attr in policy.MUTATING:
            found = frozenset(root for root in roots.of(node.value) if root[0] != "module")
            yield from _changed(found, node.lineno)


def _mutating_calls(item: Subject, roots: Roots) -> Iterator[Finding]:
    for node in item.nodes:
        if isinstance(node, ast.Call) and item.dotted(node.func) in policy.MUTATING_FUNCTIONS:
            yield from _changed(roots.of(node.args[0]) if node.args else frozenset(), node.lineno)
