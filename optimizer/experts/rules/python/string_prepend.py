"""A text that grows at its front: each round copies all of it."""

import libcst as cst

from optimizer.experts.rules.pattern import match_statements
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement

_GROWTH = "S = X + S"


def _find(scene: Scene, place: Place) -> Change | None:
    for gap in range(4):  # other variables may be set between the two
        taken = tuple(place.take(gap + 2))
        start = match_statements('S = ""', taken[:1])
        if len(taken) == gap + 2 and start and start.name("S"):
            change = _collected(scene, place, start.name("S"), taken)
            if change is not None:
                return change
    return None


def _collected(scene: Scene, place: Place, name: str, taken: tuple[Statement, ...]) -> Change | None:
    loop, between = taken[-1], taken[1:-1]
    if not isinstance(loop, cst.For | cst.While) or not scene.local(name) or place.guarded or loop.orelse:
        return None
    if any(name in scene.effects(each).reads | scene.effects(each).binds for each in between):
        return None
    parts = scene.fresh("parts", f"{name}_parts")
    grown = _Grown(scene, name, parts)
    changed = cst.ensure_type(loop.visit(grown), type(loop))
    left = scene.effects(changed)
    if not grown.count or name in left.reads | left.binds or left.suspends:
        return None
    joined = fill(f'{name} = "".join(reversed({parts}))')
    return Change((*fill(f"{parts} = []"), *between, changed, *joined), count=len(taken))


class _Grown(cst.CSTTransformer):
    def __init__(self, scene: Scene, name: str, parts: str) -> None:
        super().__init__()
        self._scene, self._name, self._parts = scene, name, parts
        self.count = 0

    def leave_SimpleStatementLine(  # noqa: N802  # LibCST's name
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        found = match_statements(_GROWTH, [original_node])
        if found is None or found.name("S") != self._name:
            return updated_node
        if self._scene.type_of(found.node("X")) != "str":
            return updated_node
        self.count += 1
        (new,) = fill("PARTS.append(X)", PARTS=self._parts, X=found.node("X"))
        return new.with_changes(leading_lines=updated_node.leading_lines)


RULE = Rule(
    name="string-prepend",
    summary="collects the pieces and joins them once, instead of copying the text in every round",
    before="""\
def binary(number: int) -> str:
    digits = ""
    while number > 0:
        digits = str(number % 2) + digits
        number //= 2
    return digits
""",
    after="""\
def binary(number: int) -> str:
    parts = []
    while number > 0:
        parts.append(str(number % 2))
        number //= 2
    digits = "".join(reversed(parts))
    return digits
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
