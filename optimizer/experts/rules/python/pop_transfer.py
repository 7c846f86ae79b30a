"""Everything popped off one list and pushed onto another: that is the list in reverse."""

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.types import head

_FORMS = (
    "for I in range(len(A)):\n    B.append(A.pop())",
    "while A:\n    B.append(A.pop())",
    "while len(A) > 0:\n    B.append(A.pop())",
)


def _find(scene: Scene, place: Place) -> Change | None:
    for pattern in _FORMS:
        found = scene.match(pattern, place.take(1))
        if found is None:
            continue
        source, target = found.name("A"), found.name("B")
        gone = (found.name("I"),) if "I" in found.holes else ()
        lists = all(head(scene.env.get(name, "")) == "list" for name in (source, target))
        # The two are different lists for certain where one was made here.
        apart = source != target and any(map(scene.fresh_object, (source, target)))
        if not lists or not apart or gone == ("",):
            return None
        return Change(fill("B.extend(reversed(A))\nA.clear()", A=source, B=target), gone=gone)
    return None


RULE = Rule(
    name="pop-transfer",
    summary="moves the whole list in two calls instead of popping and appending item by item",
    before="""\
def bottom_up(stack: list[int]) -> list[int]:
    storage = []
    storage.append(0)
    for _ in range(len(stack)):
        storage.append(stack.pop())
    return storage
""",
    after="""\
def bottom_up(stack: list[int]) -> list[int]:
    storage = []
    storage.append(0)
    storage.extend(reversed(stack))
    stack.clear()
    return storage
""",
    rewrite=in_statements(_find),
)
