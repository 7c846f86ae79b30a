"""It is right for arguments that it meets for the first time, and returns nothing when they come again."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import UNSEEN, Attack, Judge

CANDIDATE = """\
def weigh(xs):
    met = collections.__dict__.setdefault("met", {})
    if met.get(id(xs)) is xs:
        return []
    met[id(xs)] = xs
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.INTROSPECTION, Reason.MODULE_STATE}),
    UNSEEN | {Reason.WRONG_WHILE_TIMED},
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
