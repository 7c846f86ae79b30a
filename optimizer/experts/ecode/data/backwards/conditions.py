"""What has to hold of the expressions in a pattern's holes."""

import libcst as cst

from optimizer.experts.ecode.data.backwards.expressions import Condition
from optimizer.experts.ecode.data.backwards.names import DICTS, SIZED, element_kind, kind_of
from optimizer.experts.rules.tree import code

_NUMBERS = (cst.Integer, cst.Float)
_ENDLESS = ("count(", "cycle(", "repeat(", "iter(")


def both(*conditions: Condition) -> Condition:
    return lambda scene, found: all(condition(scene, found) for condition in conditions)


def a_dict(hole: str) -> Condition:
    return lambda scene, found: kind_of(scene, found.node(hole)) in DICTS


def sized(hole: str) -> Condition:
    """A container that is empty exactly where it counts as false."""
    return lambda scene, found: kind_of(scene, found.node(hole)) in SIZED


def kinds(hole: str, *wanted: str) -> Condition:
    return lambda scene, found: kind_of(scene, found.node(hole)) in wanted


def named(hole: str) -> Condition:
    """A variable: asked for twice it costs nothing and changes nothing."""
    return lambda _scene, found: bool(found.name(hole))


def pure(*holes: str) -> Condition:
    return lambda scene, found: all(scene.pure(found.node(hole)) for hole in holes)


def constant(hole: str) -> Condition:
    return lambda _scene, found: _constant(found.node(hole))


def text(hole: str) -> Condition:
    """A literal text that is not empty."""
    return lambda _scene, found: (
        isinstance(node := found.node(hole), cst.SimpleString) and len(node.value) > 2
    )


def letter(hole: str) -> Condition:
    """A literal text of one character."""
    return lambda _scene, found: (
        isinstance(node := found.node(hole), cst.SimpleString) and len(node.value) == 3
    )


def natural(hole: str) -> Condition:
    """A literal number that is not negative."""
    return lambda _scene, found: isinstance(found.node(hole), cst.Integer)


def plain(hole: str) -> Condition:
    """Neither a comprehension nor a list already, and with an end."""
    forms = (cst.GeneratorExp, cst.ListComp, cst.List, cst.SetComp, cst.Set)
    return lambda _scene, found: not isinstance(found.node(hole), forms) and _ends(found.node(hole))


def ends(hole: str) -> Condition:
    return lambda _scene, found: _ends(found.node(hole))


def elements(hole: str, *wanted: str) -> Condition:
    """Of what type the elements are."""
    return lambda scene, found: element_kind(scene, found.node(hole)) in wanted


def _constant(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.expression, _NUMBERS)
    names = ("True", "False", "None", "math.inf", "inf", 'float("inf")', "float('inf')")
    return isinstance(node, (*_NUMBERS, cst.SimpleString)) or code(node) in names


def _ends(node: cst.BaseExpression) -> bool:
    return not any(each in code(node) for each in _ENDLESS)
