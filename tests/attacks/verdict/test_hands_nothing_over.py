"""First calls are not made either: what has to be handed over is left out."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
Session.go = Session.sealed = lambda self, header, blobs: ({}, [])


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    frozenset({Reason.WRONG_WHILE_TIMED}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
