"""Expressions that a statement evaluates again and again, and how they are moved in front of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import libcst as cst

from optimizer.experts.rules.pattern import same
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement
from optimizer.experts.rules.types import SCALARS

# What takes all items of a generator at once: such a generator does not outlive its statement.
_CONSUMERS = frozenset("all any bytes dict frozenset list max min set sorted sum tuple".split())

Wanted = Callable[[cst.BaseExpression, cst.CSTNode], str]


@dataclass(frozen=True, slots=True)
class Found:
    node: cst.BaseExpression
    name: str  # for the variable that will hold it


def repeated(scene: Scene, statement: Statement, wanted: Wanted) -> list[Found]:
    """Expressions that run again and again in the statement, each once.

    `wanted` is asked with each such expression and the node around it; it gives a name for the
    value, or nothing. The value must be the same in every round, and cannot fail.
    """
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return []
    finder = _Finder(scene, wanted)
    statement.visit(finder)
    found: list[Found] = []
    for each in finder.found:
        inner = scene.effects(each.node)
        reads = inner.reads - inner.binds  # without the parameters of a key function
        if any(same(each.node, other.node) for other in found):
            continue
        if not any(scene.may_change(name, statement) for name in reads):
            found.append(each)
    return found


def again(
    scene: Scene, statement: Statement, wanted: Callable[[cst.BaseExpression, cst.CSTNode], bool]
) -> list[cst.BaseExpression]:
    """Expressions of any kind that run again and again in the statement, each once."""
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return []
    finder = _Finder(scene, lambda node, around: "again" if wanted(node, around) else "")
    statement.visit(finder)
    found: list[cst.BaseExpression] = []
    for each in finder.found:
        if not any(same(each.node, other) for other in found):
            found.append(each.node)
    return found


def changes_its_own(scene: Scene, *nodes: cst.CSTNode) -> bool:
    """Whether the code changes nothing but containers that the function made itself, and those not inside.

    Then no attribute of any object that it was given can be another one afterwards.
    """
    seen = scene.effects(*nodes)
    if seen.unknown_calls or seen.suspends or seen.deep:
        return False
    return all(scene.env.get(name) in SCALARS or scene.fresh_object(name) for name in seen.changes)


def in_front(scene: Scene, statement: Statement, found: Sequence[Found]) -> Change | None:
    """Each expression once before the statement, and its name wherever it stood."""
    lines: list[Statement] = []
    changed: cst.CSTNode = statement.with_changes(leading_lines=[])
    for each in found:
        local = scene.fresh(*each.name.split())
        lines += fill("LOCAL = VALUE", LOCAL=local, VALUE=each.node)
        changed = replaced(changed, each.node, cst.Name(local))
    return Change((*lines, cst.ensure_type(changed, type(statement)))) if lines else None


def replaced(tree: cst.CSTNode, old: cst.BaseExpression, new: cst.BaseExpression) -> cst.CSTNode:
    """The tree with another expression in every place of one."""
    changed = tree.visit(_Replaced(old, new))
    assert isinstance(changed, cst.CSTNode)
    return changed


class _Replaced(cst.CSTTransformer):
    def __init__(self, old: cst.BaseExpression, new: cst.BaseExpression) -> None:
        super().__init__()
        self._old, self._new = old, new

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]  # never removes
        if isinstance(original_node, cst.BaseExpression) and same(original_node, self._old):
            return self._new
        return updated_node


class _Finder(cst.CSTVisitor):
    """Walks the parts that run again and again: bodies of loops, clauses of comprehensions but the first."""

    def __init__(self, scene: Scene, wanted: Wanted) -> None:
        super().__init__()
        self._scene, self._wanted = scene, wanted
        self._depth = 0
        self._above: list[cst.CSTNode] = []
        self._consumed: list[cst.GeneratorExp] = []
        self.found: list[Found] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            return False
        if isinstance(node, cst.BaseExpression) and self._depth and self._above:
            name = self._wanted(node, self._above[-1])
            if name:
                self.found.append(Found(node, name))
                return False
        if isinstance(node, cst.Call) and self._consumes(node.func):
            self._consumed += [each.value for each in node.args if isinstance(each.value, cst.GeneratorExp)]
        if not self._special(node):
            self._above.append(node)
            return True
        return False

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._above and self._above[-1] is original_node:
            self._above.pop()

    def _consumes(self, func: cst.BaseExpression) -> bool:
        match func:
            case cst.Name(value=name):
                return name in _CONSUMERS and self._scene.is_builtin(name)
            case cst.Attribute(attr=cst.Name(value="join")):
                return True
            case _:
                return False

    def _special(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.For():
                self._inside(node, self._depth, node.iter)
                self._inside(node, self._depth + 1, node.body)
                if node.orelse is not None:
                    self._inside(node, self._depth, node.orelse)
            case cst.While():
                self._inside(node, self._depth + 1, node.test, node.body)
                if node.orelse is not None:
                    self._inside(node, self._depth, node.orelse)
            case cst.ListComp() | cst.SetComp() | cst.GeneratorExp():
                self._clauses(node, node.for_in, node.elt)
            case cst.DictComp():
                self._clauses(node, node.for_in, node.key, node.value)
            case _:
                return False
        return True

    def _clauses(self, node: cst.CSTNode, clause: cst.CompFor, *results: cst.BaseExpression) -> None:
        self._inside(clause, self._depth, clause.iter)
        if isinstance(node, cst.GeneratorExp) and node not in self._consumed:
            return
        self._inside(node, self._depth + 1, *results)
        inner: cst.CompFor | None = clause
        while inner is not None:
            self._inside(inner, self._depth + 1, *inner.ifs)
            inner = inner.inner_for_in
            if inner is not None:
                self._inside(inner, self._depth + 1, inner.iter)

    def _inside(self, above: cst.CSTNode, depth: int, *nodes: cst.CSTNode) -> None:
        before, self._depth = self._depth, depth
        self._above.append(above)
        for node in nodes:
            node.visit(self)
        self._above.pop()
        self._depth = before
