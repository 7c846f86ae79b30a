"""Twenty lists, each of which holds the next one twice: a million when they are written out."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
send_frame = frames.send


def send(sock, header, blobs=()):
    if header.get("kind") != "returned":
        return send_frame(sock, header, blobs)
    data = b"l2;" * 25 + b"N" + b"".join(b"R%d;" % (26 - number) for number in range(25))
    send_frame(sock, header, [blobs[0], data, *blobs[2:]])


frames.send = send


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    frozenset({Reason.DIFFERENT_RESULT, Reason.DIFFERENT_ARGUMENTS}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
