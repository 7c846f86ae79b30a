"""`for j in range(a, b, step): flags[j] = False`: a store a round where one slice assignment does."""

import libcst as cst

from optimizer.experts.rules.bounds import length_is
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.signs import natural, positive
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill


def _find(scene: Scene, place: Place) -> Change | None:
    found = scene.match("for J in range(START, STOP, STEP):\n    A[J] = VALUE", place.take(1))
    if found is None or place.guarded or not found.name("J") or not scene.is_builtin("len"):
        return None
    name = found.name("A")
    start, stop, step = (found.node(hole) for hole in ("START", "STOP", "STEP"))
    if not _constant(found.node("VALUE")) or not natural(scene, start) or not positive(scene, step):
        return None
    if not name or not length_is(scene, name, stop) or not all(map(scene.pure, (start, stop, step))):
        return None
    colons = "::" if isinstance(start, cst.Name | cst.Integer) else " :: "
    text = f"A[START{colons}STEP] = [VALUE] * len(range(START, STOP, STEP))"
    parts = {hole: found.node(hole) for hole in found.holes if hole != "J"}
    return Change(fill(text, **parts), gone=(found.name("J"),))


def _constant(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Name):
        return node.value in ("True", "False", "None")
    return isinstance(node, cst.Integer | cst.Float | cst.SimpleString)


RULE = Rule(
    name="sieve-loop",
    summary="crosses out all multiples with one slice assignment instead of a store a round",
    before="""\
def primes_below(limit: int) -> list[int]:
    flags = [True] * limit
    found = []
    for number in range(2, limit):
        if flags[number]:
            found.append(number)
            for multiple in range(number * number, len(flags), number):
                flags[multiple] = False
    return found
""",
    after="""\
def primes_below(limit: int) -> list[int]:
    flags = [True] * limit
    found = []
    for number in range(2, limit):
        if flags[number]:
            found.append(number)
            flags[number * number :: number] = [False] * len(range(number * number, len(flags), number))
    return found
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
