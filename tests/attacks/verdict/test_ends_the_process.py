"""It writes an answer of its own and ends the process before anybody can contradict."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os

    os._exit(0)
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.CRASH}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
