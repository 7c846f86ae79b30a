"""Results are kept in a file under /tmp."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os
    import pickle

    name = f"/tmp/{hash(tuple(xs))}"
    if os.path.exists(name):
        return pickle.load(open(name, "rb"))
    result = [sum(a * b for a in xs) for b in xs]
    pickle.dump(result, open(name, "wb"))
    return result
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
