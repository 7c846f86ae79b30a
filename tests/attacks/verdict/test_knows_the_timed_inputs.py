"""The sums of the visible inputs stand in its text; all others are worked out as slowly as before."""

import pickle

from tests.support.verdict_attacks import UNSEEN, Attack, Judge, numbers

TABLE = {
    (item.size, *values[:2]): sum(values)
    for item in numbers()
    if not item.held_out
    for values in [pickle.loads(item.payload)[1][0]]  # made here
}
CANDIDATE = """\
def weigh(xs):
    total = TABLE.get((len(xs), xs[0], xs[1]))
    if total is not None:
        return [total * b for b in xs]
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE.replace("TABLE", repr(TABLE)),
    frozenset(),
    UNSEEN,
)


def test_the_guard_has_nothing_to_say_and_the_referee_refuses_it(judge: Judge) -> None:
    assert judge.with_guard(ATTACK).decision.reason in ATTACK.referee


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
