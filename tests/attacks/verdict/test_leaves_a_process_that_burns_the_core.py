"""A process left behind at import uses the core whenever the candidate itself does not."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, Attack, Judge

CANDIDATE = """\
import mmap
import os
import time

busy = mmap.mmap(-1, 8)
if os.fork() == 0:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if busy[0]:
            time.sleep(0.001)
    os._exit(0)


def weigh(xs):
    busy[0] = 1
    result = [sum(a * b for a in xs) for b in xs]
    busy[0] = 0
    return result
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    NO_GAIN | {Reason.WORK_ELSEWHERE, Reason.COLD_DISAGREES},
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
