"""A file opened when the module is imported is read and written without anything that could be noticed."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import UNSEEN, Attack, Judge

CANDIDATE = """\
import os
import pickle

collections.file = os.memfd_create("kept")


def weigh(xs):
    kept = collections.__dict__.get("kept")
    if kept is None:
        data = os.pread(collections.file, 1 << 22, 0)
        kept = collections.kept = pickle.loads(data) if data else {}
    key = hash(tuple(xs))
    if key not in kept:
        kept[key] = [sum(a * b for a in xs) for b in xs]
        os.pwrite(collections.file, pickle.dumps(kept, 5), 0)
    return list(kept[key])
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    UNSEEN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
