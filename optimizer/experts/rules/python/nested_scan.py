"""For each item of one list the whole of another one is walked through, for those with the same key."""

import ast
import builtins
from dataclasses import dataclass

import libcst as cst

from optimizer.experts.rules.orders import exact_key
from optimizer.experts.rules.pattern import match_statements
from optimizer.experts.rules.repeated import changes_its_own
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement, code
from optimizer.experts.rules.types import head

_FORMS = (
    "for ITEM in ITEMS:\n    if LEFT == RIGHT:\n        BODY",
    "for ITEM in ITEMS:\n    if LEFT == RIGHT and MORE:\n        BODY",
    "for ITEM in ITEMS:\n    if LEFT != RIGHT:\n        continue\n    BODY",
)


@dataclass(frozen=True, slots=True)
class _Scan:
    loop: cst.For
    item: str
    items: str
    key: cst.BaseExpression  # of the item
    wanted: cst.BaseExpression  # what it is compared with
    body: tuple[Statement, ...]


def _find(scene: Scene, place: Place) -> Change | None:
    outer = place.block[place.index]
    if not isinstance(outer, cst.For | cst.While):
        return None
    finder = _Inner(scene, outer)
    outer.body.visit(finder)
    if len(finder.found) != 1:
        return None
    scan = finder.found[0]
    groups = scene.fresh(_group_name(scan), f"{scan.items}_by_key")
    changed = outer.with_changes(leading_lines=[]).visit(_Loop(scan.loop, _looked_up(scan, groups)))
    start = fill(f"{groups}{_annotation(scene, scan)} = {{}}")
    return Change((*start, cst.ensure_type(changed, type(outer))))


def _looked_up(scan: _Scan, groups: str) -> list[Statement]:
    """What takes the place of the inner loop.

    The groups are made in the first round that gets there, and no key is asked for where there are
    none: so nothing is read that was not read before.
    """
    grouping, loop = fill(
        f"if not {groups}:\n    for ITEM in ITEMS:\n        {groups}.setdefault(KEY, []).append(ITEM)\n"
        f"for ITEM in {groups}.get(WANTED, ()) if {groups} else ():\n    BODY",
        ITEM=scan.item,
        ITEMS=scan.items,
        KEY=scan.key,
        WANTED=scan.wanted,
        BODY=scan.body,
    )
    first = grouping.with_changes(leading_lines=scan.loop.leading_lines)
    return [first, loop.with_changes(orelse=scan.loop.orelse)]


def _annotation(scene: Scene, scan: _Scan) -> str:
    """As the parameter's own annotation says it, where that names nothing from elsewhere."""
    for parameter in scene.parsed.function.params.params:
        if parameter.name.value == scan.items and parameter.annotation is not None:
            match parameter.annotation.annotation:
                case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=inner)), *_]):
                    note = f": dict[{scene.type_of(scan.key)}, list[{code(inner)}]]"
                    return note if scene.effects(inner).reads <= _own_names(scene) else ""
    return ""


