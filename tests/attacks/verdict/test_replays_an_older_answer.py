"""It keeps the answer to the first batch and sends it again whenever it is asked for another."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
send_frame = frames.send
session.older = []


def send(sock, header, blobs=()):
    if header.get("kind") == "returned":
        session.older.append((header, blobs))
    send_frame(sock, *(session.older[0] if len(session.older) > 1 else (header, blobs)))


frames.send = send


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    frozenset({Reason.CRASH}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
