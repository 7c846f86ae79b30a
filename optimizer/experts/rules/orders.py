"""What can be sorted, and used as a key, without ever failing or meaning something else."""

import ast

import libcst as cst

from optimizer.experts.rules import types
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.tree import bare

_EXACT = frozenset({"int", "str", "bool", "bytes"})
_KEY_FUNCTIONS = {"len": ("str", "tuple", "bytes"), "abs": ("int", "float")}
_TEXT_KEYS = ("lower", "upper", "casefold", "strip")


def orderable(kind: str) -> bool:
    """Whether any two values of the type can be compared with `<`."""
    if types.head(kind) == "tuple":
        of = types.arguments(kind)
        return bool(of) and "..." not in of and all(map(orderable, of))
    return kind in types.SCALARS


def exact_key(kind: str) -> bool:
    """Whether a lookup by hash finds what `==` finds. Not so for NaN, which is not equal to itself."""
    if types.head(kind) in ("tuple", "frozenset"):
        of = [each for each in types.arguments(kind) if each != "..."]
        return bool(of) and all(map(exact_key, of))
    return kind in _EXACT


def plain_value(node: ast.expr) -> bool:
    """Made of names, attributes and constants alone: no call, and nothing that may be missing."""
    allowed = ast.Name | ast.Attribute | ast.Constant | ast.Tuple | ast.UnaryOp | ast.USub | ast.expr_context
    return all(isinstance(each, allowed) for each in ast.walk(node))


def sorts(scene: Scene, call: cst.Call) -> bool:
    """Whether `sorted(name, ...)` cannot fail."""
    match ast.parse(bare(call), mode="eval").body:
        case ast.Call(func=ast.Name(id="sorted"), args=[ast.Name(id=name)], keywords=keywords):
            kind = scene.env.get(name, "")
        case _:
            return False
    if types.head(kind) not in ("list", "tuple", "str", "sequence", "set", "frozenset"):
        return False
    keys = [each.value for each in keywords if each.arg == "key"]
    others = [each for each in keywords if each.arg not in ("key", "reverse")]
    constant = all(isinstance(each.value, ast.Constant) for each in keywords if each.arg == "reverse")
    element = types.element(kind)
    if any(each.arg == name for key in keys for each in ast.walk(key) if isinstance(each, ast.arg)):
        return False
    return constant and not others and (_key(scene, keys[0], element) if keys else orderable(element))


def _key(scene: Scene, key: ast.expr, element: str) -> bool:
    match key:
        case ast.Lambda(args=ast.arguments(args=[ast.arg()], defaults=[]), body=body):
            return plain_value(body) and orderable(types.infer(body, scene.env))
        case ast.Name(id=name):
            return scene.is_builtin(name) and types.head(element) in _KEY_FUNCTIONS.get(name, ())
        case ast.Attribute(value=ast.Name(id="str"), attr=method):
            return scene.is_builtin("str") and method in _TEXT_KEYS and element == "str"
        case _:
            return False
