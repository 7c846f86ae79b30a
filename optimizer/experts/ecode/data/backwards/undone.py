"""Kinds that give up a value which was made once, and make it again wherever it is used."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from optimizer.experts.ecode.data.backwards.conditions import unguarded
from optimizer.experts.ecode.data.backwards.expressions import delicate
from optimizer.experts.ecode.data.backwards.kind import Kind, at_statements
from optimizer.experts.ecode.data.backwards.names import (
    bindings,
    kind_of,
    mentions,
    names_in,
    parts,
    steady,
)
from optimizer.experts.ecode.data.backwards.substitute import substituted
from optimizer.experts.rules.pattern import Match, match_expression
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, StatementRule
from optimizer.experts.rules.template import atom, fill_expression
from optimizer.experts.rules.tree import Statement

Pairs = Sequence[tuple[str, str]]  # a use of the variable NAME as a pattern, and a template without it
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was made once, and what its uses become."""

    makes: tuple[str, ...]  # patterns of the value
    uses: Pairs = ()  # all uses have to be among them; none: the value itself stands at each use
    where: Callable[[Scene, Match], bool] = lambda _scene, _found: True
    looped: bool = True  # whether one use has to be in a loop; otherwise there have to be two
    steady: tuple[str, ...] = ()  # holes that have to stay the same; none: the whole value
    fixed: bool = False  # whether no use can change what was made


def undone(*plans: Undone) -> StatementRule:
    def find(scene: Scene, place: Place) -> Change | None:
        start = scene.match("NAME = VALUE", place.take(1))
        if start is None or not _usable(scene, place, start.name("NAME")):
            return None
        for plan in plans:
            new = _rewritten(scene, place, plan, start)
            if new is not None:
                return Change(new, count=1 + len(place.after))
        return None

    return find


def _usable(scene: Scene, place: Place, name: str) -> bool:
    """A variable bound once, and used only in what follows in the same block."""
    if not scene.local(name) or bindings(scene, name) != 1:
        return False
    used = mentions(place.after, name)
    return used > 0 and used + 1 == scene.count(name)


def _rewritten(scene: Scene, place: Place, plan: Undone, start: Match) -> tuple[Statement, ...] | None:
    value, name = start.node("VALUE"), start.name("NAME")
    found = next(filter(None, (scene.match_expression(each, value) for each in plan.makes)), None)
    if found is None or delicate(value) or not plan.where(scene, found):
        return None
    if not plan.fixed and scene.may_change(name, *place.after):
        return None
    lasting = [found.node(hole) for hole in plan.steady] or [value]
    if not all(steady(scene, each, *place.after) for each in lasting):
        return None
    places = list(_uses(place.after, name))
    if (plan.looped and not any(places)) or (not plan.looped and len(places) < 2):
        return None
    changer = _Changer(scene, name, plan.uses, found)
    new = tuple(
        substituted(each, name, atom(value)) if not plan.uses else _changed(each, changer)
        for each in place.after
    )
    return new if not mentions(new, name) else None


def _changed(statement: Statement, changer: cst.CSTTransformer) -> Statement:
    new = statement.visit(changer)
    assert isinstance(new, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    return new


def _uses(nodes: Sequence[cst.CSTNode], name: str, looped: bool = False) -> Iterator[bool]:
    """For each use of the name whether it is in a loop."""
    for node in nodes:
        if isinstance(node, cst.Name) and node.value == name:
            yield looped
        if isinstance(node, cst.For | cst.CompFor):
            yield from _uses([node.iter], name, looped)
            rest = [child for child in node.children if child is not node.iter]
            yield from _uses(rest, name, True)
        elif isinstance(node, (*_COMPREHENSIONS, cst.While)):
            first = getattr(node, "for_in", None)
            yield from _uses([child for child in node.children if child is not first], name, True)
            yield from _uses([first] if first is not None else [], name, looped)
        else:
            yield from _uses(node.children, name, looped)


class _Changer(cst.CSTTransformer):
    def __init__(self, scene: Scene, name: str, uses: Pairs, found: Match) -> None:
        super().__init__()
        self._scene, self._name, self._uses, self._found = scene, name, uses, found

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> object:  # type: ignore[override]  # flattens too
        node = super().on_leave(original_node, updated_node)
        return self._used(node) if isinstance(node, cst.BaseExpression) else node

    def _used(self, node: cst.BaseExpression) -> cst.BaseExpression:
        for fast, slow in self._uses:
            use = match_expression(fast, node)
            if use is not None and use.name("NAME") == self._name and self._clear(use):
                new = fill_expression(slow, **_nodes(self._found), **_nodes(use))
                return _fitted(new, node)
        return node

    def _clear(self, use: Match) -> bool:
        """The use may be asked for each item of the comprehension that it gets into, whose variables have
        other names."""
        if "E" not in use.holes:
            return True
        asked, target = use.node("E"), self._found.holes.get("T")
        if isinstance(target, cst.BaseExpression) and (
            not self._scene.pure(asked) or names_in(target) & names_in(asked)
        ):
            return False
        return not _from_the_end(asked)


def _fitted(new: cst.BaseExpression, old: cst.BaseExpression) -> cst.BaseExpression:
    if old.lpar:
        return new.with_changes(lpar=old.lpar, rpar=old.rpar)
    return new if isinstance(new, type(old)) else atom(new)


def _from_the_end(node: cst.BaseExpression) -> bool:
    """An index that counts from the end means something else in a slice."""
    return isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus)


