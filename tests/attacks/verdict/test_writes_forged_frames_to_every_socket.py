"""It looks for the socket among all open files and writes an answer to it."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import json
    import os
    import stat

    text = json.dumps({"ok": True, "kind": "returned", "nonce": "?", "sizes": []}).encode()
    for number in range(64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                os.write(number, len(text).to_bytes(4, "big") + bytes(4) + text)
        except OSError:
            continue
    return []
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    frozenset({Reason.CRASH}),
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
