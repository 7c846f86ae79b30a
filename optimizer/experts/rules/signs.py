"""Which whole numbers can be shown not to be negative."""

import ast
from collections.abc import Iterator, Mapping

import libcst as cst

from optimizer.experts.rules.effects import bound_names
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.tree import bare

UNKNOWN, NATURAL, POSITIVE = 0, 1, 2  # anything; from 0 up; from 1 up


def positive(scene: Scene, node: cst.BaseExpression) -> bool:
    """Whether an expression is a whole number from 1 up."""
    return _of(scene, node) == POSITIVE


def natural(scene: Scene, node: cst.BaseExpression) -> bool:
    """Whether an expression is a whole number from 0 up."""
    return _of(scene, node) >= NATURAL


def _of(scene: Scene, node: cst.BaseExpression) -> int:
    return _sign(ast.parse(bare(node), mode="eval").body, _variables(scene))


def _variables(scene: Scene) -> dict[str, int]:
    """The sign of every variable whose bindings all have one."""
    if not scene.is_builtin("range") or not scene.is_builtin("len"):
        return {}
    names = scene.bound - scene.parameters - scene.outside - scene.captured
    signs = dict.fromkeys(names, POSITIVE)  # until a binding says otherwise
    for _ in range(4):
        after = dict(signs)
        for name, sign in _bindings(scene.tree, signs):
            if name in after:
                after[name] = min(after[name], sign)
        if after == signs:
            return signs
        signs = after
    return {}


def _bindings(tree: ast.AST, signs: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, _sign(value, signs)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, _sign(value, signs)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                yield name, _combined(op, signs.get(name, UNKNOWN), _sign(value, signs))
            case (
                ast.For(target=ast.Name(id=name), iter=source)
                | ast.comprehension(target=ast.Name(id=name), iter=source)
            ):
                yield name, _items(source, signs)
            case ast.Assign() | ast.For() | ast.comprehension() | ast.With() | ast.Delete() | ast.NamedExpr():
                yield from ((name, UNKNOWN) for name in bound_names(ast.walk(node)))
            case ast.ExceptHandler(name=str(name)) | ast.alias(asname=str(name)) | ast.alias(name=name):
                yield name, UNKNOWN
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.MatchAs(name=str(name)):
                yield name, UNKNOWN
            case _:
                continue


def _items(source: ast.expr, signs: Mapping[str, int]) -> int:
    match source:
        case ast.Call(func=ast.Name(id="range"), args=[_]):
            return NATURAL
        case ast.Call(func=ast.Name(id="range"), args=[start, _]):
            return _sign(start, signs)
        case ast.Call(func=ast.Name(id="range"), args=[start, _, step]) if _sign(step, signs) == POSITIVE:
            return _sign(start, signs)
        case _:
            return UNKNOWN


def _sign(node: ast.expr, signs: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return POSITIVE if value > 0 else NATURAL if value == 0 else UNKNOWN
        case ast.Name(id=name):
            return signs.get(name, UNKNOWN)
        case ast.Call(func=ast.Name(id="len")):
            return NATURAL
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(op, _sign(left, signs), _sign(right, signs))
        case _:
            return UNKNOWN


def _combined(op: ast.operator, left: int, right: int) -> int:
    if UNKNOWN in (left, right):
        return UNKNOWN
    if isinstance(op, ast.Add):
        return max(left, right)
    if isinstance(op, ast.Mult | ast.Pow):
        return min(left, right)
    return NATURAL if isinstance(op, ast.FloorDiv | ast.Mod) else UNKNOWN
