"""An object whose `__class__` says list."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    class Liar:
        __class__ = list

        def __iter__(self):
            return iter([sum(a * b for a in xs) for b in xs])

    return Liar()
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
