"""A forked child does the work."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os
    import pickle

    here, there = os.pipe()
    if os.fork() == 0:
        os.write(there, pickle.dumps([sum(a * b for a in xs) for b in xs]))
        os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as file:
        return pickle.load(file)
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
