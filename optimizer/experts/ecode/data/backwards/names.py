"""What is known of a function's names: what they were made as, where they are mentioned."""

import ast
import re
from collections.abc import Iterator

import libcst as cst

from optimizer.experts.rules import types
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import unbound_reads
from optimizer.experts.rules.tree import Statements, code

DICTS = frozenset({"dict", "defaultdict", "Counter"})
SIZED = DICTS | {"list", "set", "str", "deque", "tuple"}
SEQUENCES = frozenset({"list", "str"})
_MAKERS = {
    "dict": "dict",
    "OrderedDict": "dict",
    "defaultdict": "defaultdict",
    "Counter": "Counter",
    "set": "set",
    "list": "list",
    "sorted": "list",
    "deque": "deque",
}
_ITERATORS = frozenset(
    "accumulate chain combinations cycle dropwhile enumerate filter finditer from_iterable groupby islice "
    "iter map open permutations product reader repeat reversed scandir starmap takewhile zip".split()
)
_ENDLESS = ("count(", "cycle(", "repeat(", "iter(")
_GROWN = ast.Name("", ast.Load())  # stands for the value of `+=` and its kind
_DOCUMENTED = re.compile(r":type\s+(\w+)\s*:\s*([^\n]+)")


def kind_of(scene: Scene, node: cst.BaseExpression) -> str:
    """The head of an expression's type, as "list" or "Counter"; empty when unknown or not always the same."""
    known = types.head(_type_of(scene, node))
    if known or not isinstance(node, cst.Name):
        return "" if known == "sequence" else known
    kinds = set(_bindings(scene.tree, node.value))
    return kinds.pop() if len(kinds) == 1 else ""


def element_kind(scene: Scene, node: cst.BaseExpression) -> str:
    """The head of the type of what iteration gives."""
    whole = _type_of(scene, node)
    if not whole and isinstance(node, cst.Name):
        whole = _documented(scene.tree, node.value)
    return types.head(types.element(whole))


def _type_of(scene: Scene, node: cst.BaseExpression) -> str:
    """Empty as well for an expression that only the parentheses around it hold together."""
    held = isinstance(node, cst.GeneratorExp) or "\n" in code(node)
    return "" if held else scene.type_of(node)


def start(scene: Scene, name: str) -> ast.expr | None:
    """The value of a name that is bound once; None as well where the binding is of another form."""
    bound = list(_values(scene.tree, name))
    return bound[0] if len(bound) == 1 else None


def starts_empty(scene: Scene, name: str, *values: str) -> bool:
    """Whether the name is bound once, to one of the values."""
    value = start(scene, name)
    return value is not None and ast.unparse(value) in values


def may_be_none(scene: Scene, name: str) -> bool:
    """A parameter that is None where it is not given, whatever its annotation says."""
    given = scene.tree.args
    last = zip([*given.posonlyargs, *given.args][::-1], given.defaults[::-1], strict=False)
    return any(
        each.arg == name and isinstance(value, ast.Constant) and value.value is None
        for each, value in (*last, *zip(given.kwonlyargs, given.kw_defaults, strict=True))
    )


def bindings(scene: Scene, name: str) -> int:
    """How often the function gives the name a value, of whatever kind."""
    return sum(
        isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
        for node in ast.walk(scene.tree)
    ) + sum(isinstance(node, ast.arg) and node.arg == name for node in ast.walk(scene.tree))


def mentions(node: cst.CSTNode | Statements, name: str) -> int:
    """How often code mentions a variable; attributes and keywords of that name do not count."""
    nodes = [node] if isinstance(node, cst.CSTNode) else list(node)
    counter = _Mentions(name)
    for each in nodes:
        each.visit(counter)
    return counter.count


def own(scene: Scene, name: str) -> bool:
    """A variable made in this function, maybe seen by functions nested in it; never a parameter."""
    return bool(name) and name in scene.bound and name not in scene.parameters | scene.outside


def continues(body: Statements) -> bool:
    """Whether statements hold a `continue` of the loop around them, or suspend."""
    return any(_continues(statement) for statement in body)


def only_in_loops(scene: Scene, name: str) -> bool:
    """A loop's variable that nothing reads after the loop, nor from a nested function."""
    return scene.local(name) and name not in unbound_reads(scene.tree)


