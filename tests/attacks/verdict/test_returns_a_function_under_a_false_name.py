"""A function that says of itself that it is another one."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    def forged(*args):
        return 0

    forged.__qualname__, forged.__module__ = "len", "builtins"
    return [sum(xs), forged]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.INTROSPECTION, Reason.MODULE_STATE}),
    frozenset({Reason.DIFFERENT_RESULT}),
    original="""\
def weigh(xs):
    return [sum(sum(a for a in xs) for b in xs) // max(1, len(xs)), len]
""",
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
