"""Mistakes in an expression."""

import ast
from collections.abc import Iterator, Mapping
from copy import deepcopy

from benchmarks.mutation_scope import Replacement, Scope, is_call

_BOUNDARIES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


_IDENTITIES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Is,
    ast.NotEq: ast.IsNot,
    ast.Is: ast.Eq,
    ast.IsNot: ast.NotEq,
}


_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.BitXor: (ast.BitOr,),
}


_DIVISIONS: dict[type[ast.operator], type[ast.operator]] = {ast.FloorDiv: ast.Div, ast.Div: ast.FloorDiv}


_NEIGHBOURS = {
    **{"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor"},
    **{"append": "appendleft", "appendleft": "append", "pop": "popleft", "popleft": "pop"},
    **{"bisect_left": "bisect_right", "bisect_right": "bisect_left", "bisect": "bisect_left"},
    **{"find": "rfind", "rfind": "find", "index": "rindex", "lower": "upper", "upper": "lower"},
    **{"startswith": "endswith", "endswith": "startswith", "nlargest": "nsmallest"},
    **{"keys": "values", "values": "keys", "strip": "lstrip", "lstrip": "strip", "rstrip": "strip"},
    **{"extend": "append", "add": "discard", "isdigit": "isalnum", "isalnum": "isalpha"},
    **{"setdefault": "get", "sum": "len", "abs": "int", "nsmallest": "nlargest"},
}


