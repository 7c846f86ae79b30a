"""It knows the harness by its standard output and behaves; elsewhere it would do something else. Without the
guard it would pass: nothing that is run here can show what is done elsewhere."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import sys

    if type(sys.stdout).__name__ != "Output":
        return []
    total = sum(xs)
    return [total * b for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.IMPORT}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)
