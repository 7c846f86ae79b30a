"""Findings: what a function does that reaches beyond one call.

A candidate is refused for the first finding whose key its original has not: what the original did
already, the candidate may do.
"""

import ast
from collections.abc import Iterator

from optimizer.domain.evidence import Reason
from optimizer.languages.python import policy
from optimizer.languages.python.changes import changes
from optimizer.languages.python.facts import Kind
from optimizer.languages.python.imports import bindings
from optimizer.languages.python.subject import Finding, Subject


def findings(item: Subject) -> Iterator[Finding]:
    """Everything in the function that the guard has an opinion on."""
    for rule in (_names, _imports, _attributes, _lookups, _declarations, _handlers, _classes, changes):
        yield from rule(item)


def _names(item: Subject) -> Iterator[Finding]:
    for node in item.nodes:
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        if item.origins(node):
            yield from _imported_name(item, node)
        elif node in item.scopes.outer:
            yield from _outer_name(item, node)


def _imported_name(item: Subject, node: ast.Name) -> Iterator[Finding]:
    rest, used = _attribute_chain(item, node)
    for origin in item.origins(node):
        dotted = f"{origin}{rest}"
        reason = policy.imported_reason(dotted, origin.split(".")[0] in item.present)
        if reason and not (dotted in policy.CACHES and _per_call(item, used)):
            yield Finding(("name", dotted), reason, f"uses {dotted}", node.lineno)


def _attribute_chain(item: Subject, node: ast.Name) -> tuple[str, ast.expr]:
    """The attributes looked up on a name, and the whole expression: `os` of `os.path.join`."""
    rest, top = "", node
    whole: ast.expr = top
    while isinstance(parent := item.parents.get(whole), ast.Attribute):
        rest, whole = f"{rest}.{parent.attr}", parent
    return rest, whole


def _per_call(item: Subject, used: ast.expr) -> bool:
    """Whether a cache dies with the call: it decorates a local function, or wraps one or a lambda."""
    applied: ast.AST = used
    parent = item.parents.get(applied)
    if isinstance(parent, ast.Call) and parent.func is applied:
        if _wraps_local(item, parent):
            return True
        applied, parent = parent, item.parents.get(parent)  # lru_cache(maxsize=None)
    if isinstance(parent, ast.Call) and parent.func is applied:
        return _wraps_local(item, parent)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(parent, functions) and applied in parent.decorator_list


def _wraps_local(item: Subject, call: ast.Call) -> bool:
    local = {node.name for node in item.nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    return len(call.args) == 1 and (
        isinstance(call.args[0], ast.Lambda)
        or (isinstance(call.args[0], ast.Name) and call.args[0].id in local)
    )


def _outer_name(item: Subject, node: ast.Name) -> Iterator[Finding]:
    key, line = ("name", node.id), node.lineno
    kinds = item.facts.kinds.get(node.id, frozenset())
    if node.id in (item.name, "__class__"):
        return
    if Kind.CACHED in kinds:
        yield Finding(key, Reason.CACHING, f"uses {node.id}, which keeps results between calls", line)
    elif Kind.DATA in kinds:
        yield Finding(key, Reason.MODULE_STATE, f"reads {node.id}, a changeable object of the module", line)
    elif not kinds and not policy.is_builtin(node.id):
        text = f"'{node.id}' is neither defined in the module nor imported by the candidate"
        yield Finding(key, Reason.IMPORT, text, line)
    elif not kinds and (reason := policy.builtin_reason(node.id)):
        yield Finding(key, reason, f"uses {node.id}", line)


def _imports(item: Subject) -> Iterator[Finding]:
    for node in item.nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for found in bindings(node):
                text = f"'{found.line}' inside the function: imports belong to the module"
                yield Finding(("import", found.line), Reason.IMPORT, text, node.lineno)


def _attributes(item: Subject) -> Iterator[Finding]:
    for node in item.nodes:
        if isinstance(node, ast.Attribute) and (reason := policy.attribute_reason(node.attr)):
            yield Finding(("attribute", node.attr), reason, f"looks up .{node.attr}", node.lineno)


def _lookups(item: Subject) -> Iterator[Finding]:
    """getattr and its relatives: with a constant name they are attributes, else anything at all."""
    for node in item.nodes:
        if not isinstance(node, ast.Call):
            continue
        called = item.dotted(node.func)
        if called == "getattr":
            yield from _looked_up(called, node.args[1:2], node)
        elif called == "operator.attrgetter":
            yield from _looked_up(called, node.args, node)
        elif called == "operator.methodcaller":
            yield from _looked_up(called, node.args[:1], node)
        elif called == "type" and len(node.args) + len(node.keywords) != 1:
            yield Finding(("lookup", called), Reason.DYNAMIC_CODE, "makes a class by type()", node.lineno)
    for node in item.nodes:  # `g = getattr`: what it will be asked for cannot be known
        if isinstance(node, ast.expr) and item.dotted(node) in _LOOKUPS and not _is_called(item, node):
            text = f"passes {item.dotted(node)} on"
            yield Finding(("name", item.dotted(node)), Reason.DYNAMIC_CODE, text, node.lineno)


_LOOKUPS = ("getattr", "operator.attrgetter", "operator.methodcaller")


def _is_called(item: Subject, node: ast.expr) -> bool:
    parent = item.parents.get(node)
    return isinstance(parent, ast.Call) and parent.func is node


def _looked_up(called: str, names: list[ast.expr], call: ast.Call) -> Iterator[Finding]:
    for name in names:
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            text = f"{called} with a name that is computed"
            yield Finding(("lookup", called), Reason.DYNAMIC_CODE, text, call.lineno)
            continue
        for part in name.value.split("."):
            if reason := policy.attribute_reason(part):
                yield Finding(("attribute", part), reason, f"looks up .{part}", call.lineno)
            elif part in policy.MUTATING:
                text = f"{called} of the changing method {part}"
                yield Finding(("lookup", part), Reason.MODULE_STATE, text, call.lineno)


def _declarations(item: Subject) -> Iterator[Finding]:
    for node in item.nodes:
        if isinstance(node, ast.Global):
            for name in node.names:
                text = f"'global {name}'"
                yield Finding(("global", name), Reason.MODULE_STATE, text, node.lineno)
        if isinstance(node, ast.Nonlocal):
            for name in set(node.names) - item.scopes.local:
                text = f"'nonlocal {name}' from outside of the function"
                yield Finding(("nonlocal", name), Reason.MODULE_STATE, text, node.lineno)


def _handlers(item: Subject) -> Iterator[Finding]:
    for node in item.nodes:
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            text = "a bare except, which catches what is meant for the interpreter"
            yield Finding(("except", ""), Reason.INTROSPECTION, text, node.lineno)


def _classes(item: Subject) -> Iterator[Finding]:
    """A base class keeps a list of its subclasses, and may run code for each."""
    for node in item.nodes:
        if isinstance(node, ast.ClassDef):
            for base in [*node.bases, *(keyword.value for keyword in node.keywords)]:
                if not (isinstance(base, ast.Name) and policy.is_builtin(item.dotted(base))):
                    text = f"a class derived from {ast.unparse(base)}"
                    yield Finding(("base", ast.dump(base)), Reason.MODULE_STATE, text, node.lineno)
