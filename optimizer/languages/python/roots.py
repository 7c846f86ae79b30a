"""Which objects from outside a function an expression may lead to, through local names.

A root is a tuple. Its first part says where the object comes from:
`data` (the module's, changeable), `thing` (a function, class or built-in), `module` (an allowed
module), `default` (a parameter's default, kept between calls), `param` (an argument). The second is
the name, a third the last attribute that was followed (whole paths would be too many: `node.a.b.c`).
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from optimizer.languages.python.scopes import FunctionNode

Root = tuple[str, ...]
NONE: frozenset[Root] = frozenset()
_KEPT = ("data", "default")  # followed into containers and out of functions
_ROUNDS = 12

# Their result leads to what went in.
_PASSING = frozenset(
    "iter next reversed enumerate zip map filter max min type getattr copy.copy numpy.asarray"
    " numpy.asanyarray numpy.ravel numpy.reshape numpy.transpose numpy.atleast_1d numpy.frombuffer"
    " itertools.chain itertools.islice itertools.cycle itertools.repeat itertools.starmap"
    " itertools.chain.from_iterable functools.partial operator.getitem typing.cast".split()
)
_ACCESSORS = frozenset(
    "get setdefault pop popitem popleft items values keys __getitem__ __iter__ __next__".split()
)


@dataclass(frozen=True, slots=True)
class Roots:
    """Answers for one function; built by `find_roots`."""

    outer: Callable[[ast.Name], Root | None]  # the root of a name from outside
    dotted: Callable[[ast.expr], str]  # "heapq.heappush" for what a call calls, or ""
    is_outer: Callable[[ast.Name], bool]
    aliases: dict[str, frozenset[Root]]

    def of(self, node: ast.AST | None) -> frozenset[Root]:
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Attribute(value=value, attr=attr):
                return frozenset((*root[:2], attr) for root in self.of(value))
            case ast.Subscript(value=value) | ast.Starred(value=value) | ast.NamedExpr(value=value):
                return self.of(value)
            case ast.Await(value=value) | ast.FormattedValue(value=value):
                return self.of(value)
            case ast.IfExp(body=body, orelse=orelse):
                return self.of(body) | self.of(orelse)
            case ast.BoolOp(values=values):
                return self.any_of(values)
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                return kept(self.any_of(_elements(elts)))
            case ast.Dict(keys=keys, values=values):
                return kept(self.any_of(_values(keys, values)))
            case ast.Lambda(body=body):
                return self.of(body)
            case ast.ListComp(elt=elt) | ast.SetComp(elt=elt) | ast.GeneratorExp(elt=elt):
                return kept(self.of(elt))
            case ast.DictComp(value=value):
                return kept(self.of(value))
            case ast.Call():
                return self._call(node)
        return NONE

    def any_of(self, nodes: Iterable[ast.AST | None]) -> frozenset[Root]:
        return NONE.union(*(self.of(node) for node in nodes))

    def _name(self, node: ast.Name) -> frozenset[Root]:
        if not self.is_outer(node):
            return self.aliases.get(node.id, NONE)
        root = self.outer(node)
        return frozenset({root}) if root else NONE

    def _call(self, node: ast.Call) -> frozenset[Root]:
        if self.dotted(node.func) in _PASSING:
            return self.any_of(node.args)
        if isinstance(node.func, ast.Attribute):
            return self.of(node.func.value) if node.func.attr in _ACCESSORS else NONE
        if isinstance(node.func, ast.Name) and self.is_outer(node.func):
            return NONE  # a module's function or class: what it returns is taken as new
        return self.of(node.func)  # a local function leads to what it returns


def _elements(nodes: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """Without `*xs`: it copies the items of xs, and does not lead to xs."""
    for node in nodes:
        if not (isinstance(node, ast.Starred) and isinstance(node.value, (ast.Name, ast.Attribute))):
            yield node


def _values(keys: list[ast.expr | None], values: list[ast.expr]) -> Iterator[ast.expr]:
    """Without `**xs`, likewise."""
    for key, value in zip(keys, values, strict=True):
        if key is not None or not isinstance(value, (ast.Name, ast.Attribute)):
            yield value


def kept(roots: frozenset[Root]) -> frozenset[Root]:
    return frozenset(root for root in roots if root[0] in _KEPT)


def find_roots(
    function: FunctionNode,
    outer: Callable[[ast.Name], Root | None],
    dotted: Callable[[ast.expr], str],
    is_outer: Callable[[ast.Name], bool],
) -> Roots:
    """Follows assignments through the function until nothing new is learned."""
    roots = Roots(outer, dotted, is_outer, _parameters(function))
    flows = [*_flows(function)]
    inner = _inner_functions(function)
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    for _ in range(_ROUNDS):
        before = dict(roots.aliases)
        for target, value in flows:
            _bind(roots, target, roots.of(value))
        for call in calls:
            _pass_arguments(roots, call, inner)
        if roots.aliases == before:
            break
    return roots


def _parameters(function: FunctionNode) -> dict[str, frozenset[Root]]:
    found: dict[str, frozenset[Root]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.arguments):
            for name in argument_names(node):
                found[name] = frozenset({("param", name)})
    for name in _changeable_defaults(function.args):
        found[name] |= {("default", name)}
    return found


def argument_names(args: ast.arguments) -> list[str]:
    named = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [item.arg for item in named if item is not None]


def _changeable_defaults(args: ast.arguments) -> Iterator[str]:
    """Parameters whose default is an object that the calls share."""
    positional = [*args.posonlyargs, *args.args]
    first = len(positional) - len(args.defaults)
    pairs = [*zip(positional[first:], args.defaults, strict=True)]
    pairs += [(arg, value) for arg, value in zip(args.kwonlyargs, args.kw_defaults, strict=True) if value]
    for arg, value in pairs:
        if isinstance(value, (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.DictComp)):
            yield arg.arg


def _flows(function: FunctionNode) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Pairs of target and the value it may get."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((target, value) for target in targets)
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.NamedExpr(target=target, value=value)
            ):
                yield target, value
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                yield target, value
            case ast.comprehension(target=target, iter=value):
                yield target, value
            case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
                yield target, value
            case ast.Match(subject=value, cases=cases):
                yield from ((case.pattern, value) for case in cases)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if node is not function:
                yield from ((ast.Name(name, ast.Store()), value) for value in _results(node))


def _results(function: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value is not None:
            yield node.value


def _inner_functions(function: FunctionNode) -> dict[str, list[str]]:
    """Names of local functions with their parameters."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(function):
        match node:
            case ast.FunctionDef(name=name, args=args) | ast.AsyncFunctionDef(name=name, args=args):
                found.setdefault(name, []).extend(argument_names(args))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=args)):
                found.setdefault(name, []).extend(argument_names(args))
    return found


