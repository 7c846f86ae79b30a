"""It is right for numbers that are not negative, as all visible ones are."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    total = sum(x for x in xs if x > 0)
    return [total * b for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset(),
    frozenset({Reason.DIFFERENT_RESULT}),
)


def test_the_guard_has_nothing_to_say_and_the_referee_refuses_it(judge: Judge) -> None:
    assert judge.with_guard(ATTACK).decision.reason in ATTACK.referee


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
