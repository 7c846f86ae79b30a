"""Items moved along by one, one after the other: a slice assignment moves them all."""

from optimizer.experts.rules.bounds import length_is
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.types import head

_FORMS = (
    ("for I in range(len(A) - 1, 0, -1):\n    A[I] = A[I - 1]", "A[1:] = A[:-1]"),
    ("for I in range(len(A) - 1):\n    A[I] = A[I + 1]", "A[:-1] = A[1:]"),
    ("for I in range(1, len(A)):\n    A[I - 1] = A[I]", "A[:-1] = A[1:]"),
)


def _find(scene: Scene, place: Place) -> Change | None:
    for pattern, template in _FORMS:
        found = scene.match(pattern, place.take(1))
        if found is not None and found.name("A") and found.name("I"):
            if head(scene.env.get(found.name("A"), "")) != "list":
                return None
            return Change(fill(template, A=found.node("A")), gone=(found.name("I"),))
    return _measured(scene, place)


def _measured(scene: Scene, place: Place) -> Change | None:
    """The same with a variable that was set to the length before."""
    found = scene.match("for I in range(N - 1, 0, -1):\n    A[I] = A[I - 1]", place.take(1))
    if found is None or not found.name("A") or not found.name("I") or not found.name("N"):
        return None
    if not length_is(scene, found.name("A"), found.node("N")):
        return None
    if head(scene.env.get(found.name("A"), "")) != "list":
        return None
    return Change(fill("A[1:] = A[:-1]", A=found.node("A")), gone=(found.name("I"),))


RULE = Rule(
    name="shift-loop",
    summary="moves the items with one slice assignment instead of one after the other",
    before="""\
def rotated(items: list[int], times: int) -> list[int]:
    ring = items[:]
    size = len(ring)
    for _ in range(times):
        last = ring[size - 1]
        for i in range(size - 1, 0, -1):
            ring[i] = ring[i - 1]
        ring[0] = last
    return ring
""",
    after="""\
def rotated(items: list[int], times: int) -> list[int]:
    ring = items[:]
    size = len(ring)
    for _ in range(times):
        last = ring[size - 1]
        ring[1:] = ring[:-1]
        ring[0] = last
    return ring
""",
    rewrite=in_statements(_find),
    sets_up=True,
)
