"""It does nothing while it is timed, and makes the calls whose results are asked for afterwards."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, UNSEEN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
show = Session.outputs


def outputs(self, header, blobs):
    for index in header["indexes"]:
        args, kwargs = self.pools[self.kept][index]
        self.results[index] = weigh(*args, **kwargs)
    return show(self, header, blobs)


Session.go, Session.outputs = (lambda self, header, blobs: ({}, [])), outputs


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    UNSEEN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
