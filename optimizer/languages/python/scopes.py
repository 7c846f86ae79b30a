"""Which names inside a function come from outside of it, by Python's own scope rules."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Scopes:
    outer: frozenset[ast.Name]  # names that mean something outside of the function
    local: frozenset[str]  # every name bound anywhere inside, parameters included


def scopes(function: FunctionNode) -> Scopes:
    """Resolves the names in a function's body; its decorators and signature are not looked at."""
    own = _parameters(function.args) | _bindings(function.body)
    walk = _Walk(set(), set(own))
    for statement in function.body:
        walk.visit(statement, (frozenset(own),))
    return Scopes(frozenset(walk.outer), frozenset(walk.local))


@dataclass(frozen=True, slots=True)
class _Walk:
    outer: set[ast.Name]
    local: set[str]

    def visit(self, node: ast.AST, env: tuple[frozenset[str], ...]) -> None:
        if isinstance(node, ast.Name):
            if not any(node.id in names for names in env):
                self.outer.add(node)
        elif isinstance(node, _FUNCTIONS):
            self._function(node, env)
        elif isinstance(node, _COMPREHENSIONS):
            self._comprehension(node, env)
        else:
            # The names of a class body are not seen by its methods, and a read before the
            # assignment falls through to the module: so they count as coming from outside.
            self._all(ast.iter_child_nodes(node), env)

    def _all(self, nodes: Iterator[ast.AST] | Sequence[ast.AST], env: tuple[frozenset[str], ...]) -> None:
        for node in nodes:
            self.visit(node, env)

    def _function(self, node: FunctionNode | ast.Lambda, env: tuple[frozenset[str], ...]) -> None:
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        names = frozenset(_parameters(node.args) | _bindings(body))
        self.local.update(names)
        inside = {id(item) for item in body}
        # Decorators, defaults and annotations are evaluated in the scope around.
        self._all([item for item in ast.iter_child_nodes(node) if id(item) not in inside], env)
        self._all(body, (*_without_globals(env, body), names))

    def _comprehension(self, node: ast.expr, env: tuple[frozenset[str], ...]) -> None:
        generators: list[ast.comprehension] = getattr(node, "generators", [])
        self.visit(generators[0].iter, env)  # the first one is evaluated in the scope around
        names = frozenset(_stored(item.target) for item in generators)
        bound = frozenset().union(*names)
        self.local.update(bound)
        first = generators[0].iter
        parts = [part for item in generators for part in ast.iter_child_nodes(item) if part is not first]
        elements = [item for item in ast.iter_child_nodes(node) if not isinstance(item, ast.comprehension)]
        self._all([*parts, *elements], (*env, bound))


def _parameters(args: ast.arguments) -> set[str]:
    named = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return {item.arg for item in named if item is not None}


def _stored(target: ast.AST) -> frozenset[str]:
    names = (item for item in ast.walk(target) if isinstance(item, ast.Name))
    return frozenset(item.id for item in names if isinstance(item.ctx, ast.Store))


def _bindings(body: Sequence[ast.AST]) -> set[str]:
    """Names bound in one function scope, without those declared global or nonlocal."""
    bound: set[str] = set()
    foreign: set[str] = set()
    for node in _scope_nodes(body):
        bound |= _bound_by(node)
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            foreign |= set(node.names)
    return bound - foreign


def _without_globals(env: tuple[frozenset[str], ...], body: Sequence[ast.AST]) -> tuple[frozenset[str], ...]:
    """`global x` in an inner function skips the enclosing functions' x."""
    declared = {name for node in _scope_nodes(body) if isinstance(node, ast.Global) for name in node.names}
    return tuple(names - declared for names in env) if declared else env


def _scope_nodes(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of one function scope. Of inner scopes only what they leave behind: their own name,
    what is evaluated outside of them, and the `:=` of a comprehension."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _outside_part(node)


def _outside_part(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, _FUNCTIONS):
        inside = {id(item) for item in ([node.body] if isinstance(node, ast.Lambda) else node.body)}
        return [item for item in ast.iter_child_nodes(node) if id(item) not in inside]
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    if isinstance(node, _COMPREHENSIONS):
        return list(_walrus_targets(node))
    return list(ast.iter_child_nodes(node))


def _walrus_targets(comprehension: ast.AST) -> Iterator[ast.Name]:
    """What `:=` inside a comprehension binds around it. In a lambda it binds in the lambda."""
    waiting: list[ast.AST] = [comprehension]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.NamedExpr):
            yield node.target
        waiting += [node.args] if isinstance(node, ast.Lambda) else ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> frozenset[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        return frozenset({node.id})
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return frozenset({node.name})
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return frozenset(item.asname or item.name.split(".")[0] for item in node.names)
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        return frozenset({node.name})
    return frozenset({node.rest}) if isinstance(node, ast.MatchMapping) and node.rest else frozenset()
