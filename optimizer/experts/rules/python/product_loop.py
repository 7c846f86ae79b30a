"""Numbers multiplied in a loop of their own: math.prod does it in C."""

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill_expression
from optimizer.experts.rules.tree import with_value
from optimizer.experts.rules.types import element

_IMPORT = "from math import prod"
_LOOPS = (
    "for X in ITER:\n    R *= X",
    "for X in ITER:\n    R = R * X",
)


def _find(scene: Scene, place: Place) -> Change | None:
    start = scene.match("R = 1", place.take(1))
    if start is None or not scene.local(start.name("R")) or place.guarded:
        return None
    for pattern in _LOOPS:
        found = scene.match(f"R = 1\n{pattern}", place.take(2))
        if found is None or not found.name("X") or found.name("X") == found.name("R"):
            continue
        if element(scene.type_of(found.node("ITER"))) not in ("int", "float"):
            return None
        value = fill_expression("prod(ITER)", ITER=found.node("ITER"))
        new = with_value(place.block[place.index].with_changes(leading_lines=[]), value)
        return Change((new,), count=2, imports=(_IMPORT,), gone=(found.name("X"),))
    return None


RULE = Rule(
    name="product-loop",
    summary="multiplies with math.prod, whose loop runs in C",
    before="""\
def factorial(number: int) -> int:
    result = 1
    for factor in range(2, number + 1):
        result *= factor
    return result
""",
    after="""\
def factorial(number: int) -> int:
    result = prod(range(2, number + 1))
    return result
""",
    imports=(_IMPORT,),
    rewrite=in_statements(_find),
)
