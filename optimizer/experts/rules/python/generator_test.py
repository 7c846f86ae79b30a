"""`return any(... for ...)`: a generator is resumed for each item where a loop just goes on."""

import libcst as cst

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import code

_FORMS = (
    (
        "return any(COND for T in ITER)",
        "for T in ITER:\n    if COND:\n        return True\nreturn False",
    ),
    (
        "return any(COND for T in ITER if FILTER)",
        "for T in ITER:\n    if FILTER and COND:\n        return True\nreturn False",
    ),
    (
        "return all(COND for T in ITER)",
        "for T in ITER:\n    if not COND:\n        return False\nreturn True",
    ),
    (
        "return all(COND for T in ITER if FILTER)",
        "for T in ITER:\n    if FILTER and not COND:\n        return False\nreturn True",
    ),
    (
        "return not any(COND for T in ITER)",
        "for T in ITER:\n    if COND:\n        return False\nreturn True",
    ),
)

_OPPOSITES: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.In: cst.NotIn,
    cst.NotIn: cst.In,
    cst.Is: cst.IsNot,
    cst.IsNot: cst.Is,
}
# For numbers without NaN, and texts.
_ORDERED: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.Equal: cst.NotEqual,
    cst.NotEqual: cst.Equal,
    cst.LessThan: cst.GreaterThanEqual,
    cst.GreaterThan: cst.LessThanEqual,
    cst.LessThanEqual: cst.GreaterThan,
    cst.GreaterThanEqual: cst.LessThan,
}


def _find(scene: Scene, place: Place) -> Change | None:
    if scene.is_generator or not isinstance(place.block[place.index], cst.SimpleStatementLine):
        return None
    for pattern, template in _FORMS:
        found = scene.match(pattern, place.take(1))
        if found is None:
            continue
        parts = {hole: found.node(hole) for hole in found.holes}
        targets = scene.effects(fill("for T in X:\n    pass", T=parts["T"], X="x")[0]).binds
        outside = [name for name in targets if name in scene.parameters | scene.outside | scene.captured]
        if outside or any(unsafe(scene, part) for part in parts.values()):
            return None
        other = opposite(scene, parts["COND"]) if "not COND" in template else None
        if other is not None:
            return Change(
                fill(template.replace("not COND", "COND"), **{**parts, "COND": other}), gone=tuple(targets)
            )
        return Change(fill(template, **parts), gone=tuple(targets))
    return None


def unsafe(scene: Scene, part: cst.BaseExpression) -> bool:
    """A generator turns StopIteration into another exception; a loop does not."""
    effects = scene.effects(part)
    given = scene.calls_given(code(part))
    return given or effects.suspends or "next" in effects.reads or "__next__" in code(part)


def opposite(scene: Scene, test: cst.BaseExpression) -> cst.BaseExpression | None:
    """The test with `not` drawn into it; only where that is the same for every type."""
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return inner
        case cst.Comparison(
            left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right) as target]
        ):
            plain = all(scene.type_of(each) in ("int", "bool", "str") for each in (left, right))
            other = (_OPPOSITES | _ORDERED if plain else _OPPOSITES).get(type(operator))
            if other is None:
                return None
            return test.with_changes(lpar=[], rpar=[], comparisons=[target.with_changes(operator=other())])
        case _:
            return None


RULE = Rule(
    name="generator-test",
    summary="tests the items in a plain loop, without a generator that is resumed for each of them",
    before="""\
def has_long_word(words, limit):
    return any(len(word) > limit for word in words)
""",
    after="""\
def has_long_word(words, limit):
    for word in words:
        if len(word) > limit:
            return True
    return False
""",
    rewrite=in_statements(_find),
)
