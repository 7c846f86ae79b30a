"""`items.count(item)` for each item: every one of them walks through the whole list."""

import libcst as cst

from optimizer.experts.rules.orders import exact_key
from optimizer.experts.rules.repeated import again, replaced
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill, fill_expression
from optimizer.experts.rules.tree import Statement
from optimizer.experts.rules.types import element, hashable, head

_IMPORT = "from collections import Counter"


def _find(scene: Scene, place: Place) -> Change | None:
    return _filled(scene, place) or _in_one(scene, place) or _looked_up(scene, place)


def _collection(scene: Scene, name: str) -> bool:
    """A list or the like, whose count() compares items, and whose items can be keys."""
    kind = scene.env.get(name, "")
    if kind == "str":
        return True  # texts of one character each are what it is made of
    return head(kind) in ("list", "tuple", "sequence") and hashable(element(kind))


def _filled(scene: Scene, place: Place) -> Change | None:
    """A dict of all counts, filled in a loop of its own."""
    taken = place.take(2)
    start = scene.match("COUNTS = {}", taken[:1]) or scene.match("COUNTS = dict()", taken[:1])
    loop = scene.match("for ITEM in ITEMS:\n    COUNTS[ITEM] = ITEMS.count(ITEM)", taken[1:])
    if start is None or loop is None or start.name("COUNTS") != loop.name("COUNTS"):
        return None
    name, items, item = start.name("COUNTS"), loop.name("ITEMS"), loop.name("ITEM")
    if (
        not (name and items and item)
        or not scene.local(name)
        or place.guarded
        or not _collection(scene, items)
    ):
        return None
    if len({name, items, item}) != 3:
        return None
    # A loop of its own is quicker than Counter where there are few items; see counting-by-hand.
    counting = fill(f"for {item} in {items}:\n    {name}[{item}] = {name}.get({item}, 0) + 1")
    first = taken[0].with_changes(leading_lines=[])
    return Change((first, *counting), count=2)


def _in_one(scene: Scene, place: Place) -> Change | None:
    """The same as a comprehension."""
    statement = place.block[place.index]
    if not isinstance(statement, cst.SimpleStatementLine) or not scene.is_builtin("dict"):
        return None
    finder = _DictComps(scene)
    statement.visit(finder)
    changed: cst.CSTNode = statement.with_changes(leading_lines=[])
    for old, items in finder.found:
        changed = replaced(changed, old, fill_expression(f"dict(Counter({items}))"))
    new = cst.ensure_type(changed, cst.SimpleStatementLine)
    return Change((new,), imports=(_IMPORT,)) if finder.found else None


class _DictComps(cst.CSTVisitor):
    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self.found: list[tuple[cst.DictComp, str]] = []

    def visit_DictComp(self, node: cst.DictComp) -> None:  # noqa: N802  # LibCST's name
        found = self._scene.match_expression("{ITEM: ITEMS.count(ITEM) for ITEM in ITEMS}", node)
        if found and found.name("ITEM") and _collection(self._scene, found.name("ITEMS")):
            self.found.append((node, found.name("ITEMS")))


def _looked_up(scene: Scene, place: Place) -> Change | None:
    """Elsewhere in a loop: the counts are made once before it."""
    statement = place.block[place.index]

    def wanted(node: cst.BaseExpression, _around: cst.CSTNode) -> bool:
        found = scene.match_expression("ITEMS.count(ITEM)", node)
        items = found.name("ITEMS") if found else ""
        if found is None or not items or not _collection(scene, items):
            return False
        kind = scene.type_of(found.node("ITEM"))
        letters = scene.env.get(items) == "str"  # of a text, count() looks for any text
        return (
            _letter(scene, found.node("ITEM"), items) if letters else exact_key(kind) or kind == "float"
        ) and (not scene.may_change(items, statement))

    names: dict[str, str] = {}
    lines: list[Statement] = []
    changed: cst.CSTNode = statement.with_changes(leading_lines=[])
    for call in again(scene, statement, wanted):
        found = scene.match_expression("ITEMS.count(ITEM)", call)
        if found is None or (items := found.name("ITEMS")) in scene.effects(found.node("ITEM")).reads:
            continue
        if items not in names:
            names[items] = scene.fresh("counts", f"{items}_counts")
            lines += fill(f"{names[items]} = Counter({items})")
        new = fill_expression("COUNTS[ITEM]", COUNTS=names[items], ITEM=found.node("ITEM"))
        changed = replaced(changed, call, new)
    if not lines:
        return None
    return Change((*lines, cst.ensure_type(changed, type(statement))), imports=(_IMPORT,))


def _letter(scene: Scene, item: cst.BaseExpression, text: str) -> bool:
    """Whether an expression is one character of the text, of which count() finds each."""
    if not isinstance(item, cst.Name) or not scene.local(item.value):
        return False
    finder = _Sources(item.value)
    scene.parsed.function.visit(finder)
    return finder.stores == len(finder.walked) > 0 and set(finder.walked) == {text}


class _Sources(cst.CSTVisitor):
    """What a name's values are taken from by loops, and how often it gets one at all."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.walked: list[str] = []
        self.stores = 0

    def visit_For(self, node: cst.For) -> None:  # noqa: N802  # LibCST's name
        self._walk(node.target, node.iter)

    def visit_CompFor(self, node: cst.CompFor) -> None:  # noqa: N802  # LibCST's name
        self._walk(node.target, node.iter)

    def _walk(self, target: cst.BaseExpression, source: cst.BaseExpression) -> None:
        mine = isinstance(target, cst.Name) and target.value == self._name
        if mine and isinstance(source, cst.Name):
            self.walked.append(source.value)
        self.stores += mine or _binds(target, self._name)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:  # noqa: N802  # LibCST's name
        self.stores += _binds(node.target, self._name)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:  # noqa: N802  # LibCST's name
        self.stores += _binds(node.target, self._name)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:  # noqa: N802  # LibCST's name
        self.stores += _binds(node.target, self._name)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:  # noqa: N802  # LibCST's name
        self.stores += _binds(node.target, self._name)


def _binds(target: cst.CSTNode, name: str) -> bool:
    if isinstance(target, cst.Name):
        return target.value == name
    return any(_binds(child, name) for child in target.children)


RULE = Rule(
    name="counted-elements",
    summary="counts all elements in one pass, instead of walking through the whole list for each of them",
    before="""\
def frequencies(words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = words.count(word)
    return found
""",
    after="""\
def frequencies(words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
