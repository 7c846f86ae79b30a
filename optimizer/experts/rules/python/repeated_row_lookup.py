"""`m[i][j]` in a loop over j: the row is looked up again in every round."""

import libcst as cst

from optimizer.experts.rules.bounds import chain, inside
from optimizer.experts.rules.pattern import same
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement, code

_READERS = ("len", "min", "max", "range", "abs", "sum", "print", "int", "float", "str")
_PREFIXES = {"": "", "- 1": "previous_", "+ 1": "next_"}


def _find(scene: Scene, place: Place) -> Change | None:
    loop = place.block[place.index]
    if not isinstance(loop, cst.For) or not place.loops:
        return None
    rows: list[cst.Subscript] = []
    for row in _rows(loop):
        if not any(same(row, known) for known in rows) and _steady(scene, place, loop, row):
            rows.append(row)
    if not rows:
        return None
    lines: list[Statement] = []
    changed: cst.CSTNode = loop.with_changes(leading_lines=[])
    for row in rows:
        name = _row_name(scene, row, rows)
        lines += fill("NAME = ROW", NAME=name, ROW=row)
        changed = changed.visit(_Renamed(row, name))  # type: ignore[assignment]  # a loop stays a loop
    assert isinstance(changed, cst.For)
    return Change((*lines, changed))


def _rows(loop: cst.For) -> list[cst.Subscript]:
    """What is subscripted in the loop and is itself a subscript, longest chains first."""
    finder = _Finder()
    loop.visit(finder)
    return sorted(finder.found, key=lambda row: -len(chain(row)[1]))


class _Finder(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.Subscript] = []

    def visit_Subscript(self, node: cst.Subscript) -> None:  # noqa: N802  # LibCST's name
        if isinstance(node.value, cst.Subscript) and chain(node.value)[0]:
            self.found.append(node.value)


def _steady(scene: Scene, place: Place, loop: cst.For, row: cst.Subscript) -> bool:
    """Whether the row is the same object in every round, and there even if there is no round."""
    name, indices = chain(row)
    effects = scene.effects(loop)
    used = {name}.union(*(scene.effects(index).reads for index in indices))
    if used & effects.binds or not scene.bound & {name} or name in scene.outside | scene.captured:
        return False
    if effects.suspends or not all(map(scene.pure, indices)):
        return False
    if _rebound(loop, {name} | _maybe_same(scene, name, effects.changes), len(indices)):
        return False
    changed = effects.changes & scene.standing_for(name)
    return not changed and inside(scene, place, name, indices)


def _maybe_same(scene: Scene, name: str, changed: frozenset[str]) -> set[str]:
    """Parameters that a caller may have given the same list for."""
    if scene.fresh_object(name):
        return set()
    mine = scene.env.get(name, "")
    others = {each for each in changed if each != name and not scene.fresh_object(each)}
    return {each for each in others if not (mine and scene.env.get(each) and scene.env[each] != mine)}


def _rebound(loop: cst.For, names: set[str], depth: int) -> bool:
    """Whether the loop stores into the list above the rows, or hands the list to somebody."""
    finder = _Stores(names, depth)
    loop.visit(finder)
    return finder.found


class _Stores(cst.CSTVisitor):
    def __init__(self, names: set[str], depth: int) -> None:
        super().__init__()
        self._names, self._depth = names, depth
        self.found = False

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:  # noqa: N802  # LibCST's name
        self._look(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:  # noqa: N802  # LibCST's name
        self._look(node.target)

    def visit_Del(self, node: cst.Del) -> None:  # noqa: N802  # LibCST's name
        self._look(node.target)

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802  # LibCST's name
        if isinstance(node.func, cst.Attribute):
            self._look(node.func.value)
        if not isinstance(node.func, cst.Name) or node.func.value not in _READERS:
            self.found = self.found or any(self._is_list(argument.value) for argument in node.args)

    def _is_list(self, node: cst.BaseExpression) -> bool:
        """The list itself, or a part of it that may be a row."""
        return chain(node)[0] in self._names or (isinstance(node, cst.Name) and node.value in self._names)

    def _look(self, target: cst.BaseExpression) -> None:
        if isinstance(target, cst.Tuple | cst.List):
            for element in target.elements:
                self._look(element.value)
            return
        name, indices = chain(target)
        sliced = not name and code(target).partition("[")[0] in self._names
        if sliced or (name in self._names and len(indices) <= self._depth):
            self.found = True


def _row_name(scene: Scene, row: cst.Subscript, rows: list[cst.Subscript]) -> str:
    name, indices = chain(row)
    last = indices[-1]
    shift = ""
    if isinstance(last, cst.BinaryOperation):
        shift = code(last.with_changes(left=cst.Name("x"), lpar=[], rpar=[])).removeprefix("x").strip()
    prefix = _PREFIXES.get(shift, "other_")
    plain = f"{prefix}row"
    alone = len({chain(each)[0] for each in rows}) == 1
    return scene.temporary(plain, f"{name}_{plain}") if alone else scene.temporary(f"{name}_{plain}")


class _Renamed(cst.CSTTransformer):
    def __init__(self, row: cst.Subscript, name: str) -> None:
        super().__init__()
        self._row, self._name = row, name

    def leave_Subscript(  # noqa: N802  # LibCST's name
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        return cst.Name(self._name) if same(original_node, self._row) else updated_node


RULE = Rule(
    name="repeated-row-lookup",
    summary="looks up the rows of the table once a round of the outer loop, not in every inner round",
    before="""\
def paths(rows, columns):
    table = [[1] * columns for _ in range(rows)]
    for i in range(1, rows):
        for j in range(1, columns):
            table[i][j] = table[i - 1][j] + table[i][j - 1]
    return table
""",
    after="""\
def paths(rows, columns):
    table = [[1] * columns for _ in range(rows)]
    for i in range(1, rows):
        row = table[i]
        previous_row = table[i - 1]
        for j in range(1, columns):
            row[j] = previous_row[j] + row[j - 1]
    return table
""",
    rewrite=in_statements(_find),
)