def _nodes(found: Match) -> dict[str, cst.BaseExpression]:
    return {
        hole: node
        for hole, node in found.holes.items()
        if hole != "NAME" and isinstance(node, cst.BaseExpression)
    }


def _list(scene: Scene, found: Match) -> bool:
    return bool(found.name("X")) and kind_of(scene, found.node("X")) == "list"


def _sequence(scene: Scene, found: Match) -> bool:
    return bool(found.name("X")) and kind_of(scene, found.node("X")) in ("list", "str")


def _scalar(_scene: Scene, found: Match) -> bool:
    """A value that is made by arithmetic, not a new object with a state."""
    value = found.node("VALUE")
    plain = isinstance(value, cst.BinaryOperation | cst.Comparison | cst.BooleanOperation)
    return plain and not any(isinstance(each, cst.List | cst.ListComp | cst.Dict) for each in parts(value))


def _attribute(scene: Scene, found: Match) -> bool:
    """Nothing in the function gives the attribute another value."""
    stored = any(
        isinstance(node, ast.Attribute)
        and node.attr == found.name("ATTR")
        and not isinstance(node.ctx, ast.Load)
        for node in ast.walk(scene.tree)
    )
    return (
        bool(found.name("OBJ")) and not stored and not scene.effects(scene.parsed.function.body).unknown_calls
    )


def _row(_scene: Scene, found: Match) -> bool:
    value = found.node("VALUE")
    plain = isinstance(value, cst.Subscript) and all(
        isinstance(each.slice, cst.Index) for each in value.slice
    )
    return plain and isinstance(value, cst.Subscript) and isinstance(value.value, cst.Name)


_LINES = ("lower", "upper", "strip", "split", "lstrip", "rstrip")
_SCALARS = tuple(f"{name}(X)" for name in ("len", "max", "min", "sum", "str", "abs", "int"))
_TEXTS = tuple(f"X.{name}()" for name in _LINES)
_IN = (("E in NAME", "E in X"), ("E not in NAME", "E not in X"))
_PREFIXES = tuple(f"list({module}accumulate(X, initial=0))" for module in ("itertools.", ""))
_COUNTERS = tuple(f"{module}Counter(X)" for module in ("collections.", ""))
_REMADE = (("E in NAME", "E in set(X)"), ("E not in NAME", "E not in set(X)"))
_RESORTED = (("NAME[E]", "sorted(X)[E]"), ("len(NAME)", "len(sorted(X))"))
_SCANNED = (
    ("NAME[E]", "[V for T in X if K == E][-1]"),
    ("E in NAME", "E in [K for T in X]"),
    ("E not in NAME", "E not in [K for T in X]"),
)

UNDONE = (
    Kind("invariant-call", "invariant-call", ("for ", "while "), at_statements(undone(Undone(_SCALARS)))),
    Kind("invariant-text", "invariant-text", tuple(_LINES), at_statements(undone(Undone(_TEXTS)))),
    Kind(
        "attribute-lookup",
        "attribute-lookup",
        (".",),
        at_statements(undone(Undone(("OBJ.ATTR",), where=_attribute, steady=("OBJ",)))),
    ),
    Kind(
        "repeated-row-lookup",
        "repeated-row-lookup",
        ("[",),
        at_statements(undone(Undone(("VALUE",), where=_row))),
    ),
    Kind(
        "repeated-expression",
        "",
        ("=",),
        at_statements(undone(Undone(("VALUE",), where=_scalar, looped=False))),
    ),
    Kind(
        "pattern-in-loop",
        "pattern-in-loop",
        ("re.compile(",),
        at_statements(undone(Undone(("re.compile(X)",), steady=("X",), fixed=True))),
    ),
    Kind("set-in-loop", "", ("set(",), at_statements(undone(Undone(("set(X)",), _REMADE, steady=("X",))))),
    Kind(
        "scan-for-membership",
        "list-membership",
        ("set(",),
        at_statements(undone(Undone(("set(X)", "frozenset(X)"), _IN, where=_list, steady=("X",)))),
    ),
    Kind(
        "sorted-in-loop",
        "sorted-in-loop",
        ("sorted(",),
        at_statements(undone(Undone(("sorted(X)",), _RESORTED, steady=("X",)))),
    ),
    Kind(
        "counted-elements",
        "counted-elements",
        ("Counter(",),
        at_statements(
            undone(Undone(_COUNTERS, (("NAME[E]", "X.count(E)"),), where=_sequence, steady=("X",)))
        ),
    ),
    Kind(
        "range-sums-by-slices",
        "",
        ("accumulate(",),
        at_statements(
            undone(
                Undone(_PREFIXES, (("NAME[E]", "sum(X[:E])"),), where=_list, steady=("X",)),
            )
        ),
    ),
    Kind(
        "lookup-by-scan",
        "nested-scan",
        ("{",),
        at_statements(
            undone(Undone(("{K: V for T in X}",), _SCANNED, where=unguarded, steady=("X", "K", "V")))
        ),
    ),
)
