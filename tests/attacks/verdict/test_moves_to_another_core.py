"""It asks for another core and another priority than the original has."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, Attack, Judge

CANDIDATE = """\
import contextlib
import os

for core in range(os.cpu_count()):
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {core})
        break
del core
with contextlib.suppress(OSError):
    os.setpriority(os.PRIO_PROCESS, 0, -20)


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
