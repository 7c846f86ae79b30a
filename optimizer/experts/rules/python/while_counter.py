"""`i = a; while i < n: ...; i += 1`: counting by hand what `range` counts in C."""

import libcst as cst

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import Filling, fill
from optimizer.experts.rules.tree import Statement

# The loop, and what range() is asked for.
_FORMS = (
    ("while I < STOP:\n    BODY\n    I += 1", "range(START, STOP)"),
    ("while I <= STOP:\n    BODY\n    I += 1", "range(START, STOP + 1)"),
    ("while I < STOP:\n    BODY\n    I = I + 1", "range(START, STOP)"),
    ("while I <= STOP:\n    BODY\n    I = I + 1", "range(START, STOP + 1)"),
    ("while I < STOP:\n    BODY\n    I += STEP", "range(START, STOP, STEP)"),
    ("while I > STOP:\n    BODY\n    I -= 1", "range(START, STOP, -1)"),
    ("while I >= 0:\n    BODY\n    I -= 1", "range(START, -1, -1)"),
)


def _find(scene: Scene, place: Place) -> Change | None:
    for gap in range(3):  # other variables may be set between the counter and the loop
        taken = tuple(place.take(gap + 2))
        start = scene.match("I = START", taken[:1])
        if len(taken) == gap + 2 and start and start.name("I"):
            change = _counted(scene, start.name("I"), start.node("START"), taken)
            if change is not None:
                return change
    return None


def _counted(
    scene: Scene, name: str, start: cst.BaseExpression, taken: tuple[Statement, ...]
) -> Change | None:
    loop, between = taken[-1], taken[1:-1]
    if not isinstance(loop, cst.While) or any(name in _mentions(scene, each) for each in between):
        return None
    for pattern, counted in _FORMS:
        found = scene.match(pattern, [loop])
        if found is None or found.name("I") != name or not scene.is_builtin("range"):
            continue
        parts: dict[str, Filling] = {"START": start, "I": found.node("I"), "BODY": found.body("BODY")}
        parts |= {hole: found.node(hole) for hole in ("STOP", "STEP") if hole in found.holes}
        if not _fixed(scene, name, start, loop, found.body("BODY"), between, parts):
            return None
        short = counted.replace("START, STOP)", "STOP)") if _zero(start) else counted
        text = short.replace("STOP + 1", "LAST") if "STOP + 1" in short else short
        if "LAST" in text:
            parts["LAST"] = _one_more(found.node("STOP"))
        (new,) = fill(f"for I in {text}:\n    BODY", **parts)
        body = loop.body.with_changes(body=list(found.body("BODY")))
        new = new.with_changes(body=body, leading_lines=loop.leading_lines, orelse=loop.orelse)
        return Change((*between, new), count=len(taken), gone=(name,))
    return None


def _one_more(stop: cst.BaseExpression) -> cst.BaseExpression:
    """`n` for `n - 1`, else `stop + 1`."""
    match stop:
        case cst.BinaryOperation(left=left, operator=cst.Subtract(), right=cst.Integer(value="1")):
            return left
        case _:
            (line,) = fill("STOP + 1", STOP=stop)
            return cst.ensure_type(cst.ensure_type(line, cst.SimpleStatementLine).body[0], cst.Expr).value


def _zero(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Integer) and node.evaluated_value == 0


def _mentions(scene: Scene, statement: Statement) -> frozenset[str]:
    effects = scene.effects(statement)
    odd = effects.leaves or effects.suspends or not isinstance(statement, cst.SimpleStatementLine)
    return effects.reads | effects.binds | (scene.names if odd else frozenset())


def _fixed(
    scene: Scene,
    name: str,
    start: cst.BaseExpression,
    loop: cst.While,
    body: tuple[Statement, ...],
    between: tuple[Statement, ...],
    parts: dict[str, Filling],
) -> bool:
    """The counter is counted in one place, the ends are whole numbers and stay what they are."""
    ends = [part for hole in ("STOP", "STEP") if isinstance(part := parts.get(hole), cst.BaseExpression)]
    if not scene.local(name) or not body or loop.orelse is not None or _continues(body):
        return False
    if any(scene.type_of(each) != "int" or not scene.pure(each) for each in (start, *ends)):
        return False
    if "STEP" in parts and not _natural(ends[-1]):
        return False
    names = frozenset[str]().union(*(scene.effects(each).reads for each in ends))
    if any(scene.may_change(each, *body) for each in names) or name in scene.effects(*body).binds | names:
        return False
    own = scene.effects(start).reads
    return not any(scene.may_change(each, *between) for each in own) if between and own else True


def _natural(step: cst.BaseExpression) -> bool:
    return isinstance(step, cst.Integer) and step.evaluated_value > 0


def _continues(body: tuple[Statement, ...] | list[cst.CSTNode]) -> bool:
    """A `continue` would skip the counting in one form and not in the other."""
    for node in body:
        if isinstance(node, cst.Continue):
            return True
        inner = isinstance(node, cst.For | cst.While | cst.FunctionDef | cst.BaseExpression)
        if not inner and _continues(list(node.children)):
            return True
    return False


RULE = Rule(
    name="while-counter",
    summary="lets range() count instead of comparing and adding in every round",
    before="""\
def matches(text: str, wanted: str) -> int:
    found = 0
    i = 0
    while i < len(text):
        if text[i] == wanted:
            found += 1
        i += 1
    return found
""",
    after="""\
def matches(text: str, wanted: str) -> int:
    found = 0
    for i in range(len(text)):
        if text[i] == wanted:
            found += 1
    return found
""",
    rewrite=in_statements(_find),
)
