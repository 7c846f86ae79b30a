"""A thread that is started while it is timed works whenever it is another's turn."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os
    import sys
    import threading

    if os.environ["PYTHONHASHSEED"] != "2" and "burning" not in sys.modules:

        def burn():
            for _ in range(40_000_000):
                pass

        sys.modules["burning"] = threading.Thread(target=burn, daemon=True)
        sys.modules["burning"].start()
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    NO_GAIN | {Reason.WORK_ELSEWHERE, Reason.COLD_DISAGREES},
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
