"""Plain recursion that solves the same subproblem again and again."""

import ast

import libcst as cst

from optimizer.experts.rules.effects import bound_names
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import in_function
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement, code
from optimizer.experts.rules.types import hashable

_ALLOWED = frozenset(
    "abs bool chr divmod float int isinstance len max min ord range round str sum tuple".split()
)
_RESULTS = (ast.Constant, ast.BinOp, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.Name, ast.Call)


def _find(scene: Scene, function: cst.FunctionDef) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    tree = scene.tree
    if isinstance(tree, ast.AsyncFunctionDef) or not _plain_signature(tree) or tree.decorator_list:
        return None
    if scene.request.function.qualname != tree.name or not _pure_body(scene, tree):
        return None
    calls = _own_calls(tree)
    if not _overlaps(tree, calls) or scene.outside or _nested(tree):
        return None
    return _memoised(scene, function, _varying(tree, calls))


def _plain_signature(tree: ast.FunctionDef) -> bool:
    args = tree.args
    return bool(args.args) and not (
        args.posonlyargs or args.kwonlyargs or args.vararg or args.kwarg or args.defaults
    )


def _own_calls(tree: ast.FunctionDef) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == tree.name
    ]


def _nested(tree: ast.FunctionDef) -> bool:
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    return any(isinstance(node, inner) for node in ast.walk(tree) if node is not tree)


def _pure_body(scene: Scene, tree: ast.FunctionDef) -> bool:
    """Nothing but arithmetic on the parameters: the same arguments give the same result."""
    own = {tree.name}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                if name not in own and not (name in _ALLOWED and scene.is_builtin(name)):
                    return False
            case ast.Call() | ast.Yield() | ast.YieldFrom() | ast.Await() | ast.Try() | ast.With():
                return False
            case (
                ast.Attribute()
                | ast.While()
                | ast.NamedExpr()
                | ast.Import()
                | ast.ImportFrom()
                | ast.Delete()
            ):
                return False
            case ast.Subscript(ctx=ast.Store()) | ast.List() | ast.Dict() | ast.Set() | ast.ListComp():
                return False
            case ast.Return(value=ast.expr() as value) if not isinstance(value, _RESULTS):
                return False
            case _:
                continue
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    known = set(bound_names(ast.walk(tree))) | own
    return all(name in known or scene.is_builtin(name) for name in names - _annotations(tree))


def _annotations(tree: ast.FunctionDef) -> set[str]:
    notes = [argument.annotation for argument in tree.args.args] + [tree.returns]
    return {
        node.id for note in notes if note is not None for node in ast.walk(note) if isinstance(node, ast.Name)
    }


def _overlaps(tree: ast.FunctionDef, calls: list[ast.Call]) -> bool:
    """At least two calls of itself that may both happen: in one statement, or one after the other."""
    if any(call.keywords or len(call.args) != len(tree.args.args) for call in calls):
        return False
    if any(isinstance(argument, ast.Starred) for call in calls for argument in call.args):
        return False
    together = max(
        (sum(1 for call in calls if _within(statement, call)) for statement in _simple(tree)), default=0
    )
    # Halves of a list or a string are different subproblems each time.
    sliced = any(isinstance(node, ast.Slice) for call in calls for node in ast.walk(call))
    return together >= 2 and not sliced


def _simple(tree: ast.FunctionDef) -> list[ast.stmt]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Return | ast.Assign | ast.AugAssign | ast.AnnAssign)
    ]


def _within(statement: ast.stmt, call: ast.Call) -> bool:
    return any(node is call for node in ast.walk(statement))


def _varying(tree: ast.FunctionDef, calls: list[ast.Call]) -> list[str]:
    """Parameters that the recursion changes; the others stay what they are during one call."""
    names = [argument.arg for argument in tree.args.args]
    stored = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }

    def passed_on(index: int, name: str) -> bool:
        given = [call.args[index] for call in calls]
        return name not in stored and all(isinstance(each, ast.Name) and each.id == name for each in given)

    return [name for index, name in enumerate(names) if not passed_on(index, name)]


def _memoised(
    scene: Scene, function: cst.FunctionDef, varying: list[str]
) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    unhashable = [name for name in varying if not hashable(scene.env.get(name, ""))]
    if unhashable or not varying or not isinstance(function.body, cst.IndentedBlock):
        return None
    body: list[Statement] = list(function.body.body)  # type: ignore[arg-type]  # a block holds nothing else
    lead = 1 if function.get_docstring() is not None else 0
    inner, known = scene.fresh("solve", "compute"), scene.fresh("known", "solved")
    key = varying[0] if len(varying) == 1 else f"({', '.join(varying)})"
    params = ", ".join(varying)
    text = f"""
KNOWN = {{}}

def INNER({params}):
    if {key} not in KNOWN:
        KNOWN[{key}] = COMPUTE({params})
    return KNOWN[{key}]
"""
    del body, lead, inner, known, text
    return None


RULE = Rule(
    name="overlapping-recursion",
    summary="solves each subproblem once: their results are kept in a table for the time of one call",
    before="",
    after="",
    rewrite=in_function(_find),
)
