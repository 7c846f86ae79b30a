"""What a rule may ask about the function that it looks at."""

import ast
import builtins
import keyword
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import libcst as cst

from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.rules import types
from optimizer.experts.rules.effects import Aliases, Effects, aliases, bound_names, effects, pure
from optimizer.experts.rules.environment import environment
from optimizer.experts.rules.pattern import Match, match_expression, match_statements
from optimizer.experts.rules.records import fields
from optimizer.experts.rules.tree import Parsed, Statements, bare, block, code, parse

_TOO_DYNAMIC = {"locals", "globals", "vars", "eval", "exec", "dir", "__import__"}
_HARMLESS_STARS = {"math", "typing", "__future__", "collections", "string"}


@dataclass(frozen=True)
class Scene:
    """One function, parsed, with answers about its names and types."""

    request: ProposalRequest
    parsed: Parsed
    tree: ast.FunctionDef | ast.AsyncFunctionDef
    _given: set[str] = field(default_factory=set)  # names handed out by `fresh`

    @cached_property
    def names(self) -> frozenset[str]:
        """Every identifier in the function."""
        return frozenset(identifiers(self.tree))

    @cached_property
    def bound(self) -> frozenset[str]:
        return frozenset(bound_names(ast.walk(self.tree)))

    @cached_property
    def outside(self) -> frozenset[str]:
        """Names that the function shares with others: global or nonlocal ones."""
        shared = (node.names for node in ast.walk(self.tree) if isinstance(node, ast.Global | ast.Nonlocal))
        return frozenset(name for names in shared for name in names)

    @cached_property
    def parameters(self) -> frozenset[str]:
        return frozenset(node.arg for node in ast.walk(self.tree.args) if isinstance(node, ast.arg))

    def calls_given(self, text: str) -> bool:
        """Whether something is called that the function was given or made: it may raise StopIteration,
        which a generator turns into another exception, and a list or a loop does not."""
        called = re.findall(r"(?<![\w.])([^\W\d]\w*)\(", text)
        return not (self.bound | self.parameters).isdisjoint(called)

    @cached_property
    def captured(self) -> frozenset[str]:
        """Names that nested functions see: any call may be one of theirs."""
        inner = (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.Lambda))
        return frozenset(
            name.id
            for node in inner
            if node is not self.tree
            for name in ast.walk(node)
            if isinstance(name, ast.Name)
        )

    @cached_property
    def is_generator(self) -> bool:
        return self.effects(self.parsed.function.body).suspends

    @cached_property
    def env(self) -> dict[str, str]:
        return environment(self.tree, fields(self.request.module_source, self.request.imported))

    @cached_property
    def _aliases(self) -> Aliases:
        return aliases(self.tree)

    def is_builtin(self, name: str) -> bool:
        """Whether the name means the builtin here."""
        return hasattr(builtins, name) and name not in self.bound and name not in self.module_names

    @cached_property
    def module_names(self) -> frozenset[str]:
        return module_names(self.request.module_source)

    def match(self, pattern: str, nodes: Statements) -> Match | None:
        """As `match_statements`, for a pattern whose builtins mean the builtins here."""
        return self._checked(match_statements(pattern, nodes))

    def match_expression(self, pattern: str, node: cst.CSTNode) -> Match | None:
        """As `pattern.match_expression`, for a pattern whose builtins mean the builtins here."""
        return self._checked(match_expression(pattern, node))

    def _checked(self, found: Match | None) -> Match | None:
        return found if found and all(map(self.is_builtin, found.builtins)) else None

    def fresh(self, *wanted: str) -> str:
        """The first of the names that means nothing yet, or the last one with a number."""
        name = self._unused(wanted, self._given)
        self._given.add(name)
        return name

    def temporary(self, *wanted: str) -> str:
        """As `fresh`, for a value that is not needed beyond the statements that are replaced."""
        return self._unused(wanted, set())

    def _unused(self, wanted: tuple[str, ...], given: set[str]) -> str:
        taken = self.names | self.module_names | given | set(dir(builtins)) | set(keyword.kwlist)
        numbered = (f"{wanted[-1]}_{number}" for number in range(2, 100))
        return next(each for each in (*wanted, *numbered) if each not in taken and not each.startswith("_"))

    def type_of(self, node: cst.BaseExpression) -> str:
        """The type of an expression, as in `types`; empty when unknown."""
        return types.infer(ast.parse(bare(node), mode="eval").body, self.env)

    def effects(self, *nodes: cst.CSTNode) -> Effects:
        """Effects of expressions or statements, one after the other."""
        return _effects_of(nodes)

    def body_effects(self, loop: cst.For | cst.While) -> Effects:
        """Effects of a loop's body, without what the loop itself binds."""
        return self.effects(loop.body)

    def standing_for(self, name: str) -> frozenset[str]:
        """Names that may stand for the object of a name, or for a part of it."""
        return frozenset(other for other, behind in self._aliases.stands_for.items() if name in behind)

    def pure(self, node: cst.BaseExpression) -> bool:
        """No side effect, and the same again; containers that it takes items of are known ones."""
        return pure(_one_line(node)) and all(map(self.is_builtin, self._called(node)))

    def _called(self, node: cst.BaseExpression) -> set[str]:
        calls = (each for each in ast.walk(ast.parse(_one_line(node))) if isinstance(each, ast.Call))
        return {call.func.id for call in calls if isinstance(call.func, ast.Name)}

    def count(self, name: str) -> int:
        """How often the function mentions a name."""
        return sum(1 for each in identifiers(self.tree) if each == name)

    def local(self, name: str) -> bool:
        """A variable of this function alone: no parameter, not shared, not seen by nested functions."""
        return (
            name in self.bound
            and name not in self.parameters
            and name not in self.outside
            and name not in self.captured
        )

    def fresh_object(self, name: str) -> bool:
        """A local variable that only ever stands for objects made in this function."""
        behind = set(self._aliases.stands_for.get(name, ()))
        todo = list(behind)
        while todo:
            each = todo.pop()
            more = self._aliases.stands_for.get(each, set()) | self._aliases.holds.get(each, set())
            todo.extend(more - behind)
            behind |= more
        return all(self.local(each) or self._scalar(each) for each in {name, *behind})

    def _scalar(self, name: str) -> bool:
        return self.env.get(name, "") in types.SCALARS

    def may_change(self, name: str, *nodes: cst.CSTNode) -> bool:
        """Whether the code may bind the name anew, or change its object in place."""
        seen = self.effects(*nodes)
        if name in seen.binds or name in self.outside or (seen.suspends and not self.fresh_object(name)):
            return True
        if name in self.captured and seen.unknown_calls:
            return True
        if self._scalar(name):
            return False
        changed = self._changed_objects(seen)
        foreign = {each for each in changed if each and not self.fresh_object(each)}
        return name in changed or (bool(foreign - {name}) and not self._apart(name, foreign))

    def _changed_objects(self, seen: Effects) -> set[str]:
        """Names whose object may be changed, under whatever name that is done."""
        closed: set[str] = set()
        todo = [*seen.changes]
        for name in seen.deep:
            todo.extend(self._aliases.holds.get(name, ()))
        while todo:
            name = todo.pop()
            if name not in closed and not self._scalar(name):
                closed.add(name)
                for behind in self._aliases.stands_for.get(name, ()):
                    todo.extend({behind} | self._aliases.holds.get(behind, set()))
        return closed

    def _apart(self, name: str, others: set[str]) -> bool:
        """Whether a name cannot stand for the object of one of the others."""
        if self.fresh_object(name):
            return True
        mine = types.concrete(self.env.get(name, ""))
        theirs = {types.concrete(self.env.get(each, "")) for each in others}
        return bool(mine) and "" not in theirs and mine not in theirs


