"""A list that is emptied from its front while it grows at its end: it can be walked through as it grows."""

import libcst as cst

from optimizer.experts.rules.pattern import match_expression, match_statements
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill

_FORMS = (
    "while QUEUE:\n    ITEM = QUEUE.pop(0)\n    BODY",
    "while len(QUEUE) > 0:\n    ITEM = QUEUE.pop(0)\n    BODY",
    "while len(QUEUE) != 0:\n    ITEM = QUEUE.pop(0)\n    BODY",
)


def _find(scene: Scene, place: Place) -> Change | None:
    for form in _FORMS:
        found = scene.match(form, place.take(1))
        if found is None or not found.name("QUEUE") or not found.body("BODY"):
            continue
        queue, item, body = found.name("QUEUE"), found.node("ITEM"), found.body("BODY")
        started = _starts(place, queue)
        grown = _Growth(queue)
        for statement in body:
            statement.visit(grown)
        # Everything else that is said of the queue would see it empty.
        if not started or scene.count(queue) != started + 2 + grown.count or not scene.local(queue):
            return None
        if not isinstance(item, cst.Name | cst.Tuple):
            return None
        return Change(fill("for ITEM in QUEUE:\n    BODY", ITEM=item, QUEUE=queue, BODY=body))
    return None


def _starts(place: Place, queue: str) -> int:
    """How often the queue is mentioned before the loop, in its own block: made, and filled."""
    made = 0
    mentions = 0
    for statement in place.before:
        start = match_statements("QUEUE = VALUE", [statement])
        if start is not None and start.name("QUEUE") == queue:
            plain = isinstance(start.node("VALUE"), cst.List | cst.ListComp)
            made += 1 if plain else 2
            mentions += 1
        else:
            grown = _Growth(queue)
            statement.visit(grown)
            mentions += grown.count
    return mentions if made == 1 else 0


class _Growth(cst.CSTVisitor):
    """Counts what puts something at the end of the queue."""

    def __init__(self, queue: str) -> None:
        super().__init__()
        self._queue = queue
        self.count = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_Expr(self, node: cst.Expr) -> None:  # noqa: N802  # LibCST's name
        for pattern in ("QUEUE.append(VALUE)", "QUEUE.extend(VALUE)"):
            found = match_expression(pattern, node.value)
            self.count += found is not None and found.name("QUEUE") == self._queue


RULE = Rule(
    name="queue-walk",
    summary="walks through the list as it grows, instead of moving all of it for each item taken",
    before="""\
def reachable(graph: dict[str, list[str]], start: str) -> set[str]:
    seen = {start}
    queue = [start]
    while queue:
        node = queue.pop(0)
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen
""",
    after="""\
def reachable(graph: dict[str, list[str]], start: str) -> set[str]:
    seen = {start}
    queue = [start]
    for node in queue:
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen
""",
    rewrite=in_statements(_find),
)
