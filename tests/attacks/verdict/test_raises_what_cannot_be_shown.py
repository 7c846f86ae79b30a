"""An exception that raises another one when it is looked at."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    class Odd(Exception):
        def __str__(self):
            raise KeyboardInterrupt

    raise Odd
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.INTROSPECTION, Reason.MODULE_STATE}),
    frozenset({Reason.DIFFERENT_EXCEPTION, Reason.CRASH}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
