"""Reversing a list by swapping its ends: a slice does it in C."""

from optimizer.experts.rules.pattern import Match
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.types import head

_LOOP = """\
while I < J:
    A[I], A[J] = A[J], A[I]
    I += 1
    J -= 1
"""
_FORMS = (
    "I = 0\nJ = len(S) - 1\n" + _LOOP,
    "I, J = 0, len(S) - 1\n" + _LOOP,
    "I = 0\nJ = len(S) - 1\n" + _LOOP.replace("    I += 1\n    J -= 1", "    I, J = I + 1, J - 1"),
    "I, J = 0, len(S) - 1\n" + _LOOP.replace("    I += 1\n    J -= 1", "    I, J = I + 1, J - 1"),
)


def _find(scene: Scene, place: Place) -> Change | None:
    for pattern in _FORMS:
        count = 3 if pattern.startswith("I = 0") else 2
        found = scene.match(pattern, place.take(count))
        if found is None:
            continue
        names = found.name("I"), found.name("J")
        if not all(map(scene.local, names)) or head(scene.type_of(found.node("A"))) != "list":
            return None
        if not _whole(scene, place, found):
            return None
        return Change(fill("A.reverse()", A=found.node("A")), count=count, gone=names)
    return None


def _whole(scene: Scene, place: Place, found: Match) -> bool:
    """Whether the measured text or list is the reversed one, or the one that it was just made of."""
    if found.name("S") == found.name("A"):
        return bool(found.name("A"))
    for made in place.before[-1:]:
        copied = scene.match("A = list(S)", [made])
        if copied is not None and (copied.name("A"), copied.name("S")) == (found.name("A"), found.name("S")):
            return head(scene.env.get(found.name("S"), "")) in ("str", "list", "tuple")
    return False


RULE = Rule(
    name="swap-reversal",
    summary="reverses the list in one call instead of swapping its items one pair after the other",
    before="""\
def backwards(items: list[int]) -> list[int]:
    left = 0
    right = len(items) - 1
    while left < right:
        items[left], items[right] = items[right], items[left]
        left += 1
        right -= 1
    return items
""",
    after="""\
def backwards(items: list[int]) -> list[int]:
    items.reverse()
    return items
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
