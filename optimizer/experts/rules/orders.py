"""What can be sorted, and used as a key, without ever failing or meaning something else."""

import ast
from collections.abc import Sequence

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
    """Made of names, attributes and constants alone: no call."""
    allowed = ast.Name | ast.Attribute | ast.Constant | ast.Tuple | ast.UnaryOp | ast.USub | ast.expr_context
    return all(isinstance(each, allowed) for each in ast.walk(node))


def sorts(scene: Scene, node: cst.BaseExpression) -> bool:
    """Whether `sorted(name, ...)` cannot fail: built-in types in an order of their own."""
    match ast.parse(bare(node), mode="eval").body:
        case ast.Call(func=ast.Name(id="sorted"), args=[ast.Name(id=name)], keywords=keywords):
            kind = scene.env.get(name, "")
        case _:
            return False
    if types.head(kind) not in ("list", "tuple", "str", "sequence", "set", "frozenset"):
        return False
    element = types.element(kind)
    key = _key_of(keywords)
    if key is None:
        return _plain(keywords) and orderable(element)
    return _plain(keywords) and _builtin_key(scene, key, element)


def plain_key(scene: Scene, keywords: Sequence[ast.keyword]) -> bool:
    """Whether the arguments of `sorted()` name no function that could do anything else than look."""
    match _key_of(keywords):
        case None:
            return _plain(keywords)
        case ast.Lambda(args=ast.arguments(args=[ast.arg()], defaults=[]), body=body):
            return _plain(keywords) and plain_value(body)
        case ast.Name(id=name):
            return _plain(keywords) and scene.is_builtin(name) and name in _KEY_FUNCTIONS
        case _:
            return False


def _key_of(keywords: Sequence[ast.keyword]) -> ast.expr | None:
    return next((each.value for each in keywords if each.arg == "key"), None)


def _plain(keywords: Sequence[ast.keyword]) -> bool:
    """Nothing beside the key but a direction that is written out."""
    return all(
        each.arg == "key" or (each.arg == "reverse" and isinstance(each.value, ast.Constant))
        for each in keywords
    )


def _builtin_key(scene: Scene, key: ast.expr, element: str) -> bool:
    match key:
        case ast.Name(id=name):
            return scene.is_builtin(name) and types.head(element) in _KEY_FUNCTIONS.get(name, ())
        case ast.Attribute(value=ast.Name(id="str"), attr=method):
            return scene.is_builtin("str") and method in _TEXT_KEYS and element == "str"
        case _:
            return False
