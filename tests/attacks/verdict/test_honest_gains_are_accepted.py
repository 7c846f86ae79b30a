"""What is honestly faster is accepted, with the guard and without: else refusing everything would do."""

import pytest

from optimizer.domain.evidence import Evaluation, Reason
from tests.support.arena import an_input
from tests.support.verdict_attacks import HONEST, Attack, Judge

HONEST_ONES = {
    "a list": Attack(HONEST, frozenset(), frozenset()),
    "sets, which are encoded": Attack(
        "def weigh(xs):\n    return {sum(xs) % 97}\n",
        frozenset(),
        frozenset(),
        original="def weigh(xs):\n    return {sum(sum(a for a in xs) for _ in range(9)) // 9 % 97}\n",
    ),
    "a generator, drained on the clock": Attack(
        "def weigh(xs):\n    total = sum(xs)\n    for b in xs:\n        yield total * b\n",
        frozenset(),
        frozenset(),
        original="def weigh(xs):\n    for b in xs:\n        yield sum(a * b for a in xs)\n",
    ),
    "arguments that are changed": Attack(
        "def weigh(xs):\n    total = sum(xs)\n    xs[:] = [total * b for b in xs]\n",
        frozenset(),
        frozenset(),
        original="def weigh(xs):\n    xs[:] = [sum(a * b for a in xs) for b in xs]\n",
    ),
    "one number": Attack(
        "def weigh(n):\n    count = len(range(n))\n    return count * (count - 1) // 2\n",
        frozenset(),
        frozenset(),
        original="def weigh(n):\n    return sum(x for x in range(n))\n",
        inputs=tuple(an_input(2000 + 10 * number, held_out=bool(number % 2)) for number in range(16)),
    ),
}
DISTURBED = (Reason.UNDECIDED, Reason.COLD_DISAGREES, Reason.CPU_DISAGREES, Reason.NOT_REPEATED)


def accepted(judged: Judge, attack: Attack, guarded: bool) -> Evaluation:
    """Asked again, twice at most, when other programs on the core can have brought the answer about."""
    for _ in range(3):
        evaluation = judged.with_guard(attack) if guarded else judged.without_guard(attack)
        if evaluation.decision.reason not in DISTURBED:
            break
    return evaluation


@pytest.mark.parametrize("name", HONEST_ONES)
def test_an_honest_gain_is_accepted_with_the_guard_and_without(judge: Judge, name: str) -> None:
    for guarded in (True, False):
        assert accepted(judge, HONEST_ONES[name], guarded).decision.reason is Reason.ACCEPTED
