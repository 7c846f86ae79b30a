"""Candidates that try to cheat the verdict, judged by the real referee: once as it is, and once with the
guard switched off, which only reads text and will one day be talked round.

Most of them forge speed: what `weigh` has to do they do as slowly as the original, somewhere where they
hope that nobody looks. Timings play no part in what is asserted but through the referee's decisions.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Decision, Evaluation, Reason
from optimizer.domain.functions import Function
from optimizer.domain.jobs import Stage
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input, Workload
from optimizer.languages.python import PYTHON
from optimizer.stages.evaluate import Referee
from optimizer.stages.judge import Panel, make_referee
from tests.support.arena import an_input, arena

HEAD = """\
import collections
import functools

SEEN: dict = {}


class Scales:
    kept: dict = {}


"""
WORK = "[sum(a * b for a in xs) for b in xs]"  # what the attacks have to get done, somewhere
ORIGINAL = f'''\
def weigh(xs):
    """Every number times the sum of all."""
    return {WORK}
'''
HONEST = '''\
def weigh(xs):
    """Every number times the sum of all."""
    total = sum(xs)
    return [total * b for b in xs]
'''
HARNESS = """\
import sys

frame = sys._getframe()
while "Session" not in frame.f_globals or "import_target" not in frame.f_globals:
    frame = frame.f_back
Session = frame.f_globals["Session"]
session = sys.modules["session"] = type(sys)("session")
vars(session).update(Session.go.__globals__)
frames, canonical, batches, observe = (
    frame.f_globals["frames"], session.canonical, session.batches, session.observe
)
"""  # what stands before a candidate that takes over the process when its module is imported

# Ends at which nothing was gained by the attack. A busy machine may bring about any of the first four.
NO_GAIN = frozenset({Reason.NOT_FASTER, Reason.UNDECIDED, Reason.NOT_REPEATED, Reason.CPU_DISAGREES})
UNSEEN = frozenset({Reason.COLD_DISAGREES})  # calls on inputs never seen before show no gain


def numbers() -> tuple[Input, ...]:
    """Lists of two sizes, and, held out, of sizes around these and with negative numbers."""
    sizes = [(size, number) for size in (40, 80) for number in range(6)]
    visible = [_numbers(size, 100 * size + number, False) for size, number in sizes]
    held_out = [_numbers(size - 3 + number, 100 * size + 50 + number, True) for size, number in sizes]
    negative = an_input([-3, -1, *range(38)], held_out=True, size=40)
    return (*visible, *held_out, negative)


def _numbers(size: int, start: int, held_out: bool) -> Input:
    return an_input(
        [(start * 7919 + 104729 * place) % 10_007 for place in range(size)], held_out=held_out, size=size
    )


@dataclass(frozen=True)
class Attack:
    """What is proposed, and what has to become of it."""

    candidate: str
    guard: frozenset[Reason]
    referee: frozenset[Reason]  # with the guard switched off
    original: str = ORIGINAL
    head: str = HEAD
    inputs: tuple[Input, ...] = field(default_factory=numbers)


class Judge:
    """One referee at a time, kept while the original stays the same: each of them holds the core."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key: object = None
        self._referee: Referee | None = None
        self._open = contextlib.ExitStack()

    def close(self) -> None:
        self._open.close()

    def _for(self, attack: Attack) -> Referee:
        key = attack.head, attack.original, attack.inputs
        if self._referee is None or key != self._key:
            self._open.close()
            opened = self._open.enter_context(arena(self._folder, attack.head + attack.original))
            functions = PYTHON.extract("subject.py", opened.source)
            assert isinstance(functions, tuple)
            opened.function = functions[-1]
            panel = Panel([], PYTHON.guard, Settings(), Protocol())
            made = make_referee(opened, Workload(attack.inputs), panel)
            assert isinstance(made, Referee), made
            self._referee, self._key = made, key
        return self._referee

    def with_guard(self, attack: Attack) -> Evaluation:
        return self._for(attack).evaluate(_candidate(attack.candidate))

    def without_guard(self, attack: Attack) -> Evaluation:
        held = self._for(attack)
        blind = replace(held, guard=_nobody)
        return blind.evaluate(_candidate(attack.candidate))

    def guard_refuses(self, attack: Attack) -> None:
        decision = self.with_guard(attack).decision
        assert (decision.stage, decision.reason in attack.guard) == (Stage.GUARD, True), decision

    def referee_refuses(self, attack: Attack) -> None:
        decision = self.without_guard(attack).decision
        assert decision.stage is not Stage.GUARD, decision
        assert decision.reason in attack.referee, decision


def _candidate(text: str) -> Candidate:
    return Candidate(text.rstrip("\n"), Provenance("attack", "text", "1"))


def _nobody(_function: Function, _candidate: Candidate, _source: str) -> Decision | None:
    """A guard that lets everything pass."""
    return None


@contextlib.contextmanager
def judging(folder: Path) -> Iterator[Judge]:
    with contextlib.closing(Judge(folder)) as judge:
        yield judge
