"""`queue.Queue()` where there is one thread: every put and get takes locks for nobody."""

import libcst as cst

from optimizer.experts.rules.pattern import match_expression
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import in_function
from optimizer.experts.rules.template import fill_expression

_IMPORT = "from collections import deque"
_CALLS = (
    ("Q.put(X)", "Q.append(X)"),
    ("Q.get()", "Q.popleft()"),
    ("Q.qsize()", "len(Q)"),
    ("Q.empty()", "not Q"),
)
_GUARDS = ("not Q.empty()", "Q.qsize()", "Q.qsize() > 0", "Q.qsize() != 0")


def _find(scene: Scene, function: cst.FunctionDef) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    makers = _makers(scene.request.module_source)
    starts = _Starts(makers)
    function.visit(starts)
    changed = function
    for name in sorted(starts.names):
        if scene.local(name) and scene.is_builtin("len"):
            uses = _Uses(name, makers)
            changed.visit(uses)
            if uses.known and uses.taken:
                changed = cst.ensure_type(changed.visit(_Queued(name, makers)), cst.FunctionDef)
    return (changed, (_IMPORT,)) if changed is not function else None


def _makers(module: str) -> tuple[str, ...]:
    """How the module can spell the making of such a queue."""
    lines = {line.strip() for line in module.splitlines()}
    return tuple(
        maker
        for line, maker in (("import queue", "queue.Queue()"), ("from queue import Queue", "Queue()"))
        if line in lines
    )


class _Starts(cst.CSTVisitor):
    def __init__(self, makers: tuple[str, ...]) -> None:
        super().__init__()
        self._makers = makers
        self.names: set[str] = set()

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802  # LibCST's name
        self._start(node.targets[0].target, node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:  # noqa: N802  # LibCST's name
        self._start(node.target, node.value)

    def _start(self, target: cst.BaseExpression, value: cst.BaseExpression | None) -> None:
        made = value is not None and any(match_expression(maker, value) for maker in self._makers)
        if made and isinstance(target, cst.Name):
            self.names.add(target.value)


class _Uses(cst.CSTVisitor):
    """Whether the queue stays in the function, and every get() follows a test that it is not empty."""

    def __init__(self, name: str, makers: tuple[str, ...]) -> None:
        super().__init__()
        self._name, self._makers = name, makers
        self._guarded = False
        self.taken = False
        self.known = True

    def visit_While(self, node: cst.While) -> bool:  # noqa: N802  # LibCST's name
        node.test.visit(self)
        self._in_loop(node.body, any(self._own(pattern, node.test) for pattern in _GUARDS))
        if node.orelse is not None:
            node.orelse.visit(self)
        return False

    def visit_For(self, node: cst.For) -> bool:  # noqa: N802  # LibCST's name
        node.iter.visit(self)
        self._in_loop(node.body, guarded=False)
        return False

    def _in_loop(self, body: cst.BaseSuite, guarded: bool) -> None:
        before, self._guarded = self._guarded, guarded
        body.visit(self)
        self._guarded = before

    def _own(self, pattern: str, node: cst.CSTNode) -> bool:
        found = match_expression(pattern, node)
        return found is not None and found.name("Q") == self._name

    def visit_Call(self, node: cst.Call) -> bool:  # noqa: N802  # LibCST's name
        for pattern, _ in _CALLS:
            if self._own(pattern, node):
                if pattern == "Q.get()":
                    # The first get() in a round of a guarded loop; what comes after it may find nothing.
                    self.known = self.known and self._guarded and not self.taken
                    self.taken = True
                for argument in node.args:
                    argument.visit(self)
                return False
        return True

    def visit_Assign(self, node: cst.Assign) -> bool:  # noqa: N802  # LibCST's name
        return not self._made(node.targets[0].target, node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> bool:  # noqa: N802  # LibCST's name
        return node.value is None or not self._made(node.target, node.value)

    def _made(self, target: cst.BaseExpression, value: cst.BaseExpression) -> bool:
        own = isinstance(target, cst.Name) and target.value == self._name
        return own and any(match_expression(maker, value) for maker in self._makers)

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802  # LibCST's name
        if node.value == self._name:
            self.known = False


class _Queued(cst.CSTTransformer):
    def __init__(self, name: str, makers: tuple[str, ...]) -> None:
        super().__init__()
        self._name, self._makers = name, makers

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:  # noqa: N802, ARG002  # LibCST's signature
        if not self._starts(updated_node.targets[0].target, updated_node.value):
            return updated_node
        return updated_node.with_changes(value=fill_expression("deque()"))

    def leave_AnnAssign(  # noqa: N802  # LibCST's name
        self,
        original_node: cst.AnnAssign,  # noqa: ARG002  # LibCST's signature
        updated_node: cst.AnnAssign,
    ) -> cst.BaseSmallStatement:
        if updated_node.value is None or not self._starts(updated_node.target, updated_node.value):
            return updated_node
        note = cst.Annotation(_deque_note(updated_node.annotation.annotation))
        return updated_node.with_changes(annotation=note, value=fill_expression("deque()"))

    def _starts(self, target: cst.BaseExpression, value: cst.BaseExpression) -> bool:
        own = isinstance(target, cst.Name) and target.value == self._name
        return own and any(match_expression(maker, value) for maker in self._makers)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802, ARG002  # LibCST's signature
        for pattern, template in _CALLS:
            found = match_expression(pattern, updated_node)
            if found is not None and found.name("Q") == self._name:
                holes = {hole: found.node(hole) for hole in found.holes}
                return fill_expression(template, **holes)
        return updated_node

    def leave_While(self, original_node: cst.While, updated_node: cst.While) -> cst.While:  # noqa: N802  # LibCST's name
        for pattern in _GUARDS:
            found = match_expression(pattern, original_node.test)
            if found is not None and found.name("Q") == self._name:
                return updated_node.with_changes(test=cst.Name(self._name))
        return updated_node

    def leave_UnaryOperation(  # noqa: N802  # LibCST's name
        self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation
    ) -> cst.BaseExpression:
        found = match_expression("not Q.empty()", original_node)
        if found is not None and found.name("Q") == self._name:
            return cst.Name(self._name)
        return updated_node


def _deque_note(note: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(note, cst.Subscript):
        return note.with_changes(value=cst.Name("deque"))
    return cst.Name("deque")


RULE = Rule(
    name="thread-queue",
    summary="uses a deque, which takes no locks, for a queue that one thread alone fills and empties",
    before="""\
import queue


def distances(edges, start):
    found = {start: 0}
    waiting = queue.Queue()
    waiting.put(start)
    while not waiting.empty():
        node = waiting.get()
        for other in edges[node]:
            if other not in found:
                found[other] = found[node] + 1
                waiting.put(other)
    return found
""",
    after="""\
import queue


def distances(edges, start):
    found = {start: 0}
    waiting = deque()
    waiting.append(start)
    while waiting:
        node = waiting.popleft()
        for other in edges[node]:
            if other not in found:
                found[other] = found[node] + 1
                waiting.append(other)
    return found
""",
    imports=(_IMPORT,),
    rewrite=in_function(_find),
)