def _pass_arguments(roots: Roots, call: ast.Call, inner: dict[str, list[str]]) -> None:
    given = kept(roots.any_of([*call.args, *(item.value for item in call.keywords)]))
    if not given:
        return
    if isinstance(call.func, ast.Attribute):  # box.append(CACHE): the box leads to it
        _bind(roots, call.func.value, given)
    names = argument_names(call.func.args) if isinstance(call.func, ast.Lambda) else []
    if isinstance(call.func, ast.Name):
        names = inner.get(call.func.id, [])
    for name in names:
        roots.aliases[name] = roots.aliases.get(name, NONE) | given


def _bind(roots: Roots, target: ast.AST, found: frozenset[Root]) -> None:
    """Every name in a target may get the roots; a container gets those that are kept."""
    if not found:
        return
    match target:
        case ast.Name(id=name):
            roots.aliases[name] = roots.aliases.get(name, NONE) | found
        case ast.Attribute(value=value) | ast.Subscript(value=value):
            _bind(roots, value, kept(found))
        case ast.Tuple() | ast.List() | ast.Starred() | ast.pattern():
            for child in ast.iter_child_nodes(target):
                _bind(roots, child, found)
            captured = getattr(target, "name", None) or getattr(target, "rest", None)
            if isinstance(captured, str):
                roots.aliases[captured] = roots.aliases.get(captured, NONE) | found
