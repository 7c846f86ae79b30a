"""Results are kept in a default argument."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs, kept={}):
    key = tuple(xs)
    if key not in kept:
        kept[key] = [sum(a * b for a in xs) for b in xs]
    return list(kept[key])
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.SIGNATURE}),
    frozenset({Reason.DIFFERENT_STATE}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
