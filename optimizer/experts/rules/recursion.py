"""Which recursive functions may solve the same subproblem twice, and on what a subproblem depends."""

import ast

from optimizer.experts.rules.effects import bound_names
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.types import hashable

_ALLOWED = frozenset(
    "abs bool chr divmod float int isinstance len max min ord range round str sum tuple".split()
)
_RESULTS = (ast.Constant, ast.BinOp, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.Name, ast.Call)


def subproblem(scene: Scene) -> list[str]:
    """The parameters that make up a subproblem's key; none where nothing is to be gained, or is certain."""
    tree = scene.tree
    if isinstance(tree, ast.AsyncFunctionDef) or not _plain_signature(tree) or tree.decorator_list:
        return []
    if scene.request.function.qualname != tree.name or not _pure_body(scene, tree):
        return []
    calls = _own_calls(tree)
    if not _overlaps(tree, calls) or scene.outside or _nested(tree):
        return []
    varying = _varying(tree, calls)
    keys = all(_key(scene, name) for name in varying) and not _assigned(tree) & set(varying)
    return varying if keys else []


def _assigned(tree: ast.FunctionDef) -> set[str]:
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if not isinstance(node.ctx, ast.Load)}


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
    """At least two calls of itself that may both happen: in one block, or in a loop."""
    if any(call.keywords or len(call.args) != len(tree.args.args) for call in calls):
        return False
    if any(isinstance(argument, ast.Starred) for call in calls for argument in call.args):
        return False
    # 2 and 2.0 are one key of the table, but not one argument.
    if any(isinstance(node, ast.Div) for call in calls for node in ast.walk(call)):
        return False
    return _together(tree.body, calls) >= 2


def _together(block: list[ast.stmt], calls: list[ast.Call]) -> int:
    """The most calls that one run of a block may make."""
    straight, most = 0, 0
    for statement in block:
        bodies = [getattr(statement, field, []) for field in ("body", "orelse")]
        if isinstance(statement, ast.For):
            most = max(most, straight + 2 * _inside(statement, calls))
        elif any(bodies):
            most = max(most, straight + max(_together(body, calls) for body in bodies))
            straight += _inside(getattr(statement, "test", ast.Pass()), calls)
        else:
            straight += _inside(statement, calls)
    return max(most, straight)


def _inside(node: ast.AST, calls: list[ast.Call]) -> int:
    return sum(1 for each in ast.walk(node) if each in calls)


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


def _key(scene: Scene, name: str) -> bool:
    """A number or a text; of unknown type, what is compared or computed with numbers."""
    kind = scene.env.get(name, "")
    # 0.0 and -0.0 are one key, but not one argument.
    return hashable(kind) and "float" not in kind if kind else _numeric(scene.tree, name)


def _numeric(tree: ast.AST, name: str) -> bool:
    for node in ast.walk(tree):
        match node:
            case (
                ast.Compare(left=ast.Name(id=found), comparators=[ast.Constant(value=int())])
                | ast.BinOp(
                    left=ast.Name(id=found), op=ast.Sub() | ast.FloorDiv(), right=ast.Constant(value=int())
                )
            ) if found == name:
                return True
            case _:
                continue
    return False
