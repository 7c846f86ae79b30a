"""Requests made from plain text, and what rules make of them."""

import ast
import hashlib
from collections.abc import Iterator

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.experts.rules.rule import Rewrite, Rule


def request_for(module: str, name: str = "") -> ProposalRequest:
    """A request for the named function of a module; for its last one when no name is given."""
    found = dict(_functions(ast.parse(module), ""))
    qualname = name or list(found)[-1]
    node = found[qualname]
    start = _offset(module, node.lineno, node.col_offset)
    end = _offset(module, node.end_lineno or 0, node.end_col_offset or 0)
    source = module.encode()[start:end].decode()
    function = Function(
        path="module.py",
        qualname=qualname,
        span=Span(start, end),
        line=node.lineno,
        end_line=node.end_lineno or 0,
        kind=FunctionKind.METHOD if "." in qualname else FunctionKind.FUNCTION,
        is_async=isinstance(node, ast.AsyncFunctionDef),
        source=source,
        content_hash=hashlib.sha256(source.encode()).hexdigest(),
    )
    return ProposalRequest(function, module)


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _offset(module: str, line: int, column: int) -> int:
    before = module.splitlines(keepends=True)[: line - 1]
    return sum(len(each.encode()) for each in before) + column


def spliced(request: ProposalRequest, rewrite: Rewrite) -> str:
    """The module after the rewrite, without its imports."""
    text = request.module_source.encode()
    span = request.function.span
    return (text[: span.start] + rewrite.source.encode() + text[span.end :]).decode()


def first(rule: Rule, module: str, name: str = "") -> str:
    """The module as the rule's first rewrite leaves it; as it was when there is none."""
    request = request_for(module, name)
    for rewrite in rule.rewrite(request):
        return spliced(request, rewrite)
    return module