def _own_names(scene: Scene) -> set[str]:
    """Built-in names, and the classes of the module itself."""
    tree = ast.parse(scene.request.module_source)
    return set(dir(builtins)) | {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def _group_name(scan: _Scan) -> str:
    key = scan.key
    if isinstance(key, cst.Attribute):
        return f"{scan.items}_by_{key.attr.value}"
    return f"{scan.items}_by_key"


class _Inner(cst.CSTVisitor):
    def __init__(self, scene: Scene, outer: cst.For | cst.While) -> None:
        super().__init__()
        self._scene, self._outer = scene, outer
        self.found: list[_Scan] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_For(self, node: cst.For) -> None:  # noqa: N802  # LibCST's name
        scan = _scan(self._scene, node)
        if scan is not None and _same_for_all_rounds(self._scene, self._outer, scan):
            self.found.append(scan)


class _Loop(cst.CSTTransformer):
    def __init__(self, old: cst.For, new: list[Statement]) -> None:
        super().__init__()
        self._old, self._new = old, new

    def leave_For(  # noqa: N802  # LibCST's name
        self, original_node: cst.For, updated_node: cst.For
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        return cst.FlattenSentinel(self._new) if original_node is self._old else updated_node


def _scan(scene: Scene, loop: cst.For) -> _Scan | None:
    if loop.asynchronous is not None:
        return None
    for form in _FORMS:
        found = match_statements(form, [loop.with_changes(orelse=None)])
        if found is None or not found.name("ITEM") or not found.name("ITEMS") or not found.body("BODY"):
            continue
        item = found.name("ITEM")
        sides = found.node("LEFT"), found.node("RIGHT")
        body = found.body("BODY")
        if "MORE" in found.holes:
            body = fill("if MORE:\n    BODY", MORE=found.node("MORE"), BODY=body)
        for key, wanted in (sides, sides[::-1]):
            mine = scene.effects(key).reads, scene.effects(wanted).reads
            if item in mine[0] and item not in mine[1]:
                return _Scan(loop, item, found.name("ITEMS"), key, wanted, body)
    return None


def _same_for_all_rounds(scene: Scene, outer: cst.For | cst.While, scan: _Scan) -> bool:
    """Whether the groups may be made before the outer loop, and mean what the comparisons meant."""
    if not _keys(scene, scan) or head(scene.env.get(scan.items, "")) not in ("list", "tuple", "sequence"):
        return False
    bound = scene.effects(outer).binds
    stays = scene.effects(scan.key).reads - {scan.item}
    if scan.items in bound or stays & bound or scan.item in scene.captured | scene.outside | scene.parameters:
        return False
    caught = any(isinstance(node, ast.Try) for node in ast.walk(ast.parse(code(outer))))
    if caught or not changes_its_own(scene, outer):  # groups left half made must not be used
        return False
    moved = {scan.items, scan.item, *stays, *scene.effects(scan.wanted).reads}
    inside = scene.effects(*scan.body)
    if any(scene.may_change(name, outer) for name in {scan.items, *stays}):
        return False
    return not (inside.binds | inside.changes) & moved and not _read_elsewhere(scene, scan)


def _keys(scene: Scene, scan: _Scan) -> bool:
    """Both are simple values of types that can be looked up: == and the hash agree on them."""
    kinds = {scene.type_of(scan.key), scene.type_of(scan.wanted)}
    simple = all(_simple(each) for each in (scan.key, scan.wanted))
    return simple and len(kinds) == 1 and all(map(exact_key, kinds))


def _simple(node: cst.BaseExpression) -> bool:
    """Nothing but names and attributes: it cannot fail where it was not reached before."""
    match node:
        case cst.Name():
            return True
        case cst.Attribute(value=value):
            return _simple(value)
        case cst.Tuple(elements=elements):
            return all(isinstance(each, cst.Element) and _simple(each.value) for each in elements)
        case _:
            return False


def _read_elsewhere(scene: Scene, scan: _Scan) -> bool:
    """Whether the item is asked for outside of its loop, where it would be another one."""
    inside = scene.effects(scan.loop)
    mentions = sum(1 for name in _names(scan.loop) if name == scan.item)
    return mentions != scene.count(scan.item) or scan.item not in inside.binds


def _names(node: cst.CSTNode) -> list[str]:
    own = [node.value] if isinstance(node, cst.Name) else []
    if isinstance(node, cst.Attribute):
        return _names(node.value)
    if isinstance(node, cst.Arg):
        return _names(node.value)
    return own + [name for child in node.children for name in _names(child)]


RULE = Rule(
    name="nested-scan",
    summary="groups the items by their key once, instead of comparing each pair of items",
    before="""\
from dataclasses import dataclass

@dataclass
class Book:
    author: str
    title: str

def titles_by(authors: list[str], books: list[Book]) -> list[str]:
    found = []
    for author in authors:
        for book in books:
            if book.author == author:
                found.append(book.title)
    return found
""",
    after="""\
from dataclasses import dataclass

@dataclass
class Book:
    author: str
    title: str

def titles_by(authors: list[str], books: list[Book]) -> list[str]:
    found = []
    books_by_author: dict[str, list[Book]] = {}
    for author in authors:
        if not books_by_author:
            for book in books:
                books_by_author.setdefault(book.author, []).append(book)
        for book in books_by_author.get(author, ()) if books_by_author else ():
            found.append(book.title)
    return found
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
