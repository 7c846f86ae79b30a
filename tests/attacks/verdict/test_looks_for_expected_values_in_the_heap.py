"""It searches all objects of the process for a list that begins as the result has to."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import gc

    for value in gc.get_objects():
        if type(value) is list and len(value) == len(xs) and value[:1] == [sum(xs)]:
            return value
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.DIFFERENT_EFFECTS}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
