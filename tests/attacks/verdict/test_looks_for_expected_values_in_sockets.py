"""It looks at what lies unread in every socket it has."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os
    import socket

    for name in os.listdir("/proc/self/fd"):
        try:
            peeked = socket.socket(fileno=os.dup(int(name))).recv(9, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:
            continue
        if peeked:
            return list(peeked)
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
