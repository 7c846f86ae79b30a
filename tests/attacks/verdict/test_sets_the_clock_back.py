"""It tries to set the machine's clock back by the time that it took."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import contextlib
    import time

    before = time.time()
    result = [sum(a * b for a in xs) for b in xs]
    with contextlib.suppress(OSError):
        time.clock_settime(time.CLOCK_REALTIME, before)
    return result
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    NO_GAIN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
