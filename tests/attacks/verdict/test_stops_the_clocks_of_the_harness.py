"""Every clock of the process stands still."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, Attack, Judge

CANDIDATE = """\
import time

for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
    setattr(time, name, lambda: 1.0)
    setattr(time, f"{name}_ns", lambda: 1)
del name


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    NO_GAIN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
