"""A class that says of itself that it is `builtins.list`."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    later = lambda self: iter([sum(a * b for a in xs) for b in xs])
    return type("list", (list,), {"__module__": "builtins", "__iter__": later})()
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.DYNAMIC_CODE, Reason.INTROSPECTION}),
    frozenset({Reason.DIFFERENT_RESULT}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
