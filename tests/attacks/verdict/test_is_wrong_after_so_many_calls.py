"""After a hundred calls it returns nothing."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    calls = collections.__dict__.setdefault("calls", [])
    calls.append(None)
    return [] if len(calls) > 100 else [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.INTROSPECTION, Reason.MODULE_STATE}),
    frozenset({Reason.WRONG_WHILE_TIMED}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
