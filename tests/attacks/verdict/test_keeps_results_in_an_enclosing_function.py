"""Results are kept in a variable of a function around it."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def _keeping():
    kept = {}

    def weigh(xs):
        key = tuple(xs)
        if key not in kept:
            kept[key] = [sum(a * b for a in xs) for b in xs]
        return list(kept[key])

    return weigh


weigh = _keeping()
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    frozenset({Reason.DIFFERENT_STATE}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
