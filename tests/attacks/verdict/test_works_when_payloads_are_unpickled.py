"""It makes the call when its arguments are unpickled, and keeps what comes out."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, UNSEEN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
import pickle

unpickle = pickle.loads
session.ready = []


def loads(data):
    loaded = unpickle(data)
    if loaded[0] == "call":
        session.ready.append((loaded[1][0], slow(loaded[1][0])))
        del session.ready[:-64]
    return loaded


def slow(xs):
    return [sum(a * b for a in xs) for b in xs]


def weigh(xs):
    for arguments, result in session.ready:
        if arguments is xs:
            return list(result)
    return slow(xs)


pickle.loads = loads
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    UNSEEN | {Reason.WORK_ELSEWHERE},
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
