"""It raises what is meant for the interpreter."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    raise SystemExit(0)
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.INTROSPECTION}),
    frozenset({Reason.DIFFERENT_EXCEPTION}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
