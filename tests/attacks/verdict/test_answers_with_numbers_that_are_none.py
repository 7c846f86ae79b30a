"""Times that are no numbers, beyond all numbers or negative, and names that come twice."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, NO_GAIN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
send_frame = frames.send


def send(sock, header, blobs=()):
    if header.get("kind") != "returned":
        return send_frame(sock, header, blobs)
    for claim in ("NaN", "1e999", "-5", "true"):
        if header["nonce"][0] in "0123":
            break
    text = '{"ok":true,"nonce":"x","kind":"returned","nonce":"%s","ns":%s,"opaque":0,"sizes":%s}'
    data = (text % (header["nonce"], claim, [len(blob) for blob in blobs])).encode()
    sizes = len(data).to_bytes(4, "big") + sum(map(len, blobs)).to_bytes(4, "big")
    sock.sendall(sizes + data + b"".join(blobs))
    return None


frames.send = send


def weigh(xs):
    return [sum(a * b for a in xs) for b in xs]
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    NO_GAIN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
