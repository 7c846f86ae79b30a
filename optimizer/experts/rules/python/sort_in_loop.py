"""A list that is kept sorted by sorting all of it after each new item."""

import ast

import libcst as cst

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.types import element

_IMPORT = "from bisect import insort"
_KEEPING = ("append", "sort", "pop", "clear", "index", "count")  # what keeps a sorted list sorted


def _find(scene: Scene, place: Place) -> Change | None:
    if not place.loops:
        return None
    found = scene.match("A.append(X)\nA.sort()", place.take(2))
    if found is None or not found.name("A") or not scene.fresh_object(found.name("A")):
        return None
    name = found.name("A")
    plain = element(scene.env.get(name, "")) in ("int", "str")
    if not plain or not _sorted_before(scene.tree, name) or name in scene.effects(found.node("X")).reads:
        return None
    new = fill("insort(A, X)", A=cst.Name(name), X=found.node("X"))
    return Change(new, count=2, imports=(_IMPORT,))


def _sorted_before(tree: ast.AST, name: str) -> bool:
    """Whether the list starts with at most one item and nothing else brings it out of order."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                if not isinstance(value, ast.List) or len(value.elts) > 1:
                    return False
            case ast.AnnAssign(target=ast.Name(id=target), value=value) if target == name:
                if not isinstance(value, ast.List) or len(value.elts) > 1:
                    return False
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr), args=args) if (
                owner == name
            ):
                if attr not in _KEEPING or (attr == "sort" and node.keywords):
                    return False
                del args
            case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Store() | ast.Del()) if owner == name:
                return False
            case ast.AugAssign(target=ast.Name(id=target)) if target == name:
                return False
            case _:
                continue
    return _pairs(tree, name)


def _pairs(tree: ast.AST, name: str) -> bool:
    """Whether each append() is followed by sort() at once."""
    for node in ast.walk(tree):
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if not isinstance(block, list):
                continue
            calls = [_method(statement, name) for statement in block]
            for index, method in enumerate(calls):
                if method == "append" and calls[index + 1 : index + 2] != ["sort"]:
                    return False
    return True


def _method(statement: ast.stmt, name: str) -> str:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr))) if (
            owner == name
        ):
            return attr
        case _:
            return ""


RULE = Rule(
    name="sort-in-loop",
    summary="inserts each new item at its place instead of sorting the whole list again",
    before="""\
def medians(numbers: list[int]) -> list[int]:
    ordered: list[int] = []
    found = []
    for number in numbers:
        ordered.append(number)
        ordered.sort()
        found.append(ordered[len(ordered) // 2])
    return found
""",
    after="""\
def medians(numbers: list[int]) -> list[int]:
    ordered: list[int] = []
    found = []
    for number in numbers:
        insort(ordered, number)
        found.append(ordered[len(ordered) // 2])
    return found
""",
    imports=(_IMPORT,),
    rewrite=in_statements(_find),
)
