"""Counting into a dict in a loop: Counter does it in C."""

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill_expression
from optimizer.experts.rules.tree import with_value
from optimizer.experts.rules.types import element, hashable, head

_IMPORT = "from collections import Counter"
_LOOPS = (
    "for X in ITER:\n    if X in D:\n        D[X] += 1\n    else:\n        D[X] = 1",
    "for X in ITER:\n    if X not in D:\n        D[X] = 1\n    else:\n        D[X] += 1",
    "for X in ITER:\n    if X not in D:\n        D[X] = 0\n    D[X] += 1",
    "for X in ITER:\n    D[X] = D.get(X, 0) + 1",
    "for X in ITER:\n    D[X] = 1 + D.get(X, 0)",
    "for X in ITER:\n    if X in D:\n        D[X] = D[X] + 1\n    else:\n        D[X] = 1",
)


def _find(scene: Scene, place: Place) -> Change | None:
    for gap in (0, 1):
        taken = place.take(gap + 2)
        start = scene.match("D = {}", taken[:1])
        if start is None or len(taken) < gap + 2 or not scene.local(start.name("D")) or place.guarded:
            continue
        name, between = start.name("D"), taken[1:-1]
        seen = [scene.effects(each) for each in between]
        if any(name in each.reads | each.binds or each.leaves or each.suspends for each in seen):
            continue
        for pattern in _LOOPS:
            found = scene.match(pattern, taken[-1:])
            if found is None or found.name("D") != name or not found.name("X"):
                continue
            # Of a mapping, Counter would take the values for the counts.
            kind = scene.type_of(found.node("ITER"))
            known = head(kind) in ("str", "list", "tuple", "sequence") and hashable(element(kind))
            if not known or name in scene.effects(found.node("ITER")).reads:
                return None
            value = fill_expression("dict(Counter(ITER))", ITER=found.node("ITER"))
            new = with_value(taken[0].with_changes(leading_lines=[]), value)
            return Change((*between, new), count=len(taken), imports=(_IMPORT,), gone=(found.name("X"),))
    return None


RULE = Rule(
    name="counting-by-hand",
    summary="counts with Counter, whose loop runs in C",
    before="""\
def letters(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for letter in text:
        if letter in counts:
            counts[letter] += 1
        else:
            counts[letter] = 1
    return counts
""",
    after="""\
def letters(text: str) -> dict[str, int]:
    counts: dict[str, int] = dict(Counter(text))
    return counts
""",
    imports=(_IMPORT,),
    rewrite=in_statements(_find),
    sets_up=True,
)
