"""A divisor is searched for among all smaller numbers: if there is one, one is below the root."""

import ast

import libcst as cst

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import code

_IMPORT = "from math import isqrt"
_STOPS = ("N", "N // 2 + 1", "int(N / 2) + 1", "(N // 2) + 1")
_BODIES = (
    "if N % I == 0:\n        return False",
    "if not N % I:\n        return False",
    "if N % I == 0:\n        RESULT = False\n        break",
)


def _find(scene: Scene, place: Place) -> Change | None:
    for stop in _STOPS:
        for body in _BODIES:
            found = scene.match(f"for I in range(2, {stop}):\n    {body}", place.take(1))
            if found is None or not found.name("I") or not found.name("N"):
                continue
            number = found.name("N")
            if scene.env.get(number) != "int" or not _above_zero(scene, place, number):
                return None
            loop = cst.ensure_type(place.block[place.index], cst.For)
            (new,) = fill("for I in range(2, isqrt(N) + 1):\n    pass", I=found.node("I"), N=number)
            changed = loop.with_changes(iter=cst.ensure_type(new, cst.For).iter, leading_lines=[])
            return Change((changed,), imports=(_IMPORT,), gone=(found.name("I"),))
    return None


def _above_zero(scene: Scene, place: Place, number: str) -> bool:
    """Whether smaller numbers have left before: of a negative one there is no root."""
    tests = [code(each.test) for each in place.above if isinstance(each, cst.If)]
    for statement in place.before:
        if (
            isinstance(statement, cst.If)
            and statement.orelse is None
            and scene.effects(statement.body).leaves
        ):
            tests.append(f"not ({code(statement.test)})")
    stored = sum(1 for node in ast.walk(scene.tree) if isinstance(node, ast.Name) and _bound(node, number))
    return stored == 0 and any(_says(test, number) for test in tests)


def _bound(node: ast.Name, name: str) -> bool:
    return node.id == name and not isinstance(node.ctx, ast.Load)


def _says(test: str, number: str) -> bool:
    """`n > 1` and the like, or the opposite of `n < 2` and the like."""
    match ast.parse(test, mode="eval").body:
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.Gt()], comparators=[ast.Constant(value=int() as low)]
        ):
            return name == number and low >= -1
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.GtE()], comparators=[ast.Constant(value=int() as low)]
        ):
            return name == number and low >= 0
        case ast.UnaryOp(
            op=ast.Not(),
            operand=ast.Compare(
                left=ast.Name(id=name),
                ops=[ast.Lt() | ast.LtE()],
                comparators=[ast.Constant(value=int() as low)],
            ),
        ):
            return name == number and low >= 0
        case _:
            return False


RULE = Rule(
    name="trial-division",
    summary="looks for divisors up to the square root only: a larger one has a smaller partner",
    before="""\
def is_prime(number: int) -> bool:
    if number < 2:
        return False
    for candidate in range(2, number):
        if number % candidate == 0:
            return False
    return True
""",
    after="""\
def is_prime(number: int) -> bool:
    if number < 2:
        return False
    for candidate in range(2, isqrt(number) + 1):
        if number % candidate == 0:
            return False
    return True
""",
    imports=(_IMPORT,),
    rewrite=in_statements(_find),
)
