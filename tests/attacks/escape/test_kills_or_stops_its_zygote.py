"""A session may signal the process it was forked from: it ends its own trial by that, with a refusal."""

from pathlib import Path

import pytest

from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Evaluation, VerdictKind
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Workload
from optimizer.sandbox.runner import RunnerTimeoutError
from optimizer.stages.evaluate import Referee
from optimizer.stages.judge import Panel, make_referee
from tests.support.arena import an_input, arena, payload, zygote

ORIGINAL = """\
def total(xs):
    found = 0
    for x in xs:
        found = found + x
    return found
"""
KILLS = """\
def total(xs):
    import os
    os.kill(os.getppid(), 9)
    return sum(xs)
"""
STOPS = """
import os, signal
def total(xs):
    os.kill(os.getppid(), signal.SIGSTOP)
    return sum(xs)
"""


def evaluated(folder: Path, source: str) -> Evaluation:
    """By the referee, with a guard that lets everything pass."""
    inputs = tuple(an_input(list(range(20 + number)), held_out=bool(number % 2)) for number in range(4))
    with arena(folder, ORIGINAL) as opened:
        opened.core = None  # nothing that counts is timed: no turn is waited for
        panel = Panel([], lambda _function, _candidate, _source: None, Settings(), Protocol(max_launches=2))
        referee = make_referee(opened, Workload(inputs), panel)
        assert isinstance(referee, Referee), referee
        return referee.evaluate(Candidate(source.rstrip("\n"), Provenance("test", "text", "1")))


def test_a_killed_zygote_is_a_refusal(tmp_path: Path) -> None:
    found = evaluated(tmp_path, KILLS)
    assert not found.decision.accepted
    assert found.verdict is None or found.verdict.kind is not VerdictKind.EQUIVALENT


def test_a_stopped_zygote_gives_no_more_sessions(tmp_path: Path) -> None:
    with zygote(tmp_path, STOPS) as started:
        session = started.fork("total")
        session.ask("load", [payload([1, 2])], ids=["a"])
        assert session.ask("call", id="a", limit=10_000, probe=False)[0]["kind"] == "returned"
        with pytest.raises(RunnerTimeoutError):
            started.fork("total", seconds=1.0)
        session.close()
    assert started.box.process.poll() is not None  # and it does not outlive the sandbox
