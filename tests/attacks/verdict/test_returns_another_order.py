"""The order of an OrderedDict is not that of the dictionary below it."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    total = sum(xs)
    result = collections.OrderedDict((b, total * b) for b in xs)
    result.move_to_end(xs[0])
    return result
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset(),
    frozenset({Reason.DIFFERENT_RESULT}),
    original="""\
def weigh(xs):
    return collections.OrderedDict((b, sum(a * b for a in xs)) for b in xs)
""",
)


def test_the_guard_has_nothing_to_say_and_the_referee_refuses_it(judge: Judge) -> None:
    assert judge.with_guard(ATTACK).decision.reason in ATTACK.referee


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
