"""A list that is filled by append() in a loop of its own: a comprehension does it without the calls."""

import libcst as cst

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill, fill_expression
from optimizer.experts.rules.tree import Statement, code, with_value

_LOOPS = (
    ("for T in ITER:\n    ACC.append(ELT)", "[ELT for T in ITER]"),
    ("for T in ITER:\n    if COND:\n        ACC.append(ELT)", "[ELT for T in ITER if COND]"),
    (
        "for T in ITER:\n    for T2 in ITER2:\n        ACC.append(ELT)",
        "[ELT for T in ITER for T2 in ITER2]",
    ),
    (
        "for T in ITER:\n    for T2 in ITER2:\n        if COND:\n            ACC.append(ELT)",
        "[ELT for T in ITER for T2 in ITER2 if COND]",
    ),
)

WIDTH = 90  # columns; a longer comprehension gets a line for each of its parts


def _find(scene: Scene, place: Place) -> Change | None:
    for gap in (1, 0):  # an assignment to another variable may stand between the two
        taken = place.take(gap + 2)
        start = scene.match("ACC = []", taken[:1])
        if len(taken) < gap + 2 or start is None or not start.name("ACC"):
            continue
        change = _filled(scene, place, start.name("ACC"), tuple(taken))
        if change is not None:
            return change
    return None


def _filled(scene: Scene, place: Place, name: str, taken: tuple[Statement, ...]) -> Change | None:
    loop, between = taken[-1], taken[1:-1]
    if not scene.local(name) or place.guarded or any(_touches(scene, each, name) for each in between):
        return None
    for pattern, template in _LOOPS:
        found = scene.match(pattern, [loop])
        if found is None or found.name("ACC") != name:
            continue
        parts = {hole: found.node(hole) for hole in found.holes if hole != "ACC"}
        if any(_unsafe(scene, part, name) for part in parts.values()) or _asynchronous(loop):
            return None
        value = fill_expression(template, **parts)
        if 4 * len(place.above) + len(code(taken[0])) + len(code(value)) > WIDTH:
            value = fill_expression(_broken(template), **parts)
        targets = scene.effects(fill("for T in X:\n    pass", T=parts["T"], X="x")[0]).binds
        if "T2" in parts:
            targets |= scene.effects(fill("for T in X:\n    pass", T=parts["T2"], X="x")[0]).binds
        new = with_value(taken[0].with_changes(leading_lines=[]), value)
        if name in targets:
            return None
        return Change((*between, new), count=len(taken), gone=tuple(sorted(targets)))
    return None


def _broken(template: str) -> str:
    parts = template[1:-1].replace(" for ", "\n    for ").replace(" if ", "\n    if ")
    return f"[\n    {parts}\n]"


def _touches(scene: Scene, statement: Statement, name: str) -> bool:
    effects = scene.effects(statement)
    simple = isinstance(statement, cst.SimpleStatementLine) and not effects.leaves and not effects.suspends
    return not simple or name in effects.reads | effects.binds


def _unsafe(scene: Scene, part: cst.BaseExpression, name: str) -> bool:
    """Reads the list while it grows, or cannot stand in a comprehension."""
    effects = scene.effects(part)
    if effects.reads & {name, "super", "__class__"}:
        return True
    return effects.suspends or bool(effects.binds - _targets(part)) or _lambda(part)


def _targets(part: cst.BaseExpression) -> frozenset[str]:
    return frozenset() if ":=" in code(part) else frozenset({""} | _names(part))


def _names(part: cst.CSTNode) -> set[str]:
    own = {part.value} if isinstance(part, cst.Name) else set()
    return own.union(*(_names(child) for child in part.children))


def _lambda(part: cst.BaseExpression) -> bool:
    """A function made in the loop sees the loop's variable: later, that is another one."""
    return "lambda" in code(part)


def _asynchronous(loop: cst.CSTNode) -> bool:
    return isinstance(loop, cst.For) and (loop.asynchronous is not None or loop.orelse is not None)


RULE = Rule(
    name="append-loop",
    summary="builds the list with a comprehension instead of calling append() in every round",
    before="""\
def squares_of_even(numbers):
    result = []
    for number in numbers:
        if number % 2 == 0:
            result.append(number * number)
    return result
""",
    after="""\
def squares_of_even(numbers):
    result = [number * number for number in numbers if number % 2 == 0]
    return result
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
