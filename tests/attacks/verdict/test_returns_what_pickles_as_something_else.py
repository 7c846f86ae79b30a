"""An object whose recipe for pickling makes the right list."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    class Promise:
        def __reduce_ex__(self, protocol):
            return list, ([sum(a * b for a in xs) for b in xs],)

        __reduce__ = __reduce_ex__

    return Promise()
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.INTROSPECTION, Reason.MODULE_STATE}),
    frozenset({Reason.DIFFERENT_RESULT}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
