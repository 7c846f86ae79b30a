"""Kinds that do one step of a loop, or leave the loop, in a slower way."""

import libcst as cst

from optimizer.experts.ecode.data.backwards.kind import Kind, at_statements
from optimizer.experts.ecode.data.backwards.names import (
    DICTS,
    kind_of,
    mentions,
    names_in,
    only_in_loops,
    walkable,
)
from optimizer.experts.rules.pattern import Match
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import code

_CONSTANTS = ("True", "False")


def _own_targets(scene: Scene, found: Match) -> bool:
    """Whether nothing reads the loop's variables after it."""
    return all(only_in_loops(scene, name) for name in names_in(found.node("T")) - {"_"})


def _flag_loop(scene: Scene, place: Place) -> Change | None:
    """The loop goes on after the flag is set."""
    found = scene.match("for T in X:\n    if C:\n        FLAG = VALUE\n        break", place.take(1))
    if found is None or code(found.node("VALUE")) not in _CONSTANTS or not found.name("FLAG"):
        return None
    if not scene.pure(found.node("C")) or mentions(found.node("C"), found.name("FLAG")):
        return None
    if not _own_targets(scene, found) or not walkable(scene, found.node("X")):
        return None
    return Change(
        fill(
            "for T in X:\n    if C:\n        FLAG = VALUE",
            T=found.node("T"),
            X=found.node("X"),
            C=found.node("C"),
            FLAG=found.name("FLAG"),
            VALUE=found.node("VALUE"),
        )
    )


def _returning(scene: Scene, place: Place) -> Match | None:
    """A loop that returns at the first item for which a test holds, and the other answer below it."""
    found = scene.match("for T in X:\n    if C:\n        return VALUE\nreturn OTHER", place.take(2))
    if found is None or scene.is_generator or not scene.pure(found.node("C")):
        return None
    answers = (code(found.node("VALUE")), code(found.node("OTHER")))
    return found if sorted(answers) == sorted(_CONSTANTS) else None


def _late_return(scene: Scene, place: Place) -> Change | None:
    """The answer is given after the whole loop."""
    found = _returning(scene, place)
    if found is None or not walkable(scene, found.node("X")):
        return None
    holes = {hole: found.node(hole) for hole in ("T", "X", "C", "VALUE", "OTHER")}
    form = "FLAG = OTHER\nfor T in X:\n    if C:\n        FLAG = VALUE\nreturn FLAG"
    return Change(fill(form, FLAG=scene.fresh("found", "result", "flag"), **holes), count=2)


def _generator_test(scene: Scene, place: Place) -> Change | None:
    found = _returning(scene, place)
    if found is None:
        return None
    any_or_all = code(found.node("VALUE")) == "True"
    form = "return any(C for T in X)" if any_or_all else "return not any(C for T in X)"
    return Change(fill(form, T=found.node("T"), X=found.node("X"), C=found.node("C")), count=2)


def _generator_condition(scene: Scene, place: Place) -> Change | None:
    for end in ("return VALUE", "raise VALUE"):
        found = scene.match(f"for T in X:\n    if C:\n        {end}", place.take(1))
        if found is None or not scene.pure(found.node("C")) or not _own_targets(scene, found):
            continue
        if names_in(found.node("T")) & names_in(found.node("VALUE")):
            return None
        holes = {hole: found.node(hole) for hole in ("T", "X", "C", "VALUE")}
        return Change(fill(f"if any(C for T in X):\n    {end}", **holes))
    return None


_EXTREMES = (
    ("if X > B:\n    B = X", "B = max(B, X)"),
    ("if B < X:\n    B = X", "B = max(B, X)"),
    ("if X < B:\n    B = X", "B = min(B, X)"),
    ("if B > X:\n    B = X", "B = min(B, X)"),
)


def _builtin_extremum(scene: Scene, place: Place) -> Change | None:
    for fast, slow in _EXTREMES:
        found = scene.match(fast, place.take(1))
        if found is not None and found.name("B") and scene.pure(found.node("X")):
            return Change(fill(slow, B=found.node("B"), X=found.node("X")))
    return None


