"""A signal's handler fills the lists between batches."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import signal

    result = []
    signal.signal(signal.SIGALRM, lambda *_: result.extend([sum(a * b for a in xs) for b in xs]))
    signal.setitimer(signal.ITIMER_REAL, 0.005)
    return result
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.DIFFERENT_RESULT, Reason.DIFFERENT_EFFECTS}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
