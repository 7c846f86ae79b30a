"""What a call costs that does nothing is subtracted: it is made to cost something."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, NO_GAIN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
def null(*args, **kwargs):
    return slow([*range(60)])


def slow(xs):
    return [sum(a * b for a in xs) for b in xs]


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]


batches.null = null
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    NO_GAIN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
