"""A variable that is made as another type, everywhere in the function, where all of its uses are known."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import libcst as cst

from optimizer.experts.ecode.data.backwards.kind import Rewriter, at_function, fresh_holes
from optimizer.experts.ecode.data.backwards.names import own
from optimizer.experts.rules.pattern import Match, match_expression
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.template import fill, fill_expression
from optimizer.experts.rules.tree import Statement

_AROUND = re.compile(r"[\w.]*\(?NAME[.\w]*\(?")  # what stands around the variable in a pattern

Pairs = Sequence[tuple[str, str]]  # fast pattern, slow template; the variable is the hole NAME


@dataclass(frozen=True, slots=True)
class Recast:
    """What becomes of each use of a variable. One use that is not listed, and nothing is done."""

    starts: Pairs  # values that it is made with
    uses: Pairs = ()  # expressions
    statements: Pairs = ()  # whole statements
    kept: tuple[str, ...] = ()  # expressions that stay as they are
    truth: bool = True  # whether a test of the variable itself stays right
    returned: bool = False  # whether it may be returned
    rebinds: bool = False  # whether a template gives the variable a new value: no closure may do that
    where: Callable[[Scene, str], bool] = lambda _scene, _name: True


def recast(plan: Recast) -> Rewriter:
    """Rewrites the first variable that fits."""

    def find(scene: Scene, function: cst.FunctionDef) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
        for name in sorted(scene.bound):
            usable = scene.local(name) if plan.rebinds else own(scene, name)
            if usable and _mentioned(plan, name, scene.request.function.source) and plan.where(scene, name):
                caster = _Caster(scene, name, plan)
                changed = function.visit(caster)
                complete = caster.started == 1 and caster.known == scene.count(name)
                if complete and caster.changed and isinstance(changed, cst.FunctionDef):
                    return changed, ()
        return None

    return at_function(find)


def _mentioned(plan: Recast, name: str, source: str) -> bool:
    """A quick look at the text: whether one of the uses that change is in it."""
    uses = (_AROUND.search(fast) for fast, _ in (*plan.uses, *plan.statements))
    return any(use[0].replace("NAME", name) in source for use in uses if use)


class _Caster(cst.CSTTransformer):
    def __init__(self, scene: Scene, name: str, plan: Recast) -> None:
        super().__init__()
        self._scene, self._name, self._plan = scene, name, plan
        self.started = 0
        self.changed = 0
        self.known = 0  # uses of the variable that the plan knows

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:  # noqa: ARG002, N802  # LibCST's signature
        match updated_node.targets:
            case [cst.AssignTarget(target=cst.Name(value=name))] if name == self._name:
                return updated_node.with_changes(value=self._start(updated_node.value))
            case [cst.AssignTarget(target=cst.Tuple() as names)]:
                return self._start_in_tuple(updated_node, names)
            case _:
                return updated_node

    def leave_AnnAssign(  # noqa: N802  # LibCST's name
        self,
        original_node: cst.AnnAssign,  # noqa: ARG002  # LibCST's signature
        updated_node: cst.AnnAssign,
    ) -> cst.Assign | cst.AnnAssign:
        """The annotation would not be true any more."""
        target, value = updated_node.target, updated_node.value
        if not isinstance(target, cst.Name) or target.value != self._name or value is None:
            return updated_node
        return cst.Assign([cst.AssignTarget(target)], self._start(value))

    def _start_in_tuple(self, node: cst.Assign, names: cst.Tuple) -> cst.Assign:
        value = node.value
        if not isinstance(value, cst.Tuple) or len(value.elements) != len(names.elements):
            return node
        elements = list(value.elements)
        for at, target in enumerate(names.elements):
            if isinstance(target.value, cst.Name) and target.value.value == self._name:
                elements[at] = elements[at].with_changes(value=self._start(elements[at].value))
        return node.with_changes(value=value.with_changes(elements=elements))

    def _start(self, value: cst.BaseExpression) -> cst.BaseExpression:
        for fast, slow in self._plan.starts:
            found = self._scene.match_expression(fast, value)
            if found is not None:
                self.started += 1
                self.known += 1
                return self._filled(slow, found)
        return value

    def leave_SimpleStatementLine(  # noqa: N802  # LibCST's name
        self,
        original_node: cst.SimpleStatementLine,  # noqa: ARG002  # LibCST's signature
        updated_node: cst.SimpleStatementLine,
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        for fast, slow in self._plan.statements:
            found = self._scene.match(fast, [updated_node])
            if found is not None and found.name("NAME") == self._name:
                self.started += fast.startswith("NAME =")
                self.known += 1
                self.changed += 1
                new = fill(slow, NAME=self._name, **_nodes(found), **self._fresh(slow, found))
                return cst.FlattenSentinel(_laid_out(new, updated_node))
        return updated_node

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:  # noqa: ARG002, N802  # LibCST's signature
        self.known += self._plan.returned and self._is(updated_node.value)
        return updated_node

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:  # noqa: ARG002, N802  # LibCST's signature
        self._tested(updated_node.test)
        return updated_node

    def leave_While(self, original_node: cst.While, updated_node: cst.While) -> cst.While:  # noqa: ARG002, N802  # LibCST's signature
        self._tested(updated_node.test)
        return updated_node

    def _tested(self, node: cst.BaseExpression) -> None:
        if isinstance(node, cst.BooleanOperation):
            self._tested(node.left)
            self._tested(node.right)
        elif isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            self._tested(node.expression)
        else:
            self.known += self._plan.truth and self._is(node)

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> object:  # type: ignore[override]  # flattens too
        node = super().on_leave(original_node, updated_node)
        return self._used(node) if isinstance(node, cst.Call | cst.Subscript | cst.Comparison) else node

    def _used(self, node: cst.BaseExpression) -> cst.BaseExpression:
        for fast, slow in self._plan.uses:
            found = self._match(fast, node)
            if found is not None:
                self.known += 1
                self.changed += 1
                new = self._filled(slow, found)
                return new.with_changes(lpar=node.lpar, rpar=node.rpar) if node.lpar else new
        self.known += any(self._match(fast, node) for fast in self._plan.kept)
        return node

    def _match(self, pattern: str, node: cst.BaseExpression) -> Match | None:
        found = match_expression(pattern, node)
        return found if found is not None and found.name("NAME") == self._name else None

    def _is(self, node: cst.BaseExpression | None) -> bool:
        return isinstance(node, cst.Name) and node.value == self._name

    def _filled(self, template: str, found: Match) -> cst.BaseExpression:
        return fill_expression(template, NAME=self._name, **_nodes(found), **self._fresh(template, found))

    def _fresh(self, template: str, found: Match) -> dict[str, str]:
        return fresh_holes(self._scene, template, found)


def _nodes(found: Match) -> dict[str, cst.BaseExpression]:
    return {
        hole: node
        for hole, node in found.holes.items()
        if hole != "NAME" and isinstance(node, cst.BaseExpression)
    }


def _laid_out(new: Sequence[Statement], old: cst.SimpleStatementLine) -> list[Statement]:
    """With the remarks of the statement that they stand for."""
    first = new[0].with_changes(leading_lines=old.leading_lines)
    if len(new) == 1 and isinstance(first, cst.SimpleStatementLine):
        first = first.with_changes(trailing_whitespace=old.trailing_whitespace)
    return [first, *new[1:]]
