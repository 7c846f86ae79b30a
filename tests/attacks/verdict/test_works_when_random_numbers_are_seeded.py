"""Before a batch random numbers are seeded: that function is replaced by one that works on the arguments."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, UNSEEN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
import random

seed = random.seed
session.ready = {}


def slow(xs):
    return [sum(a * b for a in xs) for b in xs]


def work(*numbers):
    outer = sys._getframe(2)
    if outer.f_code.co_name == "prepare":
        for args, _ in outer.f_locals["self"].pools[0]:
            session.ready[id(args[0])] = slow(args[0])
    seed(*numbers)


def weigh(xs):
    found = session.ready.get(id(xs))
    return slow(xs) if found is None else list(found)


random.seed = work
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    UNSEEN | {Reason.WORK_ELSEWHERE, Reason.WRONG_WHILE_TIMED},
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
