"""A hook set while it is timed works on the arguments as soon as they are prepared."""

from optimizer.domain.evidence import Reason
from tests.support.verdict_attacks import NO_GAIN, UNSEEN, Attack, Judge

CANDIDATE = """\
def weigh(xs):
    import os
    import sys

    kept = sys.modules.setdefault("ready", type(sys)("ready")).__dict__

    def hook(frame, event, value):
        if event == "return" and frame.f_code.co_name == "prepare":
            for args, _ in frame.f_locals["self"].pools[0]:
                kept[id(args[0])] = slow(args[0])

    def slow(xs):
        return [sum(a * b for a in xs) for b in xs]

    if os.environ["PYTHONHASHSEED"] != "2" and sys.getprofile() is None:
        sys.setprofile(hook)
    return list(kept[id(xs)]) if id(xs) in kept else slow(xs)
"""
ATTACK = Attack(
    CANDIDATE,
    frozenset({Reason.IMPORT}),
    # Wrong, where an id that it kept is another argument's by then.
    UNSEEN | NO_GAIN | {Reason.WORK_ELSEWHERE, Reason.SLOWER_SIZE, Reason.WRONG_WHILE_TIMED},
)


def test_the_guard_refuses_it(judge: Judge) -> None:
    judge.guard_refuses(ATTACK)


def test_the_referee_refuses_it_without_the_guard(judge: Judge) -> None:
    judge.referee_refuses(ATTACK)
