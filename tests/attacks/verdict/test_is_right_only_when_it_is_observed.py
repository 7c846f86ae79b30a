"""It looks at who calls it: right where everything is observed, nothing where it is timed."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import sys

    return [sum(a * b for a in xs) for b in xs] if sys._getframe(1).f_code.co_name == "_observed" else []
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.WRONG_WHILE_TIMED}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
