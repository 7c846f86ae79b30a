"""The same collection is sorted again in every round."""

import ast

import libcst as cst

from optimizer.experts.rules.orders import plain_key, sorts
from optimizer.experts.rules.repeated import changes_its_own, in_front, repeated
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import bare
from optimizer.experts.rules.types import concrete


def _find(scene: Scene, place: Place) -> Change | None:
    statement = place.block[place.index]

    def wanted(node: cst.BaseExpression, around: cst.CSTNode) -> str:
        sorted_here = _sorted(scene, node) and _only_read(node, around)
        return "ordered in_order" if sorted_here and sorts(scene, node) else ""

    early = in_front(scene, statement, repeated(scene, statement, wanted))
    if early is not None or not isinstance(statement, cst.For | cst.While):
        return early
    return _at_first_use(scene, statement)


def _sorted(scene: Scene, node: cst.BaseExpression) -> bool:
    called = isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "sorted"
    return called and scene.is_builtin("sorted")


def _only_read(node: cst.BaseExpression, around: cst.CSTNode) -> bool:
    """Whether nobody gets hold of the list itself, which would now be one for all rounds."""
    match around:
        case cst.For(iter=source) | cst.CompFor(iter=source):
            return source is node
        case cst.Subscript(value=value):
            return value is node
        case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
            return True
        case _:
            return False


def _at_first_use(scene: Scene, loop: cst.For | cst.While) -> Change | None:
    """Sorting that may fail stays where it is, and is done in the first round that gets there."""
    places = _Loops(scene, loop)
    loop.body.visit(places)
    if len(places.found) != 1:
        return None
    local = scene.fresh("ordered", "in_order")
    changed = cst.ensure_type(
        loop.with_changes(leading_lines=[]).visit(_Late(places.found[0], local)), type(loop)
    )
    return Change((*fill(f"{local} = None"), changed))


class _Loops(cst.CSTVisitor):
    """Loops inside of the outer one that walk through the same sorted values each time."""

    def __init__(self, scene: Scene, outer: cst.For | cst.While) -> None:
        super().__init__()
        self._scene, self._outer = scene, outer
        self.found: list[cst.For] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_For(self, node: cst.For) -> None:  # noqa: N802  # LibCST's name
        if _sorted(self._scene, node.iter) and node.asynchronous is None and self._unchanged(node.iter):
            self.found.append(node)

    def _unchanged(self, call: cst.BaseExpression) -> bool:
        """Neither the collection nor its items change, as far as anybody can tell."""
        inner = self._scene.effects(call)
        reads = inner.reads - inner.binds
        match ast.parse(bare(call), mode="eval").body:
            case ast.Call(args=[ast.Name(id=name)], keywords=keywords) if name not in inner.binds:
                known = concrete(self._scene.env.get(name, "")) in (
                    "list",
                    "tuple",
                    "set",
                    "frozenset",
                    "dict",
                )
            case _:
                return False
        if not known or not plain_key(self._scene, keywords) or not changes_its_own(self._scene, self._outer):
            return False
        return not any(self._scene.may_change(each, self._outer) for each in reads)


class _Late(cst.CSTTransformer):
    def __init__(self, loop: cst.For, local: str) -> None:
        super().__init__()
        self._loop, self._local = loop, local

    def leave_For(  # noqa: N802  # LibCST's name
        self, original_node: cst.For, updated_node: cst.For
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        if original_node is not self._loop:
            return updated_node
        (test,) = fill(
            f"if {self._local} is None:\n    {self._local} = CALL",
            CALL=original_node.iter,
        )
        test = test.with_changes(leading_lines=updated_node.leading_lines)
        return cst.FlattenSentinel(
            [test, updated_node.with_changes(iter=cst.Name(self._local), leading_lines=[])]
        )


RULE = Rule(
    name="sorted-in-loop",
    summary="sorts once, not in every round: what is sorted does not change in the loop",
    before="""\
def ranks(scores: list[int], limits: list[int]) -> list[int]:
    found = []
    for limit in limits:
        rank = 0
        for score in sorted(scores, reverse=True):
            if score < limit:
                break
            rank += 1
        found.append(rank)
    return found
""",
    after="""\
def ranks(scores: list[int], limits: list[int]) -> list[int]:
    found = []
    ordered = sorted(scores, reverse=True)
    for limit in limits:
        rank = 0
        for score in ordered:
            if score < limit:
                break
            rank += 1
        found.append(rank)
    return found
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
