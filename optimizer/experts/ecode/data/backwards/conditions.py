"""What has to hold of the expressions in a pattern's holes."""

import ast

import libcst as cst

from optimizer.experts.ecode.data.backwards.expressions import Condition
from optimizer.experts.ecode.data.backwards.names import (
    DICTS,
    SIZED,
    element_kind,
    finite,
    kind_of,
    may_be_none,
    names_in,
    parts,
    walkable,
)
from optimizer.experts.rules.pattern import Match
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.tree import code

_NUMBERS = (cst.Integer, cst.Float)
_WALKERS = frozenset("all any enumerate join list map max min set sorted sum tuple zip".split())


def both(*conditions: Condition) -> Condition:
    return lambda scene, found: all(condition(scene, found) for condition in conditions)


def a_dict(hole: str) -> Condition:
    return lambda scene, found: kind_of(scene, found.node(hole)) in DICTS


def sized(hole: str) -> Condition:
    """A container that is empty exactly where it counts as false."""
    return lambda scene, found: (
        kind_of(scene, found.node(hole)) in SIZED and not may_be_none(scene, found.name(hole))
    )


def kinds(hole: str, *wanted: str) -> Condition:
    return lambda scene, found: kind_of(scene, found.node(hole)) in wanted


def named(hole: str) -> Condition:
    """A variable: asked for twice it costs nothing and changes nothing."""
    return lambda _scene, found: bool(found.name(hole))


def costly(hole: str) -> Condition:
    """Neither a variable nor a number: to ask for it twice takes longer."""
    return lambda _scene, found: not isinstance(found.node(hole), cst.Name | cst.BaseNumber)


def pure(*holes: str) -> Condition:
    return lambda scene, found: all(scene.pure(found.node(hole)) for hole in holes)


def constant(hole: str) -> Condition:
    return lambda _scene, found: _constant(found.node(hole))


def text(hole: str) -> Condition:
    """A literal text that is not empty."""
    return lambda _scene, found: bool(_literal(found.node(hole)))


def letter(hole: str) -> Condition:
    """A literal text of one character."""
    return lambda _scene, found: len(_literal(found.node(hole))) == 1


def natural(hole: str) -> Condition:
    """A literal number that is not negative."""
    return lambda _scene, found: isinstance(found.node(hole), cst.Integer)


def plain(hole: str) -> Condition:
    """Neither a comprehension nor a list already, and with an end."""
    forms = (cst.GeneratorExp, cst.ListComp, cst.List, cst.SetComp, cst.Set)
    return lambda _scene, found: not isinstance(found.node(hole), forms) and finite(found.node(hole))


def ends(hole: str) -> Condition:
    return lambda _scene, found: finite(found.node(hole))


def whole(hole: str) -> Condition:
    """An iterable that may be walked through to its end, though the answer may come before."""
    return lambda scene, found: walkable(scene, found.node(hole))


def answers(hole: str) -> Condition:
    """No `next()` in it: `map` and `filter` take its StopIteration for the end of their work."""
    return lambda _scene, found: "next(" not in code(found.node(hole))


def no_column(hole: str) -> Condition:
    """Not the texts of a pandas column, whose methods give columns."""
    return lambda _scene, found: not code(found.node(hole)).endswith(".str")


def unguarded(scene: Scene, _found: Match) -> bool:
    """Nothing is caught in the function: where there is no answer, the slow way raises another exception."""
    return not any(isinstance(node, ast.ExceptHandler) for node in ast.walk(scene.tree))


def turned_in_place(hole: str) -> Condition:
    """`reversed()` of the hole is walked through where it stands: nobody asks it for the next item."""
    return lambda scene, found: any(
        _walks(scene, each, found.node(hole)) for each in parts(scene.parsed.function)
    )


def elements(hole: str, *wanted: str) -> Condition:
    """Of what type the elements are."""
    return lambda scene, found: element_kind(scene, found.node(hole)) in wanted


def _constant(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.expression, _NUMBERS)
    names = ("True", "False", "None", "math.inf", "inf", 'float("inf")', "float('inf')")
    return isinstance(node, (*_NUMBERS, cst.SimpleString)) or code(node) in names


def _literal(node: cst.BaseExpression) -> str:
    """The value of a literal text; empty for all else."""
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else ""
    return value if isinstance(value, str) else ""


def _walks(scene: Scene, node: cst.CSTNode, source: cst.BaseExpression) -> bool:
    match node:
        case cst.For(iter=walked, body=body) if _turns(walked, source):
            return not any(scene.may_change(name, body) for name in names_in(source))
        case cst.CompFor(iter=walked):
            return _turns(walked, source)
        case cst.Call(func=func, args=args) if code(func).rpartition(".")[2] in _WALKERS:
            return any(_turns(each.value, source) for each in args)
        case _:
            return False


def _turns(node: cst.BaseExpression, source: cst.BaseExpression) -> bool:
    turning = isinstance(node, cst.Call) and code(node.func) == "reversed"
    return turning and any(each is source for each in parts(node))
