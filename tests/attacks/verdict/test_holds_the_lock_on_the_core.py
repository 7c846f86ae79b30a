"""It looks for the lock by which measurements take turns, and takes it."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, Attack, Judge

CANDIDATE = """\
import contextlib
import fcntl
import os

for core in range(os.cpu_count()):
    with contextlib.suppress(OSError):
        fcntl.flock(os.open(f"/sys/devices/system/cpu/cpu{core}", os.O_RDONLY), fcntl.LOCK_EX)
del core


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
