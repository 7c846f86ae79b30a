"""What code may change, and what it may be asked twice. In doubt, the answer is "it may change"."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# They read their arguments once and give a new value; none of them consumes an iterator.
SCALAR_CALLS = frozenset(
    "abs bin bool callable chr divmod float format hash hex id int isinstance issubclass len oct ord pow "
    "range repr round str type".split()
)
# The same for containers; of an iterator they would take the items.
CONSUMERS = frozenset(
    "all any bytes dict enumerate frozenset list max min reversed set sorted sum tuple zip".split()
)
_READING_METHODS = frozenset(
    "bit_length capitalize casefold center copy count difference encode endswith find format get index "
    "intersection isalnum isalpha isascii isdecimal isdigit isdisjoint islower isnumeric isspace issubset "
    "issuperset istitle isupper items join keys ljust lower lstrip partition replace rfind rindex rjust "
    "rpartition rsplit rstrip split splitlines startswith strip swapcase symmetric_difference title "
    "translate union upper values zfill".split()
)
# Methods of the built-in containers that keep their arguments but do not change them.
_STORING_METHODS = frozenset(
    "add append appendleft clear discard extend insert pop popitem popleft remove reverse setdefault "
    "sort update".split()
)


@dataclass(frozen=True, slots=True)
class Effects:
    """What running a piece of code may do to the names it sees."""

    reads: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str]  # names whose object may be another one's after it, in place
    deep: frozenset[str]  # names a part of whose object may be changed
    unknown_calls: bool  # of functions about which nothing is known
    suspends: bool  # yield or await: anything may happen meanwhile
    leaves: bool  # return, break, continue or raise of its own


def effects(text: str) -> Effects:
    """Effects of a piece of code, given as text. Raises SyntaxError."""
    return _effects(text)


@lru_cache(maxsize=4096)
def _effects(text: str) -> Effects:
    nodes = list(ast.walk(ast.parse(text)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    return Effects(
        reads=frozenset(node.id for node in names if isinstance(node.ctx, ast.Load)),
        binds=frozenset(bound_names(nodes)),
        changes=frozenset(name for node in nodes for name in _changed(node)),
        deep=frozenset(name for node in nodes for name in _changed_inside(node)),
        unknown_calls=any(isinstance(node, ast.Call) and not _known(node) for node in nodes),
        suspends=any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in nodes),
        leaves=any(isinstance(node, ast.Return | ast.Break | ast.Continue | ast.Raise) for node in nodes),
    )


def bound_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Every name that gets a value in one of the nodes themselves."""
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case (
                ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name))
            ):
                yield name
            case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from ((each.asname or each.name).partition(".")[0] for each in names)
            case _:
                continue


def root(node: ast.expr) -> str:
    """ "a" of `a.b[0].c`; empty where there is no name at the root."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def pure(text: str) -> bool:
    """Whether an expression has no side effect and gives the same again while its names are unchanged.

    Attributes and operators are taken for what they are on normal types.
    """
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return all(_pure_node(node) for node in ast.walk(tree))


def _pure_node(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return _reads_only(node)
    return not isinstance(
        node, ast.Yield | ast.YieldFrom | ast.Await | ast.NamedExpr | ast.Lambda | ast.GeneratorExp
    )


def _reads_only(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id=name):
            return name in SCALAR_CALLS or name in CONSUMERS
        case ast.Attribute(attr=attr):
            return attr in _READING_METHODS
        case _:
            return False


def _known(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in _READING_METHODS or call.func.attr in _STORING_METHODS
    return _reads_only(call)


def _changed(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Subscript() | ast.Attribute() if isinstance(node.ctx, ast.Store | ast.Del):
            yield root(node)
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name
        case ast.Call(func=func):
            if isinstance(func, ast.Attribute) and func.attr not in _READING_METHODS:
                yield root(func)
            if not _known(node):
                yield from _handed_over(node)
        case _:
            return


def _changed_inside(node: ast.AST) -> Iterator[str]:
    """Names of which not the object itself but one that it holds is changed."""
    match node:
        case ast.Subscript(value=value) | ast.Attribute(value=value) if isinstance(
            node.ctx, ast.Store | ast.Del
        ) and not isinstance(value, ast.Name):
            yield root(node)
        case ast.Call(func=func):
            if isinstance(func, ast.Attribute) and not isinstance(func.value, ast.Name):
                yield from () if func.attr in _READING_METHODS else (root(func),)
            if not _known(node):
                yield from _handed_over(node)
        case _:
            return


def _handed_over(call: ast.Call) -> Iterator[str]:
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield from (node.id for node in ast.walk(argument) if isinstance(node, ast.Name))


@dataclass(frozen=True, slots=True)
class Aliases:
    """For each name: those whose object, or a part of it, it may stand for; and those that it may hold."""

    stands_for: dict[str, set[str]]
    holds: dict[str, set[str]]


def aliases(function: ast.AST) -> Aliases:
    found = Aliases({}, {})
    for node in ast.walk(function):
        for target, value in _assignments(node):
            behind = {name for name in _behind(value) if name}
            if isinstance(target, ast.Subscript | ast.Attribute):
                found.holds.setdefault(root(target), set()).update(behind)
                continue
            into = found.holds if isinstance(value, ast.Tuple | ast.List) else found.stands_for
            for name in bound_names(ast.walk(target)):
                into.setdefault(name, set()).update(behind)
        match node:
            case ast.Call(func=ast.Attribute(attr=attr) as func, args=args) if attr in _STORING_METHODS:
                held = {name for part in args for name in _behind(part) if name}
                found.holds.setdefault(root(func), set()).update(held)
            case _:
                continue
    return found


def _assignments(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:  # one answer a form
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=ours)], value=ast.Tuple(elts=theirs)) if len(ours) == len(
            theirs
        ):
            return list(zip(ours, theirs, strict=True))
        case ast.Assign(targets=targets, value=value):
            return [(target, value) for target in targets]
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            return [(target, value)]
        case ast.AugAssign(target=target, value=value):
            return [(target, value)]
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            return [(target, value)]
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            return [(target, value)]
        case _:
            return []


def _behind(value: ast.expr) -> Iterator[str]:
    """Names whose object, or a part of it, an expression may give."""
    match value:
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Starred():
            yield root(value)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_behind(body), *_behind(orelse))
        case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            yield from (name for part in parts for name in _behind(part))
        case ast.ListComp(elt=elt):
            yield from _behind(elt)
        case ast.Call(func=ast.Name(id="len" | "range" | "int" | "str" | "abs" | "ord" | "chr")):
            return
        case ast.Call(func=func, args=args):
            yield from (name for part in args for name in _behind(part))
            if isinstance(func, ast.Attribute):
                yield root(func)
        case _:
            return
