"""A list used as a queue: pop(0) moves every other item."""

import libcst as cst

from optimizer.experts.rules.pattern import match_expression
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import in_function
from optimizer.experts.rules.template import fill_expression
from optimizer.experts.rules.types import head

_IMPORT = "from collections import deque"
# What may be called on both. A pop from nothing complains in other words: it has to be guarded.
_METHODS = ("append", "extend")


def _find(scene: Scene, function: cst.FunctionDef) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    imports: tuple[str, ...] = ()
    changed = function
    for name, kind in sorted(scene.env.items()):
        if head(kind) == "list" and scene.local(name):
            uses = _Uses(name, scene)
            changed.visit(uses)
            if uses.popped and uses.known:
                new = changed.visit(_Queued(name))
                changed, imports = cst.ensure_type(new, cst.FunctionDef), (_IMPORT,)
    return (changed, imports) if imports else None


class _Uses(cst.CSTVisitor):
    """Whether the list is only filled, tested for being empty, measured, walked and popped from."""

    def __init__(self, name: str, scene: Scene) -> None:
        super().__init__()
        self._name, self._scene = name, scene
        self._guarded = False  # by the innermost loop
        self.popped = False
        self.known = True

    def visit_While(self, node: cst.While) -> bool:  # noqa: N802  # LibCST's name
        guard = self._guard(node.test)
        if not guard:
            node.test.visit(self)
        self._in_loop(node.body, guard)
        if node.orelse is not None:
            node.orelse.visit(self)
        return False

    def visit_For(self, node: cst.For) -> bool:  # noqa: N802  # LibCST's name
        node.iter.visit(self)
        self._in_loop(node.body, guarded=False)
        return node.orelse is not None

    def _in_loop(self, body: cst.BaseSuite, guarded: bool) -> None:
        before, self._guarded = self._guarded, guarded
        body.visit(self)
        self._guarded = before

    def _guard(self, test: cst.BaseExpression) -> bool:
        if isinstance(test, cst.Name) and test.value == self._name:
            return True
        for pattern in ("len(Q)", "len(Q) > 0", "len(Q) != 0"):
            found = match_expression(pattern, test)
            if found and found.name("Q") == self._name:
                return True
        return False

    def visit_Assign(self, node: cst.Assign) -> bool:  # noqa: N802  # LibCST's name
        return not self._starts(node.targets[0].target, node.value) or len(node.targets) != 1

    def visit_AnnAssign(self, node: cst.AnnAssign) -> bool:  # noqa: N802  # LibCST's name
        return node.value is None or not self._starts(node.target, node.value)

    def _starts(self, target: cst.BaseExpression, value: cst.BaseExpression) -> bool:
        own = isinstance(target, cst.Name) and target.value == self._name
        plain = (
            isinstance(value, cst.List | cst.ListComp) and self._name not in self._scene.effects(value).reads
        )
        if own and not plain:
            self.known = False
        return own and plain

    def visit_Call(self, node: cst.Call) -> bool:  # noqa: N802  # LibCST's name
        match node:
            case cst.Call(func=cst.Name(value="len"), args=[cst.Arg(value=cst.Name(value=name))]):
                return name != self._name
            case cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=method))):
                return name != self._name or not self._method(node, method)
            case _:
                return True

    def _method(self, node: cst.Call, method: str) -> bool:
        if method == "pop" and match_expression("Q.pop(0)", node):
            self.known = self.known and self._guarded and not self.popped
            self.popped = True
            return True
        if method in _METHODS:
            for argument in node.args:
                argument.visit(self)
            return True
        self.known = False
        return True

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802  # LibCST's name
        if node.value == self._name:
            self.known = False

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> bool:  # noqa: N802  # LibCST's name
        named = isinstance(node.expression, cst.Name) and node.expression.value == self._name
        return not (isinstance(node.operator, cst.Not) and named)


class _Queued(cst.CSTTransformer):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:  # noqa: N802, ARG002  # LibCST's signature
        target = updated_node.targets[0].target
        return updated_node.with_changes(value=self._queue(target, updated_node.value))

    def leave_AnnAssign(self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign) -> cst.AnnAssign:  # noqa: N802, ARG002  # LibCST's signature
        if updated_node.value is None:
            return updated_node
        value = self._queue(updated_node.target, updated_node.value)
        if value is updated_node.value:
            return updated_node
        return updated_node.with_changes(value=value, annotation=_deque_note(updated_node.annotation))

    def _queue(self, target: cst.BaseExpression, value: cst.BaseExpression) -> cst.BaseExpression:
        if not isinstance(target, cst.Name) or target.value != self._name:
            return value
        if isinstance(value, cst.List) and not value.elements:
            return fill_expression("deque()")
        return fill_expression("deque(X)", X=value)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802  # LibCST's name
        found = match_expression("Q.pop(0)", original_node)
        if found is None or found.name("Q") != self._name:
            return updated_node
        return fill_expression("Q.popleft()", Q=self._name)


def _deque_note(note: cst.Annotation) -> cst.Annotation:
    match note.annotation:
        case cst.Name(value="list"):
            return note.with_changes(annotation=cst.Name("deque"))
        case cst.Subscript(value=cst.Name(value="list")) as whole:
            return note.with_changes(annotation=whole.with_changes(value=cst.Name("deque")))
        case _:
            return note


RULE = Rule(
    name="list-as-queue",
    summary="takes items from the front of a deque, which moves nothing, instead of a list",
    before="""\
def reachable(graph: dict[str, list[str]], start: str) -> list[str]:
    order = []
    seen = {start}
    queue = [start]
    while queue:
        node = queue.pop(0)
        order.append(node)
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return order
""",
    after="""\
def reachable(graph: dict[str, list[str]], start: str) -> list[str]:
    order = []
    seen = {start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        order.append(node)
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return order
""",
    imports=(_IMPORT,),
    rewrite=in_function(_find),
)
