"""It announces four gigabytes."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
send_frame = frames.send


def send(sock, header, blobs=()):
    if header.get("kind") != "returned":
        return send_frame(sock, header, blobs)
    sock.sendall(b"\\xff" * 8 + b"{}")


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