def _copied_text(scene: Scene, place: Place) -> Change | None:
    """Each of several parts is put behind a copy of the text; a single one goes in place, as with `+=`."""
    found = scene.match("S += X", place.take(1))
    if found is None or not place.loops or not found.name("S") or kind_of(scene, found.node("S")) != "str":
        return None
    if not _sum(found.node("X")):
        return None
    return Change(fill("S = X", S=found.name("S"), X=_behind(cst.Name(found.name("S")), found.node("X"))))


def _sum(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add) and not node.lpar


def _behind(first: cst.BaseExpression, rest: cst.BaseExpression) -> cst.BaseExpression:
    """One sum of an expression and of the terms of another sum."""
    if isinstance(rest, cst.BinaryOperation) and _sum(rest):
        return rest.with_changes(left=_behind(first, rest.left))
    return cst.BinaryOperation(first, cst.Add(), rest)


def _extend_loop(scene: Scene, place: Place) -> Change | None:
    for fast, step, kind in (
        ("L.extend(X)", "append", ""),
        ("L += X", "append", "list"),
        ("L.update(X)", "add", "set"),
        ("L |= X", "add", "set"),
    ):
        found = scene.match(fast, place.take(1))
        if found is None or not found.name("L") or mentions(found.node("X"), found.name("L")):
            continue
        if kind and kind_of(scene, found.node("L")) != kind:
            continue
        if isinstance(found.node("X"), cst.List | cst.Set | cst.GeneratorExp):
            return None
        item = scene.fresh("item", "element", "entry")
        body = fill(f"L.{step}(T)", L=found.name("L"), T=item)
        return Change(fill("for T in X:\n    BODY", T=item, X=found.node("X"), BODY=body))
    return None


def _one_item_merge(scene: Scene, place: Place) -> Change | None:
    for fast, slow, kind in (
        ("L.append(X)", "L += [X]", "list"),
        ("L.add(X)", "L |= {X}", "set"),
    ):
        found = scene.match(fast, place.take(1))
        if found is not None and scene.local(found.name("L")) and kind_of(scene, found.node("L")) == kind:
            return Change(fill(slow, L=found.name("L"), X=found.node("X")))
    return None


def _counted_by_tests(scene: Scene, place: Place) -> Change | None:
    found = scene.match("D[K] = D.get(K, 0) + E", place.take(1))
    if found is None or not found.name("D") or not scene.pure(found.node("K")):
        return None
    if _truth(scene, found.node("E")):  # 0 + True is a number, True is none
        return None
    form = "if K in D:\n    D[K] = D[K] + E\nelse:\n    D[K] = E"
    return Change(fill(form, D=found.name("D"), K=found.node("K"), E=found.node("E")))


def _truth(scene: Scene, node: cst.BaseExpression) -> bool:
    """Whether an expression is a test."""
    negation = isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not)
    test = negation or isinstance(node, cst.Comparison | cst.BooleanOperation)
    return test or scene.type_of(node) == "bool"


def _grouped_by_tests(scene: Scene, place: Place) -> Change | None:
    found = scene.match("D.setdefault(K, []).append(V)", place.take(1))
    if found is None or not found.name("D") or not scene.pure(found.node("K")):
        return None
    form = "if K not in D.keys():\n    D[K] = []\nD[K].append(V)"
    return Change(fill(form, D=found.name("D"), K=found.node("K"), V=found.node("V")))


def _counter_by_loop(scene: Scene, place: Place) -> Change | None:
    for module in ("collections.", ""):
        found = scene.match(f"C = {module}Counter(X)", place.take(1))
        if found is None or not found.name("C") or mentions(found.node("X"), found.name("C")):
            continue
        # Of a mapping the counts would be taken, not the keys counted.
        if kind_of(scene, found.node("X")) in DICTS or isinstance(found.node("X"), cst.Dict | cst.DictComp):
            return None
        form = f"C = {module}Counter()\nfor T in X:\n    C[T] += 1"
        return Change(
            fill(form, C=found.name("C"), X=found.node("X"), T=scene.fresh("item", "element", "entry"))
        )
    return None


