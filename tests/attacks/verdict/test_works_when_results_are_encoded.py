"""It returns promises; the encoder and marshal are replaced by ones that keep them."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import HARNESS, UNSEEN, Attack, Judge

CANDIDATE = (
    HARNESS
    + """\
import marshal

encode, dumps = canonical.Encoder.encode, marshal.dumps


class Promise(list):
    pass


def kept(value):
    if type(value) is Promise:
        xs = value[0]
        return [sum(a * b for a in xs) for b in xs]
    return [kept(item) for item in value] if type(value) is list else value


canonical.Encoder.encode = lambda self, value: encode(self, kept(value))
marshal.dumps = lambda value, version: dumps(kept(value), version)


def weigh(xs):
    return Promise([xs])
"""
)
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.NOT_ONE_FUNCTION}),
    UNSEEN,
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
