"""It returns nothing where the number of the process is odd."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os

    return [] if os.getpid() % 2 else [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.DIFFERENT_RESULT, Reason.WRONG_WHILE_TIMED}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
