"""The same collection is sorted again in every round."""

import libcst as cst

from optimizer.experts.rules.orders import sorts
from optimizer.experts.rules.repeated import in_front, repeated
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements


def _find(scene: Scene, place: Place) -> Change | None:
    statement = place.block[place.index]
    seen = scene.effects(statement)

    def wanted(node: cst.BaseExpression, around: cst.CSTNode) -> str:
        called = (
            isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "sorted"
        )
        if not called or not isinstance(node, cst.Call) or not scene.is_builtin("sorted"):
            return ""
        # What is not known may change the objects that are sorted, though not the list itself.
        if seen.unknown_calls and len(node.args) > 1:
            return ""
        return "ordered in_order" if _only_read(node, around) and sorts(scene, node) else ""

    return in_front(scene, statement, repeated(scene, statement, wanted))


def _only_read(node: cst.Call, around: cst.CSTNode) -> bool:
    """Whether nobody gets hold of the list itself, which would now be one for all rounds."""
    match around:
        case cst.For(iter=source) | cst.CompFor(iter=source):
            return source is node
        case cst.Subscript(value=value):
            return value is node
        case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
            return True
        case _:
            return False


RULE = Rule(
    name="sorted-in-loop",
    summary="sorts once before the loop: what is sorted does not change in it",
    before="""\
def ranks(scores: list[int], limits: list[int]) -> list[int]:
    found = []
    for limit in limits:
        rank = 0
        for score in sorted(scores, reverse=True):
            if score < limit:
                break
            rank += 1
        found.append(rank)
    return found
""",
    after="""\
def ranks(scores: list[int], limits: list[int]) -> list[int]:
    found = []
    ordered = sorted(scores, reverse=True)
    for limit in limits:
        rank = 0
        for score in ordered:
            if score < limit:
                break
            rank += 1
        found.append(rank)
    return found
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
