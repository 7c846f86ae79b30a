"""`x = max(x, e)` in a loop: a call for what a comparison does."""

import libcst as cst

from optimizer.experts.rules.pattern import same
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import atom, fill, fill_expression
from optimizer.experts.rules.tree import Statement

# Of equal values max() and min() keep the first, and they compare "later > best", "later < best".
_SIGNS = {"max": ">", "min": "<"}
_WORDS = {"max": "largest", "min": "smallest"}


def _find(scene: Scene, place: Place) -> Change | None:
    if not place.loops:
        return None
    statement = place.block[place.index]
    call = _only_call(scene, statement)
    if call is None:
        return None
    running = _running(scene, statement, call)
    return Change(running) if running else _computed(scene, statement, call)


def _only_call(scene: Scene, statement: Statement) -> cst.Call | None:
    """The one max() or min() of plain values in a statement that evaluates it for certain."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(value=value) | cst.AugAssign(value=value) | cst.Return(value=value)]
        ) if isinstance(value, cst.BaseExpression):
            calls = [call for call in _calls(value) if _plain(scene, call)]
        case _:
            return None
    effects = scene.effects(statement)
    return calls[0] if len(calls) == 1 and not effects.suspends else None


def _calls(node: cst.CSTNode) -> list[cst.Call]:
    if isinstance(node, cst.Lambda | cst.BaseComp | cst.IfExp | cst.BooleanOperation):
        return []
    if isinstance(node, cst.Comparison) and len(node.comparisons) > 1:
        return []
    found = [node] if isinstance(node, cst.Call) else []
    return found + [call for child in node.children for call in _calls(child)]


def _plain(scene: Scene, call: cst.Call) -> bool:
    match call:
        case cst.Call(func=cst.Name(value="max" | "min" as name), args=args) if 2 <= len(args) <= 4:
            return scene.is_builtin(name) and all(not arg.star and arg.keyword is None for arg in args)
        case _:
            return False


def _running(scene: Scene, statement: Statement, call: cst.Call) -> tuple[Statement, ...] | None:
    """`x = max(x, e)`: store only what is larger."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=target)], value=value)]
        ):
            if value is not call or len(call.args) != 2 or not same(target, call.args[0].value):
                return None
        case _:
            return None
    if not isinstance(target, cst.Name) and not _list_item(scene, target, call.args[1].value):
        return None
    sign = _SIGNS[_name(call)]
    candidate = call.args[1].value
    if isinstance(candidate, cst.Name):
        return fill(f"if E {sign} X:\n    X = E", X=target, E=candidate)
    new = scene.temporary("candidate", "challenger")
    return fill(f"NEW = E\nif NEW {sign} X:\n    X = NEW", NEW=new, X=target, E=candidate)


def _list_item(scene: Scene, target: cst.BaseAssignTargetExpression, candidate: cst.BaseExpression) -> bool:
    """An item of a list is the same when it is read again; of other containers, who knows."""
    match target:
        case cst.Subscript(value=container):
            known = scene.type_of(container).startswith("list")
            return known and scene.pure(target) and scene.pure(candidate)
        case _:
            return False


def _computed(scene: Scene, statement: Statement, call: cst.Call) -> Change | None:
    """max() inside of a larger expression: its own statements before it."""
    values = [arg.value for arg in call.args]
    if not isinstance(statement, cst.SimpleStatementLine) or not all(map(scene.pure, values)):
        return None
    if not _quiet(scene, statement):
        return None
    sign = _SIGNS[_name(call)]
    if all(isinstance(value, cst.Name) for value in values) and len(values) == 2:
        text = f"SECOND if SECOND {sign} FIRST else FIRST"
        choice = fill_expression(text, FIRST=values[0], SECOND=values[1])
        return Change((_with(statement, call, choice),))
    target = _own_target(scene, statement, call)
    best, other = target or scene.temporary(_WORDS[_name(call)]), scene.temporary("other")
    lines = list(fill("BEST = E", BEST=best, E=values[0]))
    for value in values[1:]:
        if isinstance(value, cst.Name):
            lines += fill(f"if E {sign} BEST:\n    BEST = E", BEST=best, E=value)
        else:
            lines += fill(
                f"OTHER = E\nif OTHER {sign} BEST:\n    BEST = OTHER", BEST=best, OTHER=other, E=value
            )
    return Change(lines if target else (*lines, _with(statement, call, cst.Name(best))))


def _with(statement: cst.SimpleStatementLine, call: cst.Call, value: cst.BaseExpression) -> Statement:
    alone = any(part is call for part in statement.body[0].children)
    new = statement.with_changes(leading_lines=[]).deep_replace(call, value if alone else atom(value))
    assert isinstance(new, cst.SimpleStatementLine)
    return new


def _own_target(scene: Scene, statement: cst.SimpleStatementLine, call: cst.Call) -> str:
    """The variable that gets the result, where it can hold the best value so far as well."""
    match statement.body[0]:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value) if (
            value is call
        ):
            later = scene.effects(*(arg.value for arg in call.args[1:])).reads
            return "" if name in later | scene.outside | scene.captured else name
        case _:
            return ""


def _quiet(scene: Scene, statement: cst.SimpleStatementLine) -> bool:
    """Nothing in the statement could tell whether the operands were evaluated a little earlier."""
    match statement.body[0]:
        case cst.Assign(targets=targets, value=value):
            parts = [value, *(target.target for target in targets)]
        case cst.AugAssign(target=target, value=value):
            parts = [value, target]
        case cst.Return(value=cst.BaseExpression() as value):
            parts = [value]
        case _:
            return False
    return all(scene.pure(part) for part in parts)


def _name(call: cst.Call) -> str:
    assert isinstance(call.func, cst.Name)
    return call.func.value


RULE = Rule(
    name="builtin-extremum-in-loop",
    summary="compares two values directly instead of calling max() or min() in every round of the loop",
    before="""\
def steepest(heights, width):
    best = 0
    costs = [0] * len(heights)
    for i in range(width, len(heights)):
        best = max(best, heights[i] - heights[i - width])
        costs[i] = best + min(costs[i - 1], costs[i - width])
    return best, costs
""",
    after="""\
def steepest(heights, width):
    best = 0
    costs = [0] * len(heights)
    for i in range(width, len(heights)):
        candidate = heights[i] - heights[i - width]
        if candidate > best:
            best = candidate
        smallest = costs[i - 1]
        other = costs[i - width]
        if other < smallest:
            smallest = other
        costs[i] = best + smallest
    return best, costs
""",
    rewrite=in_statements(_find),
)
