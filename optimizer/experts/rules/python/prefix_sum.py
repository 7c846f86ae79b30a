"""`sum(items[:i + 1])` for one `i` after the other: each sum starts from the first item again."""

import libcst as cst

from optimizer.experts.rules.pattern import match_expression
from optimizer.experts.rules.repeated import replaced
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill, fill_expression
from optimizer.experts.rules.tree import Statement, block, expression, with_block
from optimizer.experts.rules.types import element, head

_IMPORT = "from itertools import accumulate"
_SUMS = ("sum(ITEMS[:I + 1])", "sum(ITEMS[:1 + I])", "sum(ITEMS[0:I + 1])")
_COMPREHENSION = "[RESULT for I in range(len(ITEMS))]"


def _find(scene: Scene, place: Place) -> Change | None:
    statement = place.block[place.index]
    if isinstance(statement, cst.For):
        return _in_loop(scene, statement)
    return _in_comprehension(scene, statement) if isinstance(statement, cst.SimpleStatementLine) else None


def _whole_numbers(scene: Scene, name: str) -> bool:
    """Of floats, another order of additions would give other digits; a str cannot be summed up at all."""
    kind = scene.env.get(name, "")
    return head(kind) in ("list", "tuple", "sequence") and element(kind) in ("int", "bool")


def _in_comprehension(scene: Scene, statement: cst.SimpleStatementLine) -> Change | None:
    finder = _Comprehensions(scene)
    statement.visit(finder)
    if len(finder.found) != 1:
        return None
    ((old, items, index),) = finder.found
    single = _sum_of(scene, old.elt, items, index)
    if single is None or not _whole_numbers(scene, items):
        return None
    total = scene.fresh("total", "running_total")
    left = replaced(old.elt, single, cst.Name(total))
    seen = scene.effects(cst.ensure_type(left, cst.BaseExpression))  # type: ignore[type-abstract]  # LibCST's check
    if seen.unknown_calls or seen.suspends or seen.binds or seen.changes or index in seen.reads:
        return None
    if not _computed_with(scene, old.elt, single):
        return _with_walrus(scene, statement, old, items, total, single)
    new = fill_expression(f"[RESULT for {total} in accumulate({items})]", RESULT=expression_of(left))
    changed = replaced(statement.with_changes(leading_lines=[]), old, new)
    return Change((cst.ensure_type(changed, cst.SimpleStatementLine),), imports=(_IMPORT,), gone=(index,))


def expression_of(node: cst.CSTNode) -> cst.BaseExpression:
    assert isinstance(node, cst.BaseExpression)
    return node


def _with_walrus(
    scene: Scene,
    statement: cst.SimpleStatementLine,
    old: cst.ListComp,
    items: str,
    total: str,
    single: cst.Call,
) -> Change | None:
    """The sum itself is wanted: accumulate() would give the first item as it is, a bool perhaps."""
    item = scene.fresh("item", "value")
    step = expression(f"({total} := {total} + {item})")
    left = expression_of(replaced(old.elt, single, step))
    new = fill_expression(f"[RESULT for {item} in {items}]", RESULT=left)
    if _count(old.elt, single) != 1:
        return None
    changed = cst.ensure_type(
        replaced(statement.with_changes(leading_lines=[]), old, new), cst.SimpleStatementLine
    )
    return Change((*fill(f"{total} = 0"), changed))


def _computed_with(scene: Scene, whole: cst.BaseExpression, part: cst.Call) -> bool:
    """Whether each sum is added to, subtracted from, or divided by a number: then True counts as 1."""
    finder = _Operands(scene, part)
    whole.visit(finder)
    return finder.count == _count(whole, part)


class _Operands(cst.CSTVisitor):
    def __init__(self, scene: Scene, part: cst.Call) -> None:
        super().__init__()
        self._scene, self._part, self.count = scene, part, 0

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> None:  # noqa: N802  # LibCST's name
        plain = isinstance(node.operator, cst.Add | cst.Subtract | cst.Multiply | cst.Divide)
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if plain and one.deep_equals(self._part) and self._scene.type_of(other) in ("int", "float"):
                self.count += 1


def _count(whole: cst.BaseExpression, part: cst.BaseExpression) -> int:
    own = int(whole.deep_equals(part))
    return own + sum(_count_in(child, part) for child in whole.children)


def _count_in(node: cst.CSTNode, part: cst.BaseExpression) -> int:
    own = int(isinstance(node, cst.BaseExpression) and node.deep_equals(part))
    return own + sum(_count_in(child, part) for child in node.children)


class _Comprehensions(cst.CSTVisitor):
    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self.found: list[tuple[cst.ListComp, str, str]] = []

    def visit_ListComp(self, node: cst.ListComp) -> None:  # noqa: N802  # LibCST's name
        found = self._scene.match_expression(_COMPREHENSION, node)
        if found and found.name("ITEMS") and found.name("I"):
            self.found.append((node, found.name("ITEMS"), found.name("I")))

    def visit_Lambda(self, node: cst.Lambda) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False


def _sum_of(scene: Scene, whole: cst.CSTNode, items: str, index: str) -> cst.Call | None:
    """The first `sum(items[:index + 1])` in a piece of code."""
    if isinstance(whole, cst.Call):
        for pattern in _SUMS:
            found = match_expression(pattern, whole)
            if (
                found
                and found.name("ITEMS") == items
                and found.name("I") == index
                and scene.is_builtin("sum")
            ):
                return whole
    for child in whole.children:
        inner = _sum_of(scene, child, items, index)
        if inner is not None:
            return inner
    return None


def _in_loop(scene: Scene, loop: cst.For) -> Change | None:
    over = _walked(scene, loop)
    if over is None or not isinstance(loop.body, cst.IndentedBlock) or loop.asynchronous is not None:
        return None
    items, index, item = over
    single = _sum_of(scene, loop.body, items, index)
    seen = scene.body_effects(loop)
    if single is None or not _whole_numbers(scene, items) or scene.may_change(items, loop):
        return None
    if {index, item} & (seen.binds | scene.captured | scene.outside):
        return None
    total = scene.fresh("total", "running_total")
    body = cst.ensure_type(replaced(loop.body, single, cst.Name(total)), cst.IndentedBlock)
    first = fill(f"{total} += {item or f'{items}[{index}]'}")
    new = with_block(body, (*first, *(block(body) or ())))
    start: tuple[Statement, ...] = fill(f"{total} = 0")
    return Change((*start, loop.with_changes(leading_lines=[], body=new)))


def _walked(scene: Scene, loop: cst.For) -> tuple[str, str, str] | None:
    """The collection, the index, and the item, of a loop over all of a collection."""
    found = scene.match("for I in range(len(ITEMS)):\n    BODY", [loop])
    if found and found.name("I") and found.name("ITEMS"):
        return found.name("ITEMS"), found.name("I"), ""
    found = scene.match("for I, ITEM in enumerate(ITEMS):\n    BODY", [loop])
    if found and found.name("I") and found.name("ITEM") and found.name("ITEMS"):
        return found.name("ITEMS"), found.name("I"), found.name("ITEM")
    return None


RULE = Rule(
    name="sum-of-prefix",
    summary="keeps a running total instead of adding up all items from the first one in every round",
    before="""\
def balances(opening: int, bookings: list[int]) -> list[int]:
    return [opening + sum(bookings[: day + 1]) for day in range(len(bookings))]
""",
    after="""\
def balances(opening: int, bookings: list[int]) -> list[int]:
    return [opening + total for total in accumulate(bookings)]
""",
    imports=(_IMPORT,),
    rewrite=in_statements(_find),
    sets_up=True,
)
