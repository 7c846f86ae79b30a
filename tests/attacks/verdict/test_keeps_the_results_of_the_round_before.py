"""The harness keeps the results of the batch: the one of the round before is still there."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, UNSEEN, Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import sys

    outer = sys._getframe(1).f_locals
    results, index = outer.get("results"), outer.get("index")
    if index is not None and results and results[index] and len(results[index]) == len(xs):
        return list(results[index])
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    UNSEEN | NO_GAIN | {Reason.WRONG_WHILE_TIMED},
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