def scene(request: ProposalRequest) -> Scene | None:
    """None for code that no rule can say anything about. Names given out for another rule are free again."""
    found = _scene(request)
    if found is not None:
        found._given.clear()
    return found


@lru_cache(maxsize=16)
def _scene(request: ProposalRequest) -> Scene | None:
    """Remembered, as one rule after the other looks at the same function."""
    parsed = parse(request)
    if parsed is None:
        return None
    tree = function_tree(code(parsed.function))
    found = Scene(request, parsed, tree)
    return None if found.names & _TOO_DYNAMIC else found


def function_tree(text: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """The standard library's tree of a function's text."""
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
    return tree


def identifiers(tree: ast.AST) -> list[str]:
    """Every mention of a variable, parameters included, attributes not."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.append(node.id)
        elif isinstance(node, ast.arg):
            found.append(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.extend(node.names)
    return found


@lru_cache(maxsize=64)
def module_names(source: str) -> frozenset[str]:
    """Names that a module binds; every builtin's name where a star import may bind anything."""
    tree = ast.parse(source)
    top = [node for statement in tree.body for node in _own_scope(statement)]
    names = set(bound_names(top))
    stars = (node for node in top if isinstance(node, ast.ImportFrom))
    if any(each.name == "*" for node in stars if node.module not in _HARMLESS_STARS for each in node.names):
        names |= set(dir(builtins))
    return frozenset(names - {"*"})


def _own_scope(statement: ast.AST) -> list[ast.AST]:
    """The nodes of a statement without the bodies of functions and classes."""
    found = [statement]
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        for child in ast.iter_child_nodes(statement):
            found.extend(_own_scope(child))
    return found


def _one_line(node: cst.BaseExpression) -> str:
    return f"({code(node)})"


def _effects_of(nodes: tuple[cst.CSTNode, ...]) -> Effects:
    parts: list[str] = []
    for node in nodes:
        if isinstance(node, cst.BaseExpression):
            parts.append(_one_line(node) + "\n")
        elif isinstance(node, cst.BaseSuite):
            parts.extend(map(code, block(node) or ()))
        else:
            parts.append(code(node))
    return effects("".join(parts))
