"""It buys its gain with memory and stops the tool that would tell. Without the guard it would pass: the peak
is what the process says of itself."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import tracemalloc

    tracemalloc.get_traced_memory = lambda: (0, 0)
    room = bytearray(10_000_000)
    total = sum(xs) + room[0]
    return [total * b for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.IMPORT}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)
