"""`if any(... for ...)` and `if all(... for ...)`: a generator is resumed for each item."""

import libcst as cst

from optimizer.experts.rules.python.generator_test import opposite, unsafe
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statements, code

_LEAVES = "for T in ITER:\n    if {test}:\n        BODY"
_ELSE = "for T in ITER:\n    if {test}:\n        break\nelse:\n    BODY"
# What is asked, the loop's test, and whether the body is run at the first item that passes it.
_FORMS = (
    ("any(COND for T in ITER)", "COND", True),
    ("any(COND for T in ITER if FILTER)", "FILTER and COND", True),
    ("not all(COND for T in ITER)", "not COND", True),
    ("not all(COND for T in ITER if FILTER)", "FILTER and not COND", True),
    ("all(COND for T in ITER)", "not COND", False),
    ("all(COND for T in ITER if FILTER)", "FILTER and not COND", False),
    ("not any(COND for T in ITER)", "COND", False),
    ("not any(COND for T in ITER if FILTER)", "FILTER and COND", False),
)


def _find(scene: Scene, place: Place) -> Change | None:
    statement = place.block[place.index]
    if not isinstance(statement, cst.If) or statement.orelse is not None or scene.is_generator:
        return None
    whole = scene.match("if TEST:\n    BODY", [statement])
    if whole is None:
        return None
    for pattern, test, at_first in _FORMS:
        found = scene.match_expression(pattern, statement.test)
        if found is None:
            continue
        parts = {hole: found.node(hole) for hole in found.holes}
        body = whole.body("BODY")
        targets = scene.effects(fill("for T in X:\n    pass", T=parts["T"], X="x")[0]).binds
        if not _own(scene, targets, parts) or targets & scene.effects(*body).reads:
            return None
        if at_first and not _leaves(body):
            return None
        return _loop(scene, parts, body, test, _LEAVES if at_first else _ELSE, tuple(sorted(targets)))
    return None


def _own(scene: Scene, targets: frozenset[str], parts: dict[str, cst.BaseExpression]) -> bool:
    """Whether the loop's variables may become variables of the function, and the parts stand in a loop."""
    if targets & (scene.parameters | scene.outside | scene.captured):
        return False
    return not any(unsafe(scene, part) or "lambda" in code(part) for part in parts.values())


def _leaves(body: Statements) -> bool:
    """Whether the body is one `return` or `raise`: then the loop ends where any() did."""
    match body:
        case [cst.SimpleStatementLine(body=[cst.Return() | cst.Raise()])]:
            return True
        case _:
            return False


def _loop(
    scene: Scene,
    parts: dict[str, cst.BaseExpression],
    body: Statements,
    test: str,
    template: str,
    targets: tuple[str, ...],
) -> Change:
    other = opposite(scene, parts["COND"]) if "not COND" in test else None
    if other is not None:
        test, parts = test.replace("not COND", "COND"), {**parts, "COND": other}
    return Change(fill(template.format(test=test), **parts, BODY=body), gone=targets)


RULE = Rule(
    name="generator-condition",
    summary="asks for each item in a plain loop, without a generator that is resumed for each of them",
    before="""\
def check(rows: list[list[int]], width: int) -> None:
    if any(len(row) != width for row in rows):
        raise ValueError("rows of different lengths")
""",
    after="""\
def check(rows: list[list[int]], width: int) -> None:
    for row in rows:
        if len(row) != width:
            raise ValueError("rows of different lengths")
""",
    rewrite=in_statements(_find),
)
