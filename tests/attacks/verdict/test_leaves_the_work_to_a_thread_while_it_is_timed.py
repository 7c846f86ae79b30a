"""It works itself while it is observed; while it is timed a thread fills the list later."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os
    import threading

    if os.environ["PYTHONHASHSEED"] == "2":
        return [sum(a * b for a in xs) for b in xs]
    result = []
    threading.Timer(0.01, lambda: result.extend([sum(a * b for a in xs) for b in xs])).start()
    return result
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.WRONG_WHILE_TIMED, Reason.CRASH}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
