"""`a ** i` or `pow(a, i) % n` for growing i: each power is computed from scratch."""

import libcst as cst

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement, block

_POWERS = ("pow(A, I) % N", "A ** I % N")


def _find(scene: Scene, place: Place) -> Change | None:
    loop = place.block[place.index]
    found = scene.match("for I in range(1, STOP):\n    BODY", [loop])
    if found is None or not isinstance(loop, cst.For) or not found.name("I"):
        return None
    finder = _Powers(scene, found.name("I"))
    first = found.body("BODY")[:1]
    for each in first:  # what comes later may be left out of some rounds
        (each.test if isinstance(each, cst.If) else each).visit(finder)
    if len(finder.found) != 1:
        return None
    power, base, modulus = finder.found[0]
    if not _steady(scene, loop, found.name("I"), (base, modulus)):
        return None
    name = scene.temporary("power", "residue")
    step = fill("NAME = NAME * A % N", NAME=name, A=base, N=modulus)
    body = loop.body.deep_replace(power, cst.Name(name))
    assert isinstance(body, cst.IndentedBlock)
    inside = block(body) or ()
    new = loop.with_changes(leading_lines=[], body=body.with_changes(body=[*step, *inside]))
    start: tuple[Statement, ...] = fill(f"{name} = 1")
    return Change((*start, new))


class _Powers(cst.CSTVisitor):
    def __init__(self, scene: Scene, index: str) -> None:
        super().__init__()
        self._scene, self._index = scene, index
        self.found: list[tuple[cst.BaseExpression, cst.BaseExpression, cst.BaseExpression]] = []

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_IfExp(self, node: cst.IfExp) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> None:  # noqa: N802  # LibCST's name
        for pattern in _POWERS:
            match = self._scene.match_expression(pattern, node)
            if match is not None and match.name("I") == self._index:
                self.found.append((node, match.node("A"), match.node("N")))


def _steady(
    scene: Scene, loop: cst.For, index: str, parts: tuple[cst.BaseExpression, cst.BaseExpression]
) -> bool:
    """Base and modulus are whole numbers that the loop leaves alone; no round skips the power."""
    effects = scene.body_effects(loop)
    reads = frozenset[str]().union(*(scene.effects(part).reads for part in parts))
    names = all(isinstance(part, cst.Name | cst.Integer) for part in parts)
    whole = all(scene.type_of(part) == "int" for part in parts)
    return (
        names and whole and not (reads | {index}) & effects.binds and not effects.suspends and not loop.orelse
    )


RULE = Rule(
    name="running-power",
    summary="gets each power from the one before by one multiplication instead of from scratch",
    before="""\
def order(base: int, modulus: int) -> int:
    for i in range(1, modulus):
        if pow(base, i) % modulus == 1:
            return i
    return -1
""",
    after="""\
def order(base: int, modulus: int) -> int:
    power = 1
    for i in range(1, modulus):
        power = power * base % modulus
        if power == 1:
            return i
    return -1
""",
    rewrite=in_statements(_find),
)
