"""Kinds that write out as a loop what a comprehension or a built-in function does at once."""

from dataclasses import dataclass

import libcst as cst

from optimizer.experts.ecode.data.backwards.expressions import delicate
from optimizer.experts.ecode.data.backwards.kind import Kind, at_statements
from optimizer.experts.ecode.data.backwards.names import finite, mentions, walkable
from optimizer.experts.rules.pattern import Match
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, StatementRule
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement

_COMPREHENSIONS = (cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp)


@dataclass(frozen=True, slots=True)
class _Loop:
    """How a loop collects what `makes` gives; the collected variable is ACC, an element E or K and V."""

    makes: tuple[str, ...]  # patterns: X stands for the comprehension, or for any iterable
    start: str
    step: str
    wanted: tuple[str, ...]  # names for a result that had none
    iterables: bool = False  # whether X may be other than a comprehension
    pure: bool = False  # whether elements are asked that were not asked before


def _unroll(loop: _Loop) -> tuple[StatementRule, ...]:
    return (_finder(loop, "ACC = VALUE"), _finder(loop, "return VALUE"))


def _finder(loop: _Loop, form: str) -> StatementRule:
    def find(scene: Scene, place: Place) -> Change | None:
        found = scene.match(form, place.take(1))
        source = _source(loop, scene, found.node("VALUE")) if found is not None else None
        if found is None or source is None:
            return None
        name = found.name("ACC") if "ACC" in found.holes else scene.fresh(*loop.wanted)
        if not name or mentions(source, name) or scene.is_generator:
            return None
        body = _body(loop, scene, source, name)
        if body is None:
            return None
        new = fill(f"ACC = {loop.start}\nBODY", ACC=name, BODY=body)
        return Change(new if "ACC" in found.holes else (*new, *fill("return ACC", ACC=name)))

    return find


def _added(scene: Scene, place: Place) -> Change | None:
    """`total += sum(...)`: the loop adds to the same variable."""
    found = scene.match("ACC += sum(X)", place.take(1))
    if found is None or not found.name("ACC") or mentions(source := found.node("X"), found.name("ACC")):
        return None
    body = _body(_SUM, scene, source, found.name("ACC"))
    return Change(body) if body is not None else None


def _source(loop: _Loop, scene: Scene, value: cst.BaseExpression) -> cst.BaseExpression | None:
    for pattern in loop.makes:
        found: Match | None = scene.match_expression(pattern, value)
        if found is not None and not delicate(value):
            return found.node("X")
    return None


def _body(loop: _Loop, scene: Scene, source: cst.BaseExpression, name: str) -> tuple[Statement, ...] | None:
    if loop.pure and not _quiet(scene, source):
        return None
    if isinstance(source, _COMPREHENSIONS):
        return _from_comprehension(loop, scene, source, name)
    if not loop.iterables or not finite(source):
        return None
    item = scene.fresh("item", "element", "entry")
    step = fill(loop.step, ACC=name, E=cst.Name(item))
    return fill("for T in X:\n    BODY", T=item, X=source, BODY=step)


def _quiet(scene: Scene, source: cst.BaseExpression) -> bool:
    """Whether nobody notices that all elements are asked, and not only those up to the answer."""
    if not isinstance(source, cst.ListComp | cst.GeneratorExp | cst.SetComp):
        return walkable(scene, source)
    part: cst.CompFor | None = source.for_in
    while part is not None:
        if not walkable(scene, part.iter) or not all(scene.pure(test.test) for test in part.ifs):
            return False
        part = part.inner_for_in
    return scene.pure(source.elt)


def _from_comprehension(
    loop: _Loop, scene: Scene, source: cst.BaseExpression, name: str
) -> tuple[Statement, ...] | None:
    if isinstance(source, cst.DictComp):
        # An assignment makes the value before the key, the comprehension after it.
        if "K" not in loop.step or not (scene.pure(source.key) or scene.pure(source.value)):
            return None
        step = fill(loop.step, ACC=name, K=source.key, V=source.value)
    else:
        assert isinstance(source, cst.ListComp | cst.GeneratorExp | cst.SetComp)
        if "K" in loop.step:
            return None
        step = fill(loop.step, ACC=name, E=source.elt)
    return _loops(scene, source.for_in, source, step)


