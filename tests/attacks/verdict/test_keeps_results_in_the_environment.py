"""Results are kept in an environment variable."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os

    key = str(hash(tuple(xs)))
    if key not in os.environ:
        os.environ[key] = repr([sum(a * b for a in xs) for b in xs])
    return eval(os.environ[key])
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.DIFFERENT_STATE, Reason.DIFFERENT_EFFECTS}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