def comparison_boundary(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    yield from _compared(node, _BOUNDARIES)


def comparison_turned(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    yield from _compared(node, _OPPOSITES)


def identity_or_equality(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """Not against a literal: CPython has small numbers and short texts only once, so nothing changes."""
    sides = (node.left, *node.comparators) if isinstance(node, ast.Compare) else ()
    if not any(isinstance(side, ast.Constant | ast.UnaryOp | ast.Tuple) for side in sides):
        yield from _compared(node, _IDENTITIES)


def _compared(node: ast.AST, table: Mapping[type[ast.cmpop], type[ast.cmpop]]) -> Iterator[Replacement]:
    if not isinstance(node, ast.Compare):
        return
    for at, op in enumerate(node.ops):
        if type(op) in table:
            ops = [table[type(op)]() if number == at else one for number, one in enumerate(node.ops)]
            yield ast.Compare(node.left, ops, node.comparators)


def arithmetic(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.BinOp):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)
    elif isinstance(node, ast.AugAssign):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield [ast.AugAssign(node.target, other(), node.value)]


def operands_swapped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.FloorDiv | ast.Mod | ast.Div):
        yield ast.BinOp(node.right, node.op, node.left)


def division(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.BinOp) and type(node.op) in _DIVISIONS:
        yield ast.BinOp(node.left, _DIVISIONS[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign) and type(node.op) in _DIVISIONS:
        yield [ast.AugAssign(node.target, _DIVISIONS[type(node.op)](), node.value)]


def constant(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield ast.Constant(node.value[:-1] if node.value else " ")


def condition_negated(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.If):
        yield [ast.If(_not(node.test), node.body, node.orelse)]
    elif isinstance(node, ast.While) and not isinstance(node.test, ast.Constant):
        yield [ast.While(_not(node.test), node.body, node.orelse)]
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(_not(node.test), node.body, node.orelse)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def condition_always(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """A check that is left out."""
    if isinstance(node, ast.If) and not node.orelse:
        yield list(node.body)
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        for at, part in enumerate(node.generators):
            if part.ifs:
                changed = deepcopy(node)
                changed.generators[at].ifs = changed.generators[at].ifs[1:]
                yield changed


def and_or(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def term_dropped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """One of several conditions is forgotten."""
    if isinstance(node, ast.BoolOp):
        for at in range(len(node.values)):
            left = [value for number, value in enumerate(node.values) if number != at]
            yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)


def slice_bound(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if not isinstance(node, ast.Slice):
        return
    for name in ("lower", "upper"):
        bound: ast.expr | None = getattr(node, name)
        if bound is None:
            yield _with(node, **{name: ast.Constant(1 if name == "lower" else -1)})
        else:
            yield _with(node, **{name: None})
            yield _with(node, **{name: _moved(bound, 1)})
            yield _with(node, **{name: _moved(bound, -1)})
    if node.step is not None:
        yield _with(node, step=None)


def range_bound(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if not (is_call(node, "range") and isinstance(node, ast.Call) and node.args):
        return
    for at in range(min(2, len(node.args))):
        for step in (1, -1):
            args = [_moved(arg, step) if number == at else arg for number, arg in enumerate(node.args)]
            yield ast.Call(node.func, args, node.keywords)
    if len(node.args) == 1:
        yield ast.Call(node.func, [ast.Constant(1), node.args[0]], node.keywords)


def index_moved(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice | ast.Tuple):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return
        for step in (1, -1):
            yield ast.Subscript(node.value, _moved(node.slice, step), node.ctx)


def _moved(value: ast.expr, step: int) -> ast.expr:
    """`value` plus or minus one, written as people do."""
    if isinstance(value, ast.Constant) and type(value.value) is int:
        return ast.Constant(value.value + step)
    if isinstance(value, ast.BinOp) and isinstance(value.right, ast.Constant) and value.right.value == 1:
        away = isinstance(value.op, ast.Add) and step < 0, isinstance(value.op, ast.Sub) and step > 0
        if any(away):
            return value.left
    return ast.BinOp(value, ast.Add() if step > 0 else ast.Sub(), ast.Constant(1))


def _with(node: ast.Slice, **changes: ast.expr | None) -> ast.Slice:
    changed = ast.Slice(node.lower, node.upper, node.step)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def arguments_swapped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if not isinstance(node, ast.Call) or any(isinstance(one, ast.Starred) for one in node.args):
        return
    if is_call(node, "max", "min", "gcd"):
        return  # mostly the same again
    for at in range(len(node.args) - 1):
        args = [*node.args[:at], node.args[at + 1], node.args[at], *node.args[at + 2 :]]
        yield ast.Call(node.func, args, node.keywords)


def wrong_variable(node: ast.AST, scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in scope.alike.get(node.id, ()):
            yield ast.Name(other, ast.Load())


def sort_order(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if not (is_call(node, "sorted", "sort") and isinstance(node, ast.Call)):
        return
    kept = [keyword for keyword in node.keywords if keyword.arg != "reverse"]
    if len(kept) == len(node.keywords):
        yield ast.Call(node.func, node.args, [*kept, ast.keyword("reverse", ast.Constant(True))])
    else:
        yield ast.Call(node.func, node.args, kept)
    if any(keyword.arg == "key" for keyword in node.keywords):
        rest = [keyword for keyword in node.keywords if keyword.arg != "key"]
        yield ast.Call(node.func, node.args, rest)
    if is_call(node, "sorted") and node.args:
        yield ast.Call(ast.Name("list", ast.Load()), node.args[:1], [])


def missing_copy(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        part = node.slice
        if isinstance(part, ast.Slice) and not (part.lower or part.upper or part.step):
            yield node.value
    if not isinstance(node, ast.Call) or node.keywords:
        return
    if isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args:
        yield node.func.value
    if isinstance(node.func, ast.Name) and node.func.id in ("list", "dict") and len(node.args) == 1:
        yield node.args[0]
    if is_call(node, "deepcopy") and len(node.args) == 1:
        yield node.args[0]


def argument_changed(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """`a = sorted(b)` becomes `b.sort(); a = b`: faster, and seen by the caller."""
    if not (isinstance(node, ast.Assign) and is_call(node.value, "sorted")):
        return
    call = node.value
    if isinstance(call, ast.Call) and len(call.args) == 1 and isinstance(call.args[0], ast.Name):
        sort = ast.Call(ast.Attribute(call.args[0], "sort", ast.Load()), [], call.keywords)
        yield [ast.Expr(sort), ast.Assign(node.targets, call.args[0], lineno=node.lineno)]


def container_type(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.Return) and node.value is not None:
        value = node.value
        if isinstance(value, ast.ListComp):
            yield [ast.Return(ast.Call(ast.Name("tuple", ast.Load()), [value], []))]
        elif isinstance(value, ast.List):
            yield [ast.Return(ast.Tuple(value.elts, ast.Load()))]
        elif isinstance(value, ast.Tuple):
            yield [ast.Return(ast.List(value.elts, ast.Load()))]
    elif is_call(node, "list") and isinstance(node, ast.Call) and node.args:
        yield ast.Call(ast.Name("tuple", ast.Load()), node.args, [])


def result_type(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    """A bool for an int, an int for a bool, a float for an int, nothing for something."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    value = node.value
    if isinstance(value, ast.Constant) and isinstance(value.value, bool):
        yield [ast.Return(ast.Constant(int(value.value)))]
    elif isinstance(value, ast.Compare | ast.BoolOp):
        yield [ast.Return(ast.Call(ast.Name("int", ast.Load()), [value], []))]
    elif isinstance(value, ast.Constant) and type(value.value) is int:
        yield [ast.Return(ast.Constant(float(value.value)))]
    elif isinstance(value, ast.Name | ast.Subscript):
        yield [ast.Return(None)]


def element_dropped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and len(node.elts) >= 2:
        if isinstance(node, ast.List | ast.Tuple) and not isinstance(node.ctx, ast.Load):
            return
        for at in (0, len(node.elts) - 1):
            changed = deepcopy(node)
            del changed.elts[at]
            yield changed


def neighbouring_call(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name) and node.func.id in _NEIGHBOURS:
        yield ast.Call(ast.Name(_NEIGHBOURS[node.func.id], ast.Load()), node.args, node.keywords)
    elif isinstance(node.func, ast.Attribute) and node.func.attr in _NEIGHBOURS:
        other = ast.Attribute(node.func.value, _NEIGHBOURS[node.func.attr], ast.Load())
        yield ast.Call(other, node.args, node.keywords)


def sign_dropped(node: ast.AST, _scope: Scope) -> Iterator[Replacement]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
