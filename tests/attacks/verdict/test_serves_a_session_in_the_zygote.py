"""Forking is replaced, so that what a session leaves behind stays for the next one."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, NO_GAIN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
import os

os.fork = lambda: 0


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    frozenset({Reason.CRASH, Reason.LOAD_FAILED, Reason.HANG}) | NO_GAIN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
