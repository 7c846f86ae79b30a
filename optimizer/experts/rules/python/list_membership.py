"""Membership is tested in a list that grows: each test walks through the list."""

import libcst as cst

from optimizer.experts.rules.pattern import match_expression
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import in_function
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement, code
from optimizer.experts.rules.types import element, hashable, head


def _find(scene: Scene, function: cst.FunctionDef) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    for name, kind in sorted(scene.env.items()):
        if head(kind) == "list" and hashable(element(kind)) and scene.local(name):
            uses = _Uses(name, scene)
            function.visit(uses)
            if uses.tested and uses.known and uses.starts == 1:
                new = function.visit(_Members(name, _set_name(scene, name), only=not uses.read))
                assert isinstance(new, cst.FunctionDef)
                return new, ()
    return None


def _set_name(scene: Scene, name: str) -> str:
    return scene.fresh(f"{name}_set", f"{name}_members")


class _Uses(cst.CSTVisitor):
    """How the list is used: membership tests in loops, append(), and whatever else."""

    def __init__(self, name: str, scene: Scene) -> None:
        super().__init__()
        self._name, self._scene, self._depth = name, scene, 0
        self.starts = 0
        self.tested = False  # in a loop, with a value that can be hashed
        self.known = True  # nothing but tests, append() and reading
        self.read = False
        self._walked: cst.Name | None = None

    def visit_For(self, node: cst.For) -> None:  # noqa: N802, ARG002  # LibCST's signature
        self._depth += 1

    def leave_For(self, original_node: cst.For) -> None:  # noqa: N802, ARG002  # LibCST's signature
        self._depth -= 1

    def visit_While(self, node: cst.While) -> None:  # noqa: N802, ARG002  # LibCST's signature
        self._depth += 1

    def leave_While(self, original_node: cst.While) -> None:  # noqa: N802, ARG002  # LibCST's signature
        self._depth -= 1

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> bool:  # noqa: N802  # LibCST's name
        if self._start(node):
            self.starts += 1
            return False
        return _appended(node, self._name) is None

    def _start(self, node: cst.SimpleStatementLine) -> bool:
        found = self._scene.match("ACC = []", [node])
        return found is not None and found.name("ACC") == self._name

    def visit_Comparison(self, node: cst.Comparison) -> bool:  # noqa: N802  # LibCST's name
        value = _tested(node, self._name)
        if value is None:
            return True
        self.tested = self.tested or bool(self._depth)
        self.known = self.known and hashable(self._scene.type_of(value))
        value.visit(self)
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802  # LibCST's name
        if isinstance(node.value, cst.Name) and node.value.value == self._name:
            self.known = False
        return True

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:  # noqa: N802  # LibCST's name
        self._stored(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:  # noqa: N802  # LibCST's name
        self._stored(node.target)

    def visit_Del(self, node: cst.Del) -> None:  # noqa: N802  # LibCST's name
        self._stored(node.target)

    def _stored(self, target: cst.BaseExpression) -> None:
        if code(target).partition("[")[0] == self._name or isinstance(target, cst.Tuple):
            self.known = self.known and self._name not in code(target)

    def visit_Return(self, node: cst.Return) -> bool:  # noqa: N802  # LibCST's name
        """After it, nothing is asked any more."""
        if node.value is not None and self._name in self._scene.effects(node.value).reads:
            self.read = True
        return False

    def visit_For_iter(self, node: cst.For) -> None:  # noqa: N802  # LibCST's name
        if isinstance(node.iter, cst.Name) and node.iter.value == self._name:
            self.read = True
            self._walked = node.iter

    def visit_Call(self, node: cst.Call) -> bool:  # noqa: N802  # LibCST's name
        match node:
            case cst.Call(func=cst.Name(value="len"), args=[cst.Arg(value=cst.Name(value=name))]):
                return name != self._name or not self._scene.is_builtin("len")
            case _:
                return True

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802  # LibCST's name
        if node.value == self._name and node is not self._walked:
            self.known = False


def _appended(node: cst.SimpleStatementLine, name: str) -> cst.BaseExpression | None:
    match node.body:
        case [cst.Expr(value=value)]:
            found = match_expression("ACC.append(X)", value)
            return found.node("X") if found and found.name("ACC") == name else None
        case _:
            return None


def _tested(node: cst.Comparison, name: str) -> cst.BaseExpression | None:
    match node:
        case cst.Comparison(
            left=left,
            comparisons=[
                cst.ComparisonTarget(operator=cst.In() | cst.NotIn(), comparator=cst.Name(value=where))
            ],
        ) if where == name:
            return left
        case _:
            return None


class _Members(cst.CSTTransformer):
    """Keeps a set beside the list, or a set alone where the order of the list is never asked for."""

    def __init__(self, name: str, members: str, only: bool) -> None:
        super().__init__()
        self._name, self._only = name, only
        self._set = name if only else members

    def leave_SimpleStatementLine(  # noqa: N802  # LibCST's name
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        value = _appended(original_node, self._name)
        if value is not None:
            return self._beside(updated_node, fill("ACC.add(X)", ACC=self._set, X=value))
        match updated_node.body:
            case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.List())] | [
                cst.AnnAssign(target=cst.Name(value=name), value=cst.List())
            ] if name == self._name:
                return self._beside(updated_node, self._start(updated_node.body[0]))
            case _:
                return updated_node

    def _start(self, old: cst.BaseSmallStatement) -> tuple[Statement, ...]:
        """With the list's annotation, if it has one."""
        note = code(old.annotation.annotation) if isinstance(old, cst.AnnAssign) else ""
        if note.startswith("list["):
            return fill(f"{self._set}: set{note[4:]} = set()")
        return fill("ACC = set()", ACC=self._set)

    def _beside(
        self, old: cst.SimpleStatementLine, new: tuple[Statement, ...]
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        if self._only:
            return new[0].with_changes(leading_lines=old.leading_lines)
        return cst.FlattenSentinel([old, *new])

    def leave_Comparison(  # noqa: N802  # LibCST's name
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        if _tested(original_node, self._name) is None:
            return updated_node
        target = updated_node.comparisons[0]
        return updated_node.with_changes(comparisons=[target.with_changes(comparator=cst.Name(self._set))])


RULE = Rule(
    name="list-membership",
    summary="tests membership in a set, which takes the same time however many members there are",
    before="""\
def first_occurrences(words: list[str]) -> list[str]:
    found = []
    for word in words:
        if word not in found:
            found.append(word)
    return found
""",
    after="""\
def first_occurrences(words: list[str]) -> list[str]:
    found = []
    found_set = set()
    for word in words:
        if word not in found_set:
            found.append(word)
            found_set.add(word)
    return found
""",
    rewrite=in_function(_find),
    sets_up=True,
)
