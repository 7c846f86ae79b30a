"""Kinds that work out again, for each item, what was known from the items before."""

import libcst as cst

from optimizer.experts.ecode.data.backwards.kind import Kind, at_statements
from optimizer.experts.ecode.data.backwards.names import (
    bindings,
    kind_of,
    mentions,
    names_in,
    only_in_loops,
    starts_empty,
)
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import code


def _prefix_by_slices(scene: Scene, place: Place) -> Change | None:
    """Each sum is added up from the first item on."""
    for form in (
        "for I in range(N):\n    P[I + 1] = P[I] + X[I]",
        "for I, T in enumerate(X):\n    P[I + 1] = P[I] + T",
    ):
        found = scene.match(form, place.take(1))
        if found is None or not all(found.name(hole) for hole in ("I", "P", "X")):
            continue
        if not _zeros(place, found.name("P")) or kind_of(scene, found.node("X")) != "list":
            return None
        if "T" in found.holes and not only_in_loops(scene, found.name("T")):
            return None
        slow = "for I in range(N):\n    P[I + 1] = sum(X[: I + 1])"
        count = found.node("N") if "N" in found.holes else _length(found.node("X"))
        return Change(fill(slow, I=found.name("I"), N=count, P=found.name("P"), X=found.node("X")))
    return None


def _length(node: cst.BaseExpression) -> cst.BaseExpression:
    """`len()` of an expression."""
    return cst.Call(cst.Name("len"), [cst.Arg(node)])


def _zeros(place: Place, name: str) -> bool:
    """Whether the name was made as a list of zeros, right above."""
    if not place.before:
        return False
    line = place.before[-1]
    text = code(line).strip().replace(" ", "")
    return text.startswith(f"{name}=[0]*")


def _running_total(scene: Scene, place: Place) -> Change | None:
    """The total up to each item is added up again from the first one on."""
    found = scene.match("for I, T in enumerate(X):\n    S += T\n    BODY", place.take(1))
    if found is None or not all(found.name(hole) for hole in ("I", "T", "X", "S")) or not place.before:
        return None
    body, total = found.body("BODY"), found.name("S")
    start = scene.match("S = 0", place.before[-1:])
    if start is None or start.name("S") != total or not scene.local(total) or bindings(scene, total) != 2:
        return None
    if scene.may_change(found.name("X"), *body) or kind_of(scene, found.node("X")) != "list":
        return None
    if {found.name("I"), found.name("T")} & scene.effects(*body).binds or not mentions(body, total):
        return None
    slow = "for I, T in enumerate(X):\n    S = sum(X[: I + 1])\n    BODY"
    return Change(fill(slow, I=found.name("I"), T=found.name("T"), X=found.node("X"), S=total, BODY=body))


_RECENT = (
    ("for I in range(1, N):\n    P[I] = max(P[I - 1], X[I])", "max"),
    ("for I in range(1, N):\n    P[I] = min(P[I - 1], X[I])", "min"),
)


def _running_extreme(scene: Scene, place: Place) -> Change | None:
    """The largest item so far is looked for again from the first one on."""
    for form, name in _RECENT:
        found = scene.match(form, place.take(1))
        if found is None or not found.name("P") or not found.name("X") or not place.before:
            continue
        start = scene.match("P[0] = X[0]", place.before[-1:])
        same = start is not None and (start.name("P"), start.name("X")) == (found.name("P"), found.name("X"))
        if not same or found.name("P") == found.name("X"):
            return None
        slow = f"for I in range(1, N):\n    P[I] = {name}(X[: I + 1])"
        return Change(fill(slow, I=found.name("I"), N=found.node("N"), P=found.name("P"), X=found.node("X")))
    return None


_PAIRS = (
    "for I, T in enumerate(X):\n    if GOAL - T in D:\n        return [D[GOAL - T], I]\n    D[T] = I",
    "for I, T in enumerate(X):\n    M = GOAL - T\n    if M in D:\n        return [D[M], I]\n    D[T] = I",
    "for I, T in enumerate(X):\n    M = GOAL - T\n    if M in D:\n        return D[M], I\n    D[T] = I",
)
_NESTED = """\
for I in range(len(X)):
    for J in range(I):
        if X[J] + X[I] == GOAL:
            return {}"""


def _nested_pairs(scene: Scene, place: Place) -> Change | None:
    """Every pair is tried, instead of remembering what would fit; right where at most one pair fits."""
    for form in _PAIRS:
        found = scene.match(form, place.take(1))
        if found is None or not all(found.name(hole) for hole in ("I", "T", "X", "D")):
            continue
        if not starts_empty(scene, found.name("D"), "{}", "dict()") or found.name("T") in names_in(
            found.node("GOAL")
        ):
            return None
        if scene.count(found.name("D")) != 4:  # where it starts, and three times in the loop
            return None
        answer = "[J, I]" if "[D[" in form else "J, I"
        return Change(
            fill(
                _NESTED.format(answer),
                I=found.name("I"),
                J=scene.fresh("j", "other", "earlier"),
                X=found.node("X"),
                GOAL=found.node("GOAL"),
            )
        )
    return None


SUMS = (
    Kind("prefix-by-slices", "sum-of-prefix", ("for ",), at_statements(_prefix_by_slices)),
    Kind("running-total-again", "sum-of-prefix", ("enumerate(",), at_statements(_running_total)),
    Kind("running-extreme-again", "", ("max(", "min("), at_statements(_running_extreme)),
    Kind("nested-pairs", "", ("enumerate(",), at_statements(_nested_pairs)),
)
