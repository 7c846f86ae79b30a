"""An exception whose class says of itself that it is ValueError, which nobody would catch."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    if min(xs) < 0:
        raise type("ValueError", (Exception,), {"__module__": "builtins"})("negative")
    total = sum(xs)
    return [total * b for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.DYNAMIC_CODE, Reason.INTROSPECTION}),
    frozenset({Reason.DIFFERENT_EXCEPTION}),
    original="""\
def weigh(xs):
    if min(xs) < 0:
        raise ValueError("negative")
    return [sum(a * b for a in xs) for b in xs]
""",
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
