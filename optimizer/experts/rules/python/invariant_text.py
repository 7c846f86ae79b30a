"""A text that is made ready in every round, though it is the same one each time."""

import ast

import libcst as cst

from optimizer.experts.rules.repeated import in_front, repeated
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.tree import bare

# Methods of texts that cannot fail, with the numbers of texts that they may be given.
_METHODS = {
    **dict.fromkeys(("lower", "upper", "casefold", "title", "capitalize", "swapcase"), (0, 0)),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), (0, 1)),
    **dict.fromkeys(("removeprefix", "removesuffix"), (1, 1)),
    "replace": (2, 2),
}
_PARTS = ("split", "splitlines", "rsplit")


def _find(scene: Scene, place: Place) -> Change | None:
    statement = place.block[place.index]

    def wanted(node: cst.BaseExpression, _around: cst.CSTNode) -> str:
        if not isinstance(node, cst.Call):
            return ""
        tree = ast.parse(bare(node), mode="eval").body
        names = [each.id for each in ast.walk(tree) if isinstance(each, ast.Name)]
        calls = sum(isinstance(each, ast.Call) for each in ast.walk(tree))
        # One call alone is not worth a variable here: see invariant-call.
        if calls < 2 or not names or not _text(scene, tree):
            return ""
        return f"normalised {names[0]}_normalised"

    return in_front(scene, statement, repeated(scene, statement, wanted))


def _text(scene: Scene, node: ast.expr) -> bool:
    """Whether an expression is a text made of texts, and cannot fail."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.Name(id=name):
            return scene.env.get(name, "") == "str"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(scene, left) and _text(scene, right)
        case ast.Call(func=ast.Attribute(value=value, attr="join"), args=[parts], keywords=[]):
            return _text(scene, value) and _parts(scene, parts)
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=args, keywords=[]):
            low, high = _METHODS.get(method, (1, 0))
            return low <= len(args) <= high and all(_text(scene, each) for each in (value, *args))
        case _:
            return False


def _parts(scene: Scene, node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=[], keywords=[]):
            return method in _PARTS and _text(scene, value)
        case ast.Call(
            func=ast.Attribute(value=value, attr="split"),
            args=[ast.Constant(value=str(separator))],
            keywords=[],
        ):
            return bool(separator) and _text(scene, value)
        case ast.Call(func=ast.Name(id="sorted" | "reversed" as name), args=[value], keywords=[]):
            return scene.is_builtin(name) and _parts(scene, value)
        case _:
            return _text(scene, node)


RULE = Rule(
    name="invariant-text",
    summary="makes the text ready once before the loop: it is the same in every round",
    before="""\
def mentions(titles: list[str], query: str) -> list[str]:
    found = []
    for title in titles:
        if query.strip().lower() in title.lower():
            found.append(title)
    return found
""",
    after="""\
def mentions(titles: list[str], query: str) -> list[str]:
    found = []
    normalised = query.strip().lower()
    for title in titles:
        if normalised in title.lower():
            found.append(title)
    return found
""",
    rewrite=in_statements(_find),
)
