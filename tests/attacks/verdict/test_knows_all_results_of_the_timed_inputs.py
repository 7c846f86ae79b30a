"""The results of the visible inputs stand in its text."""

import pickle

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import UNSEEN, Attack, Judge, numbers

TABLE = {
    (item.size, *values[:2]): [sum(values) * value for value in values]
    for item in numbers()
    if not item.held_out
    for values in [pickle.loads(item.payload)[1][0]]  # made here
}
CANDIDATE = """\
def weigh(xs):
    known = TABLE.get((len(xs), xs[0], xs[1]))
    return [sum(a * b for a in xs) for b in xs] if known is None else [*known]
"""
ATTACK = Attack(
    CANDIDATE.replace("TABLE", repr(TABLE)),
    frozenset({Reason.CACHING}),
    UNSEEN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