def _loops(
    scene: Scene, part: cst.CompFor, whole: cst.BaseExpression, body: tuple[Statement, ...]
) -> tuple[Statement, ...] | None:
    """The comprehension's loops around the body; None where a variable of them means something outside."""
    bound = scene.effects(*fill("T = 0", T=part.target)).binds
    if part.asynchronous or any(scene.count(each) != mentions(whole, each) for each in bound - {"_"}):
        return None
    if part.inner_for_in is not None:
        inner = _loops(scene, part.inner_for_in, whole, body)
        if inner is None:
            return None
        body = inner
    for test in reversed(part.ifs):
        body = fill("if C:\n    BODY", C=test.test, BODY=body)
    return fill("for T in X:\n    BODY", T=part.target, X=part.iter, BODY=body)


_SUM = _Loop(("sum(X)",), "0", "ACC += E", ("total", "result", "amount"), iterables=True)
_LIST = _Loop(("X",), "[]", "ACC.append(E)", ("result", "collected", "items"))
_SET = _Loop(("X",), "set()", "ACC.add(E)", ("result", "collected", "members"))
_DICT = _Loop(("X",), "{}", "ACC[K] = V", ("result", "table", "found"))
_ANY = _Loop(
    ("any(X)",), "False", "if E:\n    ACC = True", ("found", "seen", "flag"), iterables=True, pure=True
)
_ALL = _Loop(
    ("all(X)",), "True", "if not E:\n    ACC = False", ("valid", "right", "flag"), iterables=True, pure=True
)
_TEXT = _Loop(
    ('"".join(X)', "''.join(X)"), '""', "ACC = ACC + E", ("text", "result", "joined"), iterables=True
)
_PRODUCT = _Loop(
    ("math.prod(X)", "prod(X)", "functools.reduce(operator.mul, X, 1)"),
    "1",
    "ACC *= E",
    ("result", "product", "factors"),
    iterables=True,
)


def _only(loop: _Loop, *forms: type[cst.BaseExpression]) -> tuple[StatementRule, ...]:
    """For patterns that any expression matches: only these forms of it."""

    def narrowed(find: StatementRule, form: str) -> StatementRule:
        def check(scene: Scene, place: Place) -> Change | None:
            found = scene.match(form, place.take(1))
            return find(scene, place) if found and isinstance(found.node("VALUE"), forms) else None

        return check

    first, second = _unroll(loop)
    return narrowed(first, "ACC = VALUE"), narrowed(second, "return VALUE")


def _either(*finders: StatementRule) -> StatementRule:
    """The first of the finders that has something to say about a place."""

    def find(scene: Scene, place: Place) -> Change | None:
        return next((found for each in finders if (found := each(scene, place)) is not None), None)

    return find


UNROLLED = (
    Kind("append-loop", "append-loop", ("[",), at_statements(_either(*_only(_LIST, cst.ListComp)))),
    Kind("set-by-loop", "", ("{",), at_statements(_either(*_only(_SET, cst.SetComp)))),
    Kind("dict-by-loop", "", ("{",), at_statements(_either(*_only(_DICT, cst.DictComp)))),
    Kind("sum-by-loop", "", ("sum(",), at_statements(_either(*_unroll(_SUM), _added))),
    Kind("any-by-flag", "flag-loop", ("any(",), at_statements(_either(*_unroll(_ANY)))),
    Kind("all-by-flag", "flag-loop", ("all(",), at_statements(_either(*_unroll(_ALL)))),
    Kind("join-by-concatenation", "copied-text", (".join(",), at_statements(_either(*_unroll(_TEXT)))),
    Kind("product-loop", "product-loop", ("prod(", "mul"), at_statements(_either(*_unroll(_PRODUCT)))),
)