def steady(scene: Scene, node: cst.BaseExpression, *during: cst.CSTNode) -> bool:
    """Whether an expression gives the same value whenever it is asked in that code, and changes nothing."""
    changing = any(scene.may_change(name, *during) for name in names_in(node))
    return scene.pure(node) and not changing and not runs_dry(scene, node)


def runs_dry(scene: Scene, node: cst.BaseExpression) -> bool:
    """Whether an expression reads a variable that is an iterator: what was walked through once is gone."""
    names = names_in(node)
    return any(types.head(scene.env.get(name, "")) in ("iterable", "iterator") for name in names) or any(
        isinstance(target, ast.Name) and target.id in names and _iterator(value)
        for each in ast.walk(scene.tree)
        for target, value in _assigned(each)
    )


def finite(node: cst.BaseExpression) -> bool:
    """Whether nothing in an expression is known to go on for ever."""
    return not any(each in code(node) for each in _ENDLESS)


def walkable(scene: Scene, node: cst.BaseExpression) -> bool:
    """Whether nobody notices a walk to the end of an iterable, where one up to the answer would do."""
    return scene.pure(node) and finite(node) and not runs_dry(scene, node)


def parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all that is in it."""
    yield node
    for child in node.children:
        yield from parts(child)


def names_in(node: cst.BaseExpression) -> set[str]:
    """Variables that an expression mentions."""
    return {each.id for each in ast.walk(ast.parse(f"({code(node)})")) if isinstance(each, ast.Name)}


def _continues(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Continue | cst.Yield | cst.Await):
        return True
    if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
        return False
    if isinstance(node, cst.For | cst.While):  # its own continue; a yield is looked for as text
        return "yield" in code(node) or (node.orelse is not None and _continues(node.orelse))
    return any(_continues(child) for child in node.children)


class _Mentions(cst.CSTVisitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.count = 0

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802  # LibCST's name
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:  # noqa: N802  # LibCST's name
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802  # LibCST's name
        self.count += node.value == self._name


def _bindings(tree: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Iterator[str]:
    """What each binding of the name makes it; "" for those that say nothing."""
    for value in _values(tree, name):
        if value is not _GROWN:  # a list, a text or a set stays what it is
            yield _made(value) if value is not None else ""
    for argument in ast.walk(tree):  # a nested function's parameter of that name is another variable
        if isinstance(argument, ast.arg) and argument.arg == name:
            yield types.head(_documented(tree, name))


def _values(tree: ast.AST, name: str) -> Iterator[ast.expr | None]:
    """The values that are assigned to a name; None for bindings of other forms."""
    seen: set[int] = set()
    for node in ast.walk(tree):
        for target, value in _assigned(node):
            if isinstance(target, ast.Name) and target.id == name:
                seen.add(id(target))
                yield value
    for node in ast.walk(tree):
        stored = isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
        if stored and id(node) not in seen:
            yield None


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    yield from zip(target.elts, value.elts, strict=False)
                else:
                    yield target, value
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            yield target, value
        case ast.AugAssign(target=target):
            yield target, _GROWN
        case _:
            return


def _made(value: ast.expr) -> str:
    match value:
        case ast.Dict() | ast.DictComp():
            return "dict"
        case ast.Set() | ast.SetComp():
            return "set"
        case ast.List() | ast.ListComp() | ast.BinOp(left=ast.List(), op=ast.Mult()):
            return "list"
        case ast.JoinedStr() | ast.Constant(value=str()):
            return "str"
        case ast.Call(func=ast.Name(id=maker) | ast.Attribute(value=ast.Name(id="collections"), attr=maker)):
            return _MAKERS.get(maker, "")
        case _:
            return ""


def _iterator(value: ast.expr) -> bool:
    match value:
        case ast.GeneratorExp():
            return True
        case ast.Call(func=ast.Name(id=maker) | ast.Attribute(attr=maker)):
            return maker in _ITERATORS
        case _:
            return False


def _documented(tree: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str:
    """The type that the docstring gives a parameter (":type name: List[int]")."""
    for parameter, text in _DOCUMENTED.findall(ast.get_docstring(tree) or ""):
        if parameter == name:
            try:
                return types.annotation(ast.parse(text.strip(), mode="eval").body)
            except SyntaxError:
                return ""
    return ""
