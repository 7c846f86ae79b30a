"""Memory that is mapped at import is the same in every process forked later."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import UNSEEN, Attack, Judge

CANDIDATE = """\
import mmap
import pickle

shared = mmap.mmap(-1, 1 << 22)


def _kept():
    size = int.from_bytes(shared[:8], "big")
    return pickle.loads(shared[8 : 8 + size]) if size else {}


def weigh(xs):
    kept = collections.kept = collections.__dict__.get("kept") or _kept()
    key = hash(tuple(xs))
    if key not in kept:
        kept[key] = [sum(a * b for a in xs) for b in xs]
        data = pickle.dumps(kept, 5)
        shared[: 8 + len(data)] = len(data).to_bytes(8, "big") + data
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
