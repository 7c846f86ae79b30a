"""A loop that only sets a flag goes on after the flag is set."""

import libcst as cst

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.tree import statements
from optimizer.experts.rules.types import head

_ENDLESSLY_READABLE = ("list", "str", "tuple", "set", "frozenset", "dict", "range", "sequence", "bytes")


def _find(scene: Scene, place: Place) -> Change | None:
    loop = place.block[place.index]
    found = scene.match("for T in ITER:\n    if COND:\n        FLAG = VALUE", [loop])
    if found is None or not isinstance(loop, cst.For) or not found.name("FLAG") or loop.asynchronous:
        return None
    targets = scene.effects(found.node("T")).reads
    constant = isinstance(value := found.holes["VALUE"], cst.Name) and value.value in ("True", "False")
    # An iterator would be left with items that nobody took.
    known = head(scene.type_of(found.node("ITER"))) in _ENDLESSLY_READABLE
    test = found.node("COND")
    if not constant or not known or not scene.pure(test) or found.name("FLAG") in scene.effects(test).reads:
        return None
    if not _harmless(scene, test) or loop.orelse is not None:
        return None
    (condition,) = loop.body.body
    condition = cst.ensure_type(condition, cst.If)
    inner = cst.ensure_type(condition.body, cst.IndentedBlock)
    stop = inner.with_changes(body=[*inner.body, *statements("break")])
    body = loop.body.with_changes(body=[condition.with_changes(body=stop)])
    return Change((loop.with_changes(body=body),), gone=tuple(targets))


def _harmless(scene: Scene, test: cst.BaseExpression) -> bool:
    """The test cannot fail for a later item: it compares values of the same known type."""
    match test:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(comparator=right)]):
            kinds = {scene.type_of(left), scene.type_of(right)}
            return kinds <= {"int", "bool", "float"} or kinds == {"str"}
        case _:
            return False


RULE = Rule(
    name="flag-loop",
    summary="leaves the loop as soon as the flag is set: later items cannot change it any more",
    before="""\
def contains_negative(numbers: list[int]) -> bool:
    found = False
    for number in numbers:
        if number < 0:
            found = True
    return found
""",
    after="""\
def contains_negative(numbers: list[int]) -> bool:
    found = False
    for number in numbers:
        if number < 0:
            found = True
            break
    return found
""",
    rewrite=in_statements(_find),
)
