"""`[0 for _ in range(n)]`: a loop for what multiplication does."""

import libcst as cst

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, in_expressions
from optimizer.experts.rules.template import fill_expression


def _find(scene: Scene, node: cst.BaseExpression, above: tuple[cst.CSTNode, ...]) -> Change | None:
    found = scene.match_expression("[ELT for T in range(N)]", node)
    if found is None or not isinstance(found.holes["T"], cst.Name):
        return None
    # Of a float, range() and multiplication complain in different words.
    if not _constant(found.node("ELT")) or scene.type_of(found.node("N")) != "int":
        return None
    return Change(fill_expression("[ELT] * N", ELT=found.node("ELT"), N=found.node("N")))


def _constant(node: cst.BaseExpression) -> bool:
    """Something that cannot be changed, so that one object can stand in every place."""
    match node:
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return isinstance(inner, cst.Integer | cst.Float)
        case cst.Name(value=value):
            return value in ("None", "True", "False")
        case _:
            return isinstance(node, cst.Integer | cst.Float | cst.SimpleString)


RULE = Rule(
    name="constant-comprehension",
    summary="makes the list by multiplication instead of a loop over a constant",
    before="""\
def empty_table(rows: int, columns: int) -> list[list[int]]:
    return [[0 for _ in range(columns)] for _ in range(rows)]
""",
    after="""\
def empty_table(rows: int, columns: int) -> list[list[int]]:
    return [[0] * columns for _ in range(rows)]
""",
    rewrite=in_expressions(_find),
)
