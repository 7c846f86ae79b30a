"""`text = text + a + b` in a loop copies the whole text; CPython extends it in place for `text += ...`."""

from optimizer.experts.rules.growth import added
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill


def _find(scene: Scene, place: Place) -> Change | None:
    found = added(scene, place.block[place.index]) if place.loops else None
    if found is None or not found.copies or scene.env.get(found.name, "") != "str":
        return None
    if found.name in scene.captured | scene.outside:
        return None
    return Change(fill("TEXT += MORE", TEXT=found.name, MORE=found.value))


RULE = Rule(
    name="copied-text",
    summary="adds the new part to the end of the text in place, without copying what is there",
    before="""\
def listing(names: list[str]) -> str:
    text = "Names:"
    for name in names:
        text = text + "\\n- " + name
    return text
""",
    after="""\
def listing(names: list[str]) -> str:
    text = "Names:"
    for name in names:
        text += "\\n- " + name
    return text
""",
    rewrite=in_statements(_find),
)
