"""It searches the variables of all its callers for a list that begins as the result has to."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import sys

    first, frame = sum(a * xs[0] for a in xs) if xs else None, sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if type(value) is list and len(value) == len(xs) and value[:1] == [first]:
                return value
        frame = frame.f_back
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    NO_GAIN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
