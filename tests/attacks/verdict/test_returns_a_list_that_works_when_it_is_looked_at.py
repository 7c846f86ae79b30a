"""A list that is filled when somebody goes through it."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    class Lazy(list):
        def __iter__(self):
            return iter([sum(a * b for a in xs) for b in xs])

        def __len__(self):
            return len(xs)

    return Lazy()
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
