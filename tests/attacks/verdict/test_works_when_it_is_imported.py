"""All results up to 20,000 are worked out when the module is imported, and put where nobody looks."""

from optimizer.domain.evidence import Reason
from tests.support.arena import an_input
from tests.support.verdict_attacks import Attack, Judge

ORIGINAL = """\
def steps(n):
    count = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count
"""
INPUTS = tuple(an_input(9000 + 71 * number, held_out=bool(number % 2)) for number in range(24))
CANDIDATE = """\
def _count(n):
    count = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


collections.known = [_count(n) for n in range(20_000)]


def steps(n):
    return collections.known[n] if n < 20_000 else _count(n)
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    frozenset({Reason.WORK_ELSEWHERE, Reason.COLD_DISAGREES}),
    original=ORIGINAL,
    inputs=INPUTS,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
