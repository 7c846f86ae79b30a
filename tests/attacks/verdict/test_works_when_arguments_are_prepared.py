"""It makes all calls when the arguments are prepared, before the clock starts."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, UNSEEN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
prepare_arguments = Session.prepare
session.ready = {}


def prepare(self, header, blobs):
    answer = prepare_arguments(self, header, blobs)
    for pool in self.pools[:1]:
        for args, _ in pool:
            session.ready[id(args[0])] = slow(args[0])
    return answer


def slow(xs):
    return [sum(a * b for a in xs) for b in xs]


def weigh(xs):
    found = session.ready.get(id(xs))
    return slow(xs) if found is None else list(found)


Session.prepare = prepare
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
