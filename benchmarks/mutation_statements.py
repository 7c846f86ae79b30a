"""Mistakes in a statement."""

import ast
from collections.abc import Iterator
from copy import deepcopy

from benchmarks.mutation_scope import Replacement, Scope, is_call


def statement_dropped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Expr | ast.AugAssign | ast.Assign | ast.Delete):
        yield [ast.Pass()]


def initial_value(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Assign):
        for value in _other_start(node.value):
            yield [ast.Assign(node.targets, value, lineno=node.lineno)]
    elif isinstance(node, ast.AnnAssign) and node.value:
        for value in _other_start(node.value):
            yield [ast.AnnAssign(node.target, node.annotation, value, node.simple)]


def _other_start(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.Constant) and isinstance(value.value, bool):
        yield ast.Constant(not value.value)
    elif isinstance(value, ast.Constant) and isinstance(value.value, int | float):
        yield ast.Constant(0 if value.value else 1)
    elif isinstance(value, ast.List) and len(value.elts) == 0:
        yield ast.List([ast.Constant(0)], ast.Load())
    elif is_call(value, "float") or (isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)):
        yield ast.Constant(0)
    elif isinstance(value, ast.BinOp) and isinstance(value.left, ast.List) and len(value.left.elts) == 1:
        for other in _other_start(value.left.elts[0]):
            yield ast.BinOp(ast.List([other], ast.Load()), value.op, value.right)


def early_return(node: ast.AST, scope: Scope) -> Iterator[Replacement]:
    """The function's last return at the end of a loop's body, or right before a loop."""
    if scope.result is not None and isinstance(node, ast.For | ast.While):
        yield [_reduced(node, [*node.body, scope.result])]
    if isinstance(node, ast.For | ast.While):
        yield [_reduced(node, [*node.body, ast.Break()])]


def _reduced(loop: ast.For | ast.While, body: list[ast.stmt]) -> ast.stmt:
    changed = deepcopy(loop)
    changed.body = body
    return changed


def iteration_shortened(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """The first or the last item of a loop is left out."""
    if isinstance(node, ast.For) and isinstance(node.iter, ast.Name | ast.Attribute):
        for part in (ast.Slice(ast.Constant(1)), ast.Slice(None, ast.Constant(-1))):
            changed = deepcopy(node)
            changed.iter = ast.Subscript(node.iter, part, ast.Load())
            yield [changed]


def branches_swapped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.If) and node.orelse and not isinstance(node.orelse[0], ast.If):
        yield [ast.If(node.test, node.orelse, node.body)]
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)


def branch_dropped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """An `elif` becomes an `if` of its own, or an `else` is forgotten."""
    if isinstance(node, ast.If) and node.orelse:
        yield [ast.If(node.test, node.body, [])]
        yield [ast.If(node.test, node.body, []), *node.orelse]


def break_or_continue(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Break):
        yield [ast.Continue()]
        yield [ast.Pass()]
    elif isinstance(node, ast.Continue):
        yield [ast.Break()]
        yield [ast.Pass()]


def exception_changed(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Raise):
        yield [ast.Pass()]
        if isinstance(node.exc, ast.Call) and node.exc.args:
            yield [ast.Raise(ast.Call(node.exc.func, [], []), node.cause)]
    elif isinstance(node, ast.Try) and node.handlers:
        for at in range(len(node.handlers)):
            changed = deepcopy(node)
            changed.handlers[at].type = ast.Name("Exception", ast.Load())
            changed.handlers[at].name = node.handlers[at].name
            yield [changed]
    elif isinstance(node, ast.Assert):
        yield [ast.Pass()]


def exception_swallowed(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """A loop whose errors are not let out any more, where there is something in it that may fail."""
    if isinstance(node, ast.For | ast.While) and any(_may_fail(one) for one in ast.walk(node)):
        handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
        yield [ast.Try([node], [handler], [], [])]


def _may_fail(node: ast.AST) -> bool:
    """Even on values of the right types."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.FloorDiv | ast.Div | ast.Mod)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("pop", "popleft", "remove", "index")
    return isinstance(node, ast.Raise | ast.Assert | ast.Subscript)


def call_dropped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """`abs(x)` becomes `x`, `max(a, b)` becomes `a`."""
    if not (
        is_call(node, "abs", "min", "max", "len", "int", "str", "reversed") and isinstance(node, ast.Call)
    ):
        return
    if node.args and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
        yield from node.args[:2] if is_call(node, "min", "max") else node.args[:1]


def assigned_not_added(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.AugAssign):
        yield [ast.Assign([node.target], node.value, lineno=node.lineno)]