def _accumulation_in_item(scene: Scene, place: Place) -> Change | None:
    found = scene.match("S = A\nfor T in X:\n    S += E\nPLACE = S", place.take(3))
    target = found.node("PLACE") if found is not None else None
    if (
        found is None
        or not isinstance(target, cst.Subscript)
        or not isinstance(target.value, cst.Name | cst.Subscript)
    ):
        return None
    if not scene.local(found.name("S")) or scene.count(found.name("S")) != 3 or not scene.pure(target):
        return None
    bound = names_in(found.node("T"))
    asked = names_in(found.node("X")) | (names_in(found.node("E")) - bound)
    if bound & names_in(target) or any(scene.may_change(name, place.take(3)[2]) for name in asked):
        return None
    holes = {hole: found.node(hole) for hole in ("A", "T", "X", "E", "PLACE")}
    return Change(fill("PLACE = A\nfor T in X:\n    PLACE += E", **holes), count=3)


_BUBBLE = """\
for I in range(len(X)):
    for J in range(len(X) - 1 - I):
        if X[J] > X[J + 1]:
            X[J], X[J + 1] = X[J + 1], X[J]"""
_TURNED = """\
I = 0
J = len(X) - 1
while I < J:
    X[I], X[J] = X[J], X[I]
    I += 1
    J -= 1"""


def _sorting_by_hand(scene: Scene, place: Place) -> Change | None:
    return _in_place(scene, place, "X.sort()", _BUBBLE, (("i", "end"), ("j", "at")))


def _swap_reversal(scene: Scene, place: Place) -> Change | None:
    return _in_place(scene, place, "X.reverse()", _TURNED, (("left", "first"), ("right", "last")))


def _in_place(
    scene: Scene, place: Place, fast: str, slow: str, names: tuple[tuple[str, str], tuple[str, str]]
) -> Change | None:
    found = scene.match(fast, place.take(1))
    if found is None or not found.name("X") or kind_of(scene, found.node("X")) != "list":
        return None
    first, second = (scene.fresh(*each) for each in names)
    return Change(fill(slow, X=found.name("X"), I=first, J=second))


STEPS = (
    Kind("flag-loop", "flag-loop", ("break",), at_statements(_flag_loop)),
    Kind("late-return", "flag-loop", ("return True", "return False"), at_statements(_late_return)),
    Kind("generator-test", "generator-test", ("return True", "return False"), at_statements(_generator_test)),
    Kind(
        "generator-condition", "generator-condition", ("return", "raise"), at_statements(_generator_condition)
    ),
    Kind("builtin-extremum-in-loop", "builtin-extremum-in-loop", ("if ",), at_statements(_builtin_extremum)),
    Kind("copied-text", "copied-text", ("+=",), at_statements(_copied_text)),
    Kind("extend-loop", "extend-loop", (".extend(", "+=", ".update(", "|="), at_statements(_extend_loop)),
    Kind("one-item-merge", "one-item-merge", (".append(", ".add("), at_statements(_one_item_merge)),
    Kind("counted-by-tests", "counting-by-hand", (".get(",), at_statements(_counted_by_tests)),
    Kind("grouped-by-tests", "", (".setdefault(",), at_statements(_grouped_by_tests)),
    Kind("counter-by-loop", "", ("Counter(",), at_statements(_counter_by_loop)),
    Kind("accumulation-in-item", "accumulation-in-item", ("+=",), at_statements(_accumulation_in_item)),
    Kind("sorting-by-hand", "", (".sort()",), at_statements(_sorting_by_hand)),
    Kind("swap-reversal", "swap-reversal", (".reverse()",), at_statements(_swap_reversal)),
)
