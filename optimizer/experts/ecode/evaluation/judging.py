"""Candidates for known problems through the product's own referee.

A version that people wrote may do as it likes on inputs that its problem does not allow, and nothing in
the code says which those are. So every candidate has two outcomes: on all inputs, as in production, the
search for counterexamples included; and, where it differs there, on the allowed inputs alone, without it.
"""

import contextlib
import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.evidence import Decision, Evaluation, Reason, VerdictKind
from optimizer.domain.functions import Function
from optimizer.domain.isolation import Bind, Limits
from optimizer.domain.jobs import Stage
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Workload
from optimizer.experts.ecode.evaluation.scores import Outcome
from optimizer.languages.python import PYTHON
from optimizer.sandbox.runner import Launcher, RunnerDiedError, RunnerTimeoutError, Target
from optimizer.stages.arena import Arena
from optimizer.stages.judge import Panel, judge_round

_WRONG = frozenset({Reason.CRASH, Reason.HANG, Reason.WRONG_WHILE_TIMED})  # found out only while timed
_NO_GAIN = frozenset({Reason.COLD_DISAGREES, Reason.CPU_DISAGREES, Reason.WORK_ELSEWHERE})


@dataclass(frozen=True, slots=True)
class Problem:
    """One slow function of a module, with inputs to judge it on."""

    name: str
    group: str  # of problems with the same task, see `scores.Tried`
    module: str = field(repr=False)
    function: Function = field(repr=False)
    workload: Workload = field(repr=False)
    allowed: frozenset[str] | None = field(default=None, repr=False)  # ids of inputs; None: not known
    searched: bool = True  # False where a changed input is none of the problem's format

    @property
    def request(self) -> ProposalRequest:
        """What a proposer may know."""
        return ProposalRequest(self.function, self.module, examples=self.workload.visible)


Proposer = Callable[[Problem, int], Sequence[Candidate]]  # at most so many, imports with them


@dataclass(frozen=True, slots=True)
class Bench:
    """Where candidates are judged. `core`: the one for timing, None where there is none to spare."""

    launcher: Launcher
    core: int | None
    settings: Settings = field(default_factory=Settings)
    protocol: Protocol = field(default_factory=Protocol)


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcomes of one candidate, and how its judgement on all inputs ended."""

    candidate: Candidate
    everywhere: Outcome
    allowed: Outcome  # the same where it is correct everywhere, or nothing is known of what is allowed
    reason: Reason
    seconds: float  # that this judgement took


def compare(
    problem: Problem, proposers: Mapping[str, Proposer], k: int, bench: Bench
) -> dict[str, tuple[Judged, ...]] | Decision:
    """What k proposals of each come to, in their order. Equal ones are judged once, whoever made them. A
    Decision says why the problem's own function cannot be judged."""
    proposed = {name: tuple(propose(problem, k))[:k] for name, propose in proposers.items()}
    unique = {one.id: one for candidates in proposed.values() for one in candidates}
    judged = judge(problem, list(unique.values()), bench)
    if isinstance(judged, Decision):
        return judged
    known = dict(zip(unique, judged, strict=True))
    return {name: tuple(known[one.id] for one in candidates) for name, candidates in proposed.items()}


def judge(problem: Problem, candidates: Sequence[Candidate], bench: Bench) -> tuple[Judged, ...] | Decision:
    """As `compare`, for candidates that are at hand."""
    settings = bench.settings if problem.searched else replace(bench.settings, search_seconds=0)
    bench = replace(bench, settings=settings)
    with arena(problem.module, problem.function, bench.launcher, bench.core) as opened:
        evaluations = _round(opened, problem.workload, candidates, bench)
        if isinstance(evaluations, Decision):
            return evaluations
        again = _on_allowed(opened, problem, evaluations, bench)
    outcomes = [(one, outcome(one)) for one in evaluations]
    return tuple(
        Judged(one.candidate, found, again.get(one.candidate.id, found), one.decision.reason, one.seconds)
        for one, found in outcomes
    )


def outcome(evaluation: Evaluation) -> Outcome:
    """What the referee's judgement says of speed. A gain that its checks of the clock
    do not believe is none."""
    reason, verdict = evaluation.decision.reason, evaluation.verdict
    if reason is Reason.SAME:
        return Outcome(correct=True, ratio=1.0)
    if verdict is None or verdict.kind is not VerdictKind.EQUIVALENT or reason in _WRONG:
        return Outcome(correct=False, ratio=None)
    measured = evaluation.second or evaluation.first
    if measured is None or measured.reason in _NO_GAIN:
        return Outcome(correct=True, ratio=None)
    return Outcome(correct=True, ratio=measured.wall.estimate, accepted=evaluation.decision.accepted)


def _on_allowed(
    opened: Arena, problem: Problem, evaluations: Sequence[Evaluation], bench: Bench
) -> dict[str, Outcome]:
    """Outcomes, by id, of what passed the guard and differs on some input."""
    wrong = [one.candidate for one in evaluations if one.verdict and not outcome(one).correct]
    inputs = tuple(item for item in problem.workload.inputs if item.id in (problem.allowed or ()))
    if not wrong or not inputs:
        return {}
    bench = replace(bench, settings=replace(bench.settings, search_seconds=0))
    again = _round(opened, replace(problem.workload, inputs=inputs), wrong, bench)
    return {} if isinstance(again, Decision) else {one.candidate.id: outcome(one) for one in again}


def _round(
    opened: Arena, workload: Workload, candidates: Sequence[Candidate], bench: Bench
) -> list[Evaluation] | Decision:
    panel = Panel((), PYTHON.guard, bench.settings, bench.protocol)
    try:
        return judge_round(opened, workload, candidates, panel)
    except (RunnerDiedError, RunnerTimeoutError) as error:
        return Decision(Stage.VERIFY, Reason.NOT_CALLABLE, f"the sandbox ended: {error}")


@contextlib.contextmanager
def arena(module: str, function: Function, launcher: Launcher, core: int | None) -> Iterator[Arena]:
    """For the function of a module given as text; it runs on this interpreter, with this one's packages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / function.path).write_text(module)
        (folder / function.path).chmod(0o644)
        inside = f"/repo/{function.path}"
        target = _target(folder, function.path)
        opened = Arena(launcher, target, function, module.encode(), inside, Limits(), core, PYTHON.splice)
        with contextlib.closing(opened):
            yield opened


def _target(folder: Path, path: str) -> Target:
    prefix, packages = Path(sys.base_prefix), Path(sysconfig.get_path("purelib"))
    return Target(
        python=os.path.realpath(sys._base_executable),  # type: ignore[attr-defined]  # not a venv's
        binds=(Bind(prefix, str(prefix)), Bind(packages, str(packages)), Bind(folder, "/repo")),
        module=path.removesuffix(".py"),
        path=("/repo",),
        sites=(str(packages),),
        directory="/repo",
    )
