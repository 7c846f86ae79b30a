"""`r[i][j] += e` in a loop over k: the item is looked up and stored in every round."""

import libcst as cst

from optimizer.experts.rules.bounds import chain, inside
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import block


def _find(scene: Scene, place: Place) -> Change | None:
    loop = place.block[place.index]
    if not isinstance(loop, cst.For) or loop.orelse or place.guarded:
        return None
    match block(loop.body):
        case (cst.SimpleStatementLine(body=[cst.AugAssign(target=cst.Subscript() as target) as addition]),):
            if not _steady(scene, place, loop, target, addition):
                return None
        case _:
            return None
    total = scene.temporary("total")
    inner = loop.with_changes(
        leading_lines=[],
        body=loop.body.with_changes(
            body=[cst.SimpleStatementLine([addition.with_changes(target=cst.Name(total))])]
        ),
    )
    text = "TOTAL = ITEM\nLOOP\nITEM = TOTAL"
    return Change(fill(text, TOTAL=total, ITEM=target, LOOP=(inner,)))


def _steady(
    scene: Scene, place: Place, loop: cst.For, target: cst.Subscript, addition: cst.AugAssign
) -> bool:
    """Nothing else sees the item before the loop is over, or when the loop ends in an exception."""
    name, indices = chain(target)
    binds = scene.effects(loop).binds
    if not name or not scene.fresh_object(name) or not all(map(scene.pure, indices)):
        return False
    if any(scene.effects(index).reads & binds for index in indices) or name in binds:
        return False
    apart = not scene.effects(addition.value).reads & ({name} | scene.standing_for(name))
    quiet = scene.pure(addition.value) and scene.pure(loop.iter)
    unseen = name not in scene.effects(loop.iter).reads
    return apart and quiet and unseen and inside(scene, place, name, indices)


RULE = Rule(
    name="accumulation-in-item",
    summary="adds up in a local variable and stores the sum once, not in every round",
    before="""\
def products(left, right):
    size = len(left)
    result = [[0] * size for _ in range(size)]
    for i in range(size):
        for j in range(size):
            for k in range(size):
                result[i][j] += left[i][k] * right[k][j]
    return result
""",
    after="""\
def products(left, right):
    size = len(left)
    result = [[0] * size for _ in range(size)]
    for i in range(size):
        for j in range(size):
            total = result[i][j]
            for k in range(size):
                total += left[i][k] * right[k][j]
            result[i][j] = total
    return result
""",
    rewrite=in_statements(_find),
)
