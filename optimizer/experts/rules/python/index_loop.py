"""`for i in range(len(a))` that only reads `a[i]`: an index that is made to be looked up."""

import libcst as cst

from optimizer.experts.rules.bounds import chain
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import code
from optimizer.experts.rules.types import element, head

_SEQUENCES = ("list", "str", "tuple", "sequence", "bytes")


def _find(scene: Scene, place: Place) -> Change | None:
    loop = place.block[place.index]
    if not isinstance(loop, cst.For) or loop.asynchronous:
        return None
    found = scene.match_expression("range(len(A))", loop.iter)
    if found is None or not isinstance(loop.target, cst.Name):
        return None
    name, index = found.name("A"), loop.target.value
    effects = scene.body_effects(loop)
    if not name or index in effects.binds or scene.may_change(name, loop.body) or effects.suspends:
        return None
    if head(scene.env.get(name, "")) not in _SEQUENCES:
        return None
    return _with_items(scene, loop, name, index)


def _with_items(scene: Scene, loop: cst.For, name: str, index: str) -> Change | None:
    item = scene.temporary(*_item_names(scene, name))
    reader = _Items(name, index, item)
    body = loop.body.visit(reader)
    if not reader.count:
        return None
    assert isinstance(body, cst.BaseSuite)
    left = index in scene.effects(*body.body).reads  # whether the index itself is needed
    pair = "for I, ITEM in enumerate(A):\n    pass" if left else "for ITEM in A:\n    pass"
    (new,) = fill(pair, I=index, ITEM=item, A=cst.Name(name))
    changed = new.with_changes(body=body, orelse=loop.orelse)
    return Change((changed,), gone=(index,))


def _item_names(scene: Scene, name: str) -> tuple[str, ...]:
    kind = scene.env.get(name, "")
    if kind == "str":
        return "char", "character", "item"
    if head(element(kind)) in ("list", "tuple"):
        return "row", "item", f"{name}_item"
    if name.endswith("s") and len(name) > 3 and not name.endswith("ss"):
        return name[:-1], "item", "value"
    return "item", "value", f"{name}_item"


class _Items(cst.CSTTransformer):
    """Puts the item in the place of `a[i]`; nested functions keep theirs, they run later."""

    def __init__(self, name: str, index: str, item: str) -> None:
        super().__init__()
        self._text = (name, index)
        self._item = item
        self.count = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def leave_Subscript(  # noqa: N802  # LibCST's name
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        name, indices = chain(original_node)
        if (name, *map(code, indices)) != self._text:
            return updated_node
        self.count += 1
        return cst.Name(self._item)


RULE = Rule(
    name="index-loop",
    summary="iterates over the items themselves instead of looking each one up by its index",
    before="""\
def positions(word: str, wanted: str) -> list[int]:
    found = []
    for i in range(len(word)):
        if word[i] == wanted or word[i] == wanted.upper():
            found.append(i)
    return found
""",
    after="""\
def positions(word: str, wanted: str) -> list[int]:
    found = []
    for i, char in enumerate(word):
        if char == wanted or char == wanted.upper():
            found.append(i)
    return found
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
