"""It searches the file system for what it should return."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os

    for folder in ("/", "/tmp", "/repo", "/runners", "/proc/1/cwd"):
        for name in os.listdir(folder) if os.access(folder, os.R_OK) else ():
            if name.startswith("expected"):
                return eval(open(f"{folder}/{name}").read())
    return [sum(a * b for a in xs) for b in xs]
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.DIFFERENT_EFFECTS}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
