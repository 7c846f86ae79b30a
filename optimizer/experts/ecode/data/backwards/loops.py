"""Kinds that walk through data in a slower way."""

import libcst as cst

from optimizer.experts.ecode.data.backwards.kind import Kind, at_statements
from optimizer.experts.ecode.data.backwards.names import (
    SEQUENCES,
    continues,
    kind_of,
    mentions,
    names_in,
    only_in_loops,
    steady,
    walkable,
)
from optimizer.experts.ecode.data.backwards.substitute import substituted
from optimizer.experts.rules.pattern import Match
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place
from optimizer.experts.rules.template import fill, fill_expression
from optimizer.experts.rules.tree import Statements

_COUNTED = (
    ("for I in range(N):\n    BODY", "I = 0\nwhile I < N:\n    BODY\n    I += 1"),
    ("for I in range(A, N):\n    BODY", "I = A\nwhile I < N:\n    BODY\n    I += 1"),
    ("for I in range(A, N, 2):\n    BODY", "I = A\nwhile I < N:\n    BODY\n    I += 2"),
    ("for I in range(A, N, -1):\n    BODY", "I = A\nwhile I > N:\n    BODY\n    I -= 1"),
)


def _while_counter(scene: Scene, place: Place) -> Change | None:
    for fast, slow in _COUNTED:
        found = scene.match(fast, place.take(1))
        if found is not None and _counts(scene, place, found, "I") and not continues(found.body("BODY")):
            if not steady(scene, found.node("N"), *found.body("BODY")) or mentions(
                found.node("N"), found.name("I")
            ):
                return None
            name = found.name("I") if found.name("I") != "_" else scene.fresh("i", "index", "count")
            given = {"A": found.node("A")} if "A" in found.holes else {}
            return Change(fill(slow, I=name, N=found.node("N"), BODY=found.body("BODY"), **given))
    return None


def _counts(scene: Scene, place: Place, found: Match, hole: str) -> bool:
    """A variable that the loop alone binds and reads; one that nobody reads, if it is `_`."""
    name = found.name(hole)
    if name == "_":
        return "_" not in scene.effects(scene.parsed.function.body).reads
    outer = {each for loop in place.loops if isinstance(loop, cst.For) for each in names_in(loop.target)}
    bound = scene.effects(*found.body("BODY")).binds
    return bool(name) and name not in outer | bound and only_in_loops(scene, name)


def _sequence(scene: Scene, node: cst.BaseExpression, loop: Statements) -> bool:
    """A list or text that stays as it is during the loop, whose variables have other names."""
    known = isinstance(node, cst.Name) and kind_of(scene, node) in SEQUENCES
    return known and isinstance(node, cst.Name) and not scene.may_change(node.value, *loop)


def _index_loop(scene: Scene, place: Place) -> Change | None:
    """Each use of the item becomes a lookup."""
    for form in ("for T in X:\n    BODY", "for I, T in enumerate(X):\n    BODY"):
        found = scene.match(form, place.take(1))
        if found is None or not _sequence(scene, found.node("X"), place.take(1)):
            continue
        if found.name("T") == "_" or not _counts(scene, place, found, "T"):
            continue
        index = found.name("I") if "I" in found.holes else scene.fresh("i", "index", "position")
        if not index or index in scene.effects(*found.body("BODY")).binds:
            return None
        lookup = fill_expression("X[I]", X=found.node("X"), I=index)
        body = tuple(substituted(each, found.name("T"), lookup) for each in found.body("BODY"))
        return Change(fill("for I in range(len(X)):\n    BODY", I=index, X=found.node("X"), BODY=body))
    return None


def _indexed_item(scene: Scene, place: Place) -> Change | None:
    """The item is looked up by its index first."""
    for form in ("for T in X:\n    BODY", "for I, T in enumerate(X):\n    BODY"):
        found = scene.match(form, place.take(1))
        if found is None or not found.name("T") or not _sequence(scene, found.node("X"), place.take(1)):
            continue
        index = found.name("I") if "I" in found.holes else scene.fresh("i", "index", "position")
        if not index or index in scene.effects(*found.body("BODY")).binds or found.name("T") == "_":
            return None
        return Change(
            fill(
                "for I in range(len(X)):\n    T = X[I]\n    BODY",
                I=index,
                T=found.name("T"),
                X=found.node("X"),
                BODY=found.body("BODY"),
            )
        )
    return None


