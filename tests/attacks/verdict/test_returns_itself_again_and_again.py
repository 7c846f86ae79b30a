"""Lists that hold each other: written out they would fill all memory."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    result = []
    result.extend([result] * 9)
    return result
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset(),
    frozenset({Reason.DIFFERENT_RESULT, Reason.DIFFERENT_ARGUMENTS}),
)


def test_the_guard_has_nothing_to_say_and_the_referee_refuses_it(judge: Judge) -> None:
    assert judge.with_guard(ATTACK).decision.reason in ATTACK.referee


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
