"""Plain recursion that solves the same subproblem again and again."""

from dataclasses import dataclass

import libcst as cst

from optimizer.experts.rules.recursion import subproblem
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import in_function
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement, block, code


def _find(scene: Scene, function: cst.FunctionDef) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    varying = subproblem(scene)
    return _memoised(scene, function, varying) if varying else None


def _memoised(
    scene: Scene, function: cst.FunctionDef, varying: list[str]
) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    if not isinstance(function.body, cst.IndentedBlock):
        return None
    body: list[Statement] = list(function.body.body)  # type: ignore[arg-type]  # a block holds nothing else
    lead = 1 if function.get_docstring() is not None else 0
    names = _Names(scene.fresh("known", "solved"), scene.fresh("solve", "compute"), ", ".join(varying))
    positions = [
        index for index, parameter in enumerate(function.params.params) if parameter.name.value in varying
    ]
    inner_calls = _Calls(function.name.value, names.inner, positions)
    kept = cst.IndentedBlock(_stored(function.name.value, names, body[lead:], looked_up=False))
    inner = cst.ensure_type(kept.visit(inner_calls), cst.IndentedBlock)
    outside = fill(f"{names.table} = {{}}\nreturn {names.inner}({names.key})")
    return _assembled(function, names, body[:lead], inner, outside, positions), ()


@dataclass(frozen=True, slots=True)
class _Names:
    table: str
    inner: str
    key: str  # "i, j"


def _assembled(
    function: cst.FunctionDef,
    names: _Names,
    lead: list[Statement],
    inner: cst.IndentedBlock,
    outside: tuple[Statement, ...],
    positions: list[int],
) -> cst.FunctionDef:
    table = cst.ensure_type(outside[0], cst.SimpleStatementLine)
    parameters = [function.params.params[index] for index in positions]
    if function.returns is not None and all(parameter.annotation for parameter in parameters):
        table = _annotated(names, parameters, function.returns)
    last = parameters[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    definition = cst.FunctionDef(
        name=cst.Name(names.inner),
        params=cst.Parameters([*parameters[:-1], last]),
        returns=function.returns,
        body=inner,
        leading_lines=[cst.EmptyLine(indent=False)],
    )
    result = outside[-1].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    return function.with_deep_changes(function.body, body=[*lead, table, definition, result])


def _annotated(
    names: _Names, parameters: list[cst.Param], returns: cst.Annotation
) -> cst.SimpleStatementLine:
    kinds = [code(note.annotation) for note in (each.annotation for each in parameters) if note]
    key = kinds[0] if len(kinds) == 1 else f"tuple[{', '.join(kinds)}]"
    text = f"{names.table}: dict[{key}, {code(returns.annotation)}] = {{}}"
    return cst.ensure_type(fill(text)[0], cst.SimpleStatementLine)


def _stored(own: str, names: _Names, body: list[Statement], looked_up: bool) -> list[Statement]:
    """The statements, with results looked up before the first recursion and stored at each return."""
    result: list[Statement] = []
    for statement in body:
        if isinstance(statement, cst.If) and not _recurs(own, statement.test):
            result.append(_branches(own, names, statement, looked_up))
        elif (value := _returned(statement)) is not None and (looked_up or _recurs(own, statement)):
            result.extend(_return(names, value, looked_up, statement))
        else:
            if _recurs(own, statement) and not looked_up:
                result.extend(_filled("if (KEY) in TABLE:\n    return TABLE[KEY]", names))
                looked_up = True
            result.append(_inner_returns(own, names, statement) if looked_up else statement)
    return result


def _filled(text: str, names: _Names, **holes: cst.BaseExpression) -> tuple[Statement, ...]:
    key = names.key if "," in names.key else None
    text = text.replace("(KEY)", f"({key})" if key else names.key).replace("KEY", names.key)
    return fill(text, TABLE=names.table, **holes)


def _return(
    names: _Names, value: cst.BaseExpression, looked_up: bool, old: Statement
) -> tuple[Statement, ...]:
    text = "TABLE[KEY] = E" if looked_up else "if (KEY) not in TABLE:\n    TABLE[KEY] = E"
    plain = isinstance(value, cst.Name | cst.BaseNumber | cst.SimpleString)
    first, *rest = _filled(f"{text}\nreturn {'E' if plain else 'TABLE[KEY]'}", names, E=value)
    return (first.with_changes(leading_lines=old.leading_lines), *rest)


def _branches(own: str, names: _Names, statement: cst.If, looked_up: bool) -> cst.If:
    changed = statement.with_changes(body=_suite(own, names, statement.body, looked_up))
    match statement.orelse:
        case cst.If() as more if not _recurs(own, more.test):
            return changed.with_changes(orelse=_branches(own, names, more, looked_up))
        case cst.Else() as last:
            return changed.with_changes(
                orelse=last.with_changes(body=_suite(own, names, last.body, looked_up))
            )
        case _:
            return changed


def _suite(own: str, names: _Names, suite: cst.BaseSuite, looked_up: bool) -> cst.BaseSuite:
    inside = list(block(suite) or ())
    after = _stored(own, names, inside, looked_up)
    if after == inside:
        return suite
    return (
        suite.with_changes(body=after) if isinstance(suite, cst.IndentedBlock) else cst.IndentedBlock(after)
    )


def _inner_returns(own: str, names: _Names, statement: Statement) -> Statement:
    """A loop or the like: the returns in it store their results too."""
    if isinstance(statement, cst.For):
        return statement.with_changes(body=_suite(own, names, statement.body, True))
    if isinstance(statement, cst.If):
        return _branches(own, names, statement, True)
    return statement


def _returned(statement: Statement) -> cst.BaseExpression | None:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Return(value=value)]):
            return value
        case _:
            return None


def _recurs(own: str, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == own:
        return True
    return any(_recurs(own, child) for child in node.children)


class _Calls(cst.CSTTransformer):
    """Calls of the function become calls of the inner one, with the arguments that vary."""

    def __init__(self, own: str, inner: str, positions: list[int]) -> None:
        super().__init__()
        self._own, self._inner, self._positions = own, inner, positions

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: ARG002, N802  # LibCST's signature
        match updated_node:
            case cst.Call(func=cst.Name(value=name), args=args) if name == self._own:
                kept = [args[index] for index in self._positions]
                kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
                return updated_node.with_changes(func=cst.Name(self._inner), args=kept)
            case _:
                return updated_node


RULE = Rule(
    name="overlapping-recursion",
    summary="solves each subproblem once: the results are kept in a table for the time of one call",
    before="""\
def common(first: str, second: str, i: int, j: int) -> int:
    if i == 0 or j == 0:
        return 0
    if first[i - 1] == second[j - 1]:
        return 1 + common(first, second, i - 1, j - 1)
    return max(common(first, second, i - 1, j), common(first, second, i, j - 1))
""",
    after="""\
def common(first: str, second: str, i: int, j: int) -> int:
    known: dict[tuple[int, int], int] = {}

    def solve(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return 0
        if first[i - 1] == second[j - 1]:
            if (i, j) not in known:
                known[i, j] = 1 + solve(i - 1, j - 1)
            return known[i, j]
        if (i, j) not in known:
            known[i, j] = max(solve(i - 1, j), solve(i, j - 1))
        return known[i, j]

    return solve(i, j)
""",
    rewrite=in_function(_find),
    sets_up=True,
)