def _counter_by_hand(scene: Scene, place: Place) -> Change | None:
    found = scene.match("for I, T in enumerate(X):\n    BODY", place.take(1))
    if found is None or continues(found.body("BODY")) or found.name("I") == "_":
        return None
    if not _counts(scene, place, found, "I") or found.name("I") in names_in(found.node("T")):
        return None
    return Change(
        fill(
            "I = 0\nfor T in X:\n    BODY\n    I += 1",
            I=found.name("I"),
            T=found.node("T"),
            X=found.node("X"),
            BODY=found.body("BODY"),
        )
    )


def _zip_by_index(scene: Scene, place: Place) -> Change | None:
    found = scene.match("for A, B in zip(X, Y):\n    BODY", place.take(1))
    if found is None or not found.name("A") or not found.name("B"):
        return None
    if not all(_sequence(scene, found.node(hole), place.take(1)) for hole in "XY"):
        return None
    return Change(
        fill(
            "for I in range(min(len(X), len(Y))):\n    A = X[I]\n    B = Y[I]\n    BODY",
            I=scene.fresh("i", "index", "position"),
            A=found.name("A"),
            B=found.name("B"),
            X=found.node("X"),
            Y=found.node("Y"),
            BODY=found.body("BODY"),
        )
    )


def _items_by_key(scene: Scene, place: Place) -> Change | None:
    found = scene.match("for K, V in D.items():\n    BODY", place.take(1))
    if found is None or not found.name("D") or not found.name("K") or found.name("K") == "_":
        return None
    if scene.may_change(found.name("D"), *place.take(1)):
        return None
    return Change(
        fill(
            "for K in D.keys():\n    V = D[K]\n    BODY",
            K=found.name("K"),
            V=found.node("V"),
            D=found.node("D"),
            BODY=found.body("BODY"),
        )
    )


_COPIED = ("enumerate(X)", "zip(X, Y)", "reversed(X)", "X.items()", "X.values()", "X.keys()")
_RANGES = ("range(X)", "range(X, Y)", "range(X, Y, Z)")


def _copied(scene: Scene, place: Place, forms: tuple[str, ...]) -> Change | None:
    found = scene.match("for T in X:\n    BODY", place.take(1))
    source = found.node("X") if found is not None else None
    if found is None or source is None or not any(scene.match_expression(form, source) for form in forms):
        return None
    body = found.body("BODY")
    if any(scene.may_change(name, *body) for name in names_in(source)):
        return None
    return Change(fill("for T in list(X):\n    BODY", T=found.node("T"), X=source, BODY=body))


def _needless_list(scene: Scene, place: Place) -> Change | None:
    loop = place.block[place.index]
    whole = isinstance(loop, cst.For) and walkable(scene, loop.iter)
    return _copied(scene, place, _COPIED) if whole else None


def _range_into_list(scene: Scene, place: Place) -> Change | None:
    return _copied(scene, place, _RANGES)


LOOPS = (
    Kind("while-counter", "while-counter", ("range(",), at_statements(_while_counter)),
    Kind("index-loop", "index-loop", ("for ",), at_statements(_index_loop, _indexed_item)),
    Kind("counter-by-hand", "", ("enumerate(",), at_statements(_counter_by_hand)),
    Kind("zip-by-index", "", ("zip(",), at_statements(_zip_by_index)),
    Kind("items-by-key", "", (".items()",), at_statements(_items_by_key)),
    Kind(
        "loop-over-copy",
        "needless-list",
        ("enumerate(", "zip(", "reversed(", ".items()", ".values()", ".keys()"),
        at_statements(_needless_list),
    ),
    Kind("range-into-list", "list-of-range", ("range(",), at_statements(_range_into_list)),
)
