"""A text that is copied for each part that is added to it."""

import libcst as cst

from optimizer.experts.rules.growth import added
from optimizer.experts.rules.pattern import match_statements
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement, code


def _find(scene: Scene, place: Place) -> Change | None:
    start = match_statements("TEXT = VALUE", place.take(1))
    if start is None or not start.name("TEXT") or scene.type_of(start.node("VALUE")) != "str":
        return None
    for gap in range(4):  # other variables may be set between the two
        taken = tuple(place.take(gap + 2))
        if len(taken) == gap + 2 and isinstance(taken[-1], cst.For | cst.While):
            return _collected(scene, place, start.name("TEXT"), start.node("VALUE"), taken)
    return None


def _collected(
    scene: Scene, place: Place, name: str, first: cst.BaseExpression, taken: tuple[Statement, ...]
) -> Change | None:
    loop, between = taken[-1], taken[1:-1]
    if not isinstance(loop, cst.For | cst.While) or not scene.local(name) or place.guarded or loop.orelse:
        return None
    if any(name in scene.effects(each).reads | scene.effects(each).binds for each in between):
        return None
    parts = scene.fresh("parts", f"{name}_parts")
    grown = _Grown(scene, name, parts)
    changed = cst.ensure_type(loop.visit(grown), type(loop))
    left = scene.effects(changed)
    if not grown.copies or name in left.reads | left.binds or left.suspends:
        return None
    empty = code(first) in ('""', "''")
    made = fill(f"{parts}: list[str] = []") if empty else fill("PARTS = [FIRST]", PARTS=parts, FIRST=first)
    returned = match_statements(f"return {name}", place.block[place.index + len(taken) :][:1])
    if returned is not None:
        joined = fill(f'return "".join({parts})')
        return Change((*made, *between, changed, *joined), count=len(taken) + 1, gone=(name,))
    return Change((*made, *between, changed, *fill(f'{name} = "".join({parts})')), count=len(taken))


class _Grown(cst.CSTTransformer):
    def __init__(self, scene: Scene, name: str, parts: str) -> None:
        super().__init__()
        self._scene, self._name, self._parts = scene, name, parts
        self.copies = False

    def leave_SimpleStatementLine(  # noqa: N802  # LibCST's name
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        found = added(self._scene, original_node)
        if found is None or found.name != self._name:
            return updated_node
        self.copies = self.copies or found.copies
        (new,) = fill("PARTS.append(MORE)", PARTS=self._parts, MORE=found.value)
        return new.with_changes(leading_lines=updated_node.leading_lines)


RULE = Rule(
    name="text-by-parts",
    summary="collects the parts and joins them once, instead of copying the text for each of them",
    before="""\
def report(values: list[int]) -> str:
    text = "Report"
    for value in values:
        text = text + "\\n" + str(value)
    return text
""",
    after="""\
def report(values: list[int]) -> str:
    parts = ["Report"]
    for value in values:
        parts.append("\\n" + str(value))
    return "".join(parts)
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
