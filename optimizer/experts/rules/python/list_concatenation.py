"""`x = x + [y]` in a loop: the whole list is copied for one more item."""

import ast

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill


def _find(scene: Scene, place: Place) -> Change | None:
    if not place.loops:
        return None
    found = scene.match("X = X + [Y]", place.take(1))
    if found is None or not found.name("X") or not scene.fresh_object(found.name("X")):
        return None
    name = found.name("X")
    if name in scene.effects(found.node("Y")).reads or scene.effects(found.node("Y")).suspends:
        return None
    return Change(fill("X.append(Y)", X=name, Y=found.node("Y"))) if _alone(scene.tree, name) else None


def _alone(tree: ast.AST, name: str) -> bool:
    """Whether no other variable or container ever gets hold of the list before it is returned."""
    allowed = 0
    for node in ast.walk(tree):
        match node:
            case ast.Return(value=ast.Name(id=used)) | ast.Subscript(value=ast.Name(id=used)) if used == name:
                allowed += 1
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=used)]) if used == name:
                allowed += 1
            case ast.Assign(
                targets=[ast.Name(id=target)],
                value=ast.BinOp(left=ast.Name(id=used), op=ast.Add(), right=ast.List()),
            ) if target == used == name:
                allowed += 1
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.List() | ast.ListComp()) if (
                target == name
            ):
                continue
            case ast.Assign(targets=targets) if any(
                isinstance(t, ast.Name) and t.id == name for t in targets
            ):
                return False
            case _:
                continue
    reads = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return allowed == sum(1 for node in reads if node.id == name)


RULE = Rule(
    name="list-concatenation",
    summary="appends to the list instead of copying all of it for each new item",
    before="""\
def running_totals(numbers):
    totals = []
    total = 0
    for number in numbers:
        total = total + number
        totals = totals + [total]
    return totals
""",
    after="""\
def running_totals(numbers):
    totals = []
    total = 0
    for number in numbers:
        total = total + number
        totals.append(total)
    return totals
""",
    rewrite=in_statements(_find),
)
