"""It is right everywhere, and faster at exactly the sizes that are timed."""

from tests.support.verdict_attacks import UNSEEN, Attack, Judge

CANDIDATE = """\
def weigh(xs):
    if len(xs) in (40, 80):
        total = sum(xs)
        return [total * b for b in xs]
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset(),
    UNSEEN,
)


def test_the_guard_has_nothing_to_say_and_the_referee_refuses_it(judge: Judge) -> None:
    assert judge.with_guard(ATTACK).decision.reason in ATTACK.referee


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
