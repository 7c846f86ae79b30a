"""It sends the answer when the request comes in and works while it is the other side's turn."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, NO_GAIN, UNSEEN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
receive_frame, send_frame = frames.receive, frames.send
session.answered = []


def receive(sock, *limit):
    header, blobs = receive_frame(sock, *limit)
    if header.get("op") == "go":
        send_frame(sock, {"ok": True, "nonce": header["nonce"]})
        session.answered.append(None)
    return header, blobs


def send(sock, header, blobs=()):
    if not session.answered:
        send_frame(sock, header, blobs)
    session.answered.clear()


frames.receive, frames.send = receive, send


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    UNSEEN | NO_GAIN | {Reason.WORK_ELSEWHERE},
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
