"""It answers `go` at once, and does what was asked when somebody wants to see results."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, UNSEEN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
work, show = Session.go, Session.outputs


def go(self, header, blobs):
    self.late = header
    return {}, []


def outputs(self, header, blobs):
    work(self, self.late, [])
    return show(self, header, blobs)


Session.go, Session.outputs = go, outputs


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
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
