"""What a worker does for each stage, timed: the engine's own functions, called one after the other."""

import contextlib
import functools
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from optimizer import bootstrap, vcs
from optimizer.config import configure
from optimizer.domain.candidates import Candidate
from optimizer.domain.checkouts import Checkout
from optimizer.domain.evidence import Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.isolation import Command, Finished
from optimizer.domain.results import FunctionResult
from optimizer.encoding import pack
from optimizer.engine import Engine, FullSandbox
from optimizer.environment import Environment, build_environment
from optimizer.sandbox.runner import Box
from optimizer.stages.extract import early_decisions, extract_functions, proposal_request
from optimizer.stages.judge import concluded
from optimizer.stages.propose import Search, fresh, judged, offered, proposals
from optimizer.stages.publish import publish
from optimizer.stages.repository_settings import settings_files
from optimizer.stages.target import TargetUnderTest, prepare_target, reopened_target
from optimizer.testing.memory_store import MemoryStore
from workers.subjects import Subject, Trial

_T = TypeVar("_T")
_SILENT = -1


def timed(call: Callable[[], _T]) -> tuple[_T, float]:
    began = time.perf_counter()
    value = call()
    return value, time.perf_counter() - began


@dataclass(slots=True)
class TimedSandbox:
    """Notes how long each program ran that was run to its end; the rest is the sandbox's own."""

    inner: FullSandbox
    seconds: list[tuple[str, float]] = field(default_factory=list)  # (what, how long)

    @property
    def uid(self) -> int:
        return int(getattr(self.inner, "uid", os.geteuid()))

    def check(self) -> None:
        self.inner.check()

    def run(self, command: Command, stdin: bytes = b"") -> Finished:
        finished, seconds = timed(lambda: self.inner.run(command, stdin))
        self.seconds.append(("compile" if "compileall" in command.argv else "tests", seconds))
        return finished

    def start(
        self,
        command: Command,
        stdin: int = _SILENT,
        stdout: int = _SILENT,
        stderr: int = _SILENT,
        pass_fds: tuple[int, ...] = (),
    ) -> Box:
        given = {"stdin": stdin, "stdout": stdout, "stderr": stderr}
        streams = {name: value for name, value in given.items() if value != _SILENT}
        return self.inner.start(command, pass_fds=pass_fds, **streams)


@dataclass(slots=True)
class Listener:
    """Implements `optimizer.engine.Watcher`: keeps the evaluations of the round in hand."""

    heard: list[Evaluation] = field(default_factory=list)

    def stage(self, name: str, detail: str = "") -> None: ...
    def functions(self, done: int, total: int) -> None: ...
    def judging(self, function: Function) -> None: ...
    def evaluated(self, function: Function, evaluation: Evaluation) -> None:
        del function
        self.heard.append(evaluation)

    def finished(self, result: FunctionResult) -> None: ...
    def note(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """A function that went all the way, as the queue held it and as it was saved."""

    subject: bytes
    result: FunctionResult


@dataclass(frozen=True, slots=True)
class Material:
    """What one repository gave: functions that were judged, and ones that ended early."""

    judged: tuple[Judged, ...]
    settled: tuple[FunctionResult, ...]


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one repository: what its scan took, what each of its functions took, and the results themselves."""

    scan: dict[str, Any]
    functions: list[dict[str, Any]]
    material: Material


def repository_costs(source: str, home: Path, most: int, seed: int, cores: set[int]) -> Costs:
    """Scans `source` from nothing, then takes at most so many of its functions through all stages."""
    os.sched_setaffinity(0, cores)  # the last engine kept this process off the timing core
    cold_checkout = _timed_checkout(source, home)
    checkout, cached_checkout = timed(lambda: vcs.checkout(source, None, home))
    with contextlib.ExitStack() as stack:
        stack.callback(vcs.remove_worktree, checkout)
        engine, sandbox, listener = _engine(checkout, home)
        build = _builder(checkout, engine)
        (_, cold), (environment, cached) = timed(build), timed(build)
        scan = {
            "repository": checkout.repository.name,
            "checkout_cold": cold_checkout,
            "checkout_cached": cached_checkout,
            "environment_cold": cold,
            "environment_cached": cached,
        }
        worth, settled, more = _settled(checkout, environment, engine)
        sandbox.seconds.clear()
        target = stack.enter_context(
            prepare_target(checkout, environment, worth, engine, listener.note, listener)
        )
        scan |= more | _test_costs(sandbox, target)
        chosen = random.Random(seed).sample(worth, min(most, len(worth)))
        judge = _Judge(target, engine, listener, environment)
        pairs = [judge.through(function) for function in chosen]
        scan["reopen"] = _timed_reopening(target, engine, listener)
    material = Material(tuple(result for _, result in pairs), tuple(settled))
    return Costs(scan, [cost for cost, _ in pairs], material)


def _timed_checkout(source: str, home: Path) -> float:
    checkout, seconds = timed(lambda: vcs.checkout(source, None, home))
    vcs.remove_worktree(checkout)
    return seconds


def _engine(checkout: Checkout, home: Path) -> tuple[Engine, TimedSandbox, Listener]:
    settings = configure(settings_files(checkout), {}, {"home": str(home), "experts": ("rules",)}).settings
    engine = bootstrap.make_engine(settings, MemoryStore())
    sandbox = TimedSandbox(engine.sandbox)
    return replace(engine, sandbox=sandbox), sandbox, Listener()


def _builder(checkout: Checkout, engine: Engine) -> Callable[[], Environment]:
    where = (checkout.worktree, engine.settings, engine.home, engine.sandbox, checkout.repository.url)
    return lambda: build_environment(*where)


def _settled(
    checkout: Checkout, environment: Environment, engine: Engine
) -> tuple[list[Function], list[FunctionResult], dict[str, Any]]:
    """(worth running, ended early, costs)."""
    functions, extract = timed(lambda: extract_functions(checkout, engine.settings, lambda _text: None))
    worth, settled = [], []
    began = time.perf_counter()
    decisions = early_decisions(
        functions,
        lambda _: None,
        lambda function: proposal_request(function, checkout, environment.packages),
        engine.settings,
        engine.experts,
    )
    for function, decision in decisions:
        if decision:
            settled.append(FunctionResult(function, decision))
        else:
            worth.append(function)
    settle = time.perf_counter() - began
    counts = {"functions": len(functions), "worth": len(worth), "extract": extract, "settle": settle}
    return worth, settled, counts


def _test_costs(sandbox: TimedSandbox, target: TargetUnderTest) -> dict[str, Any]:
    """The first run of the tests is the baseline; the others record calls, doctests' among them."""
    tests = [seconds for what, seconds in sandbox.seconds if what == "tests"]
    compiled = [seconds for what, seconds in sandbox.seconds if what == "compile"]
    return {
        "tests": len(target.tests.outcomes),
        "baseline": tests[0],
        "record": sum(tests[1:]),
        "compile": sum(compiled),
        "facts_bytes": len(pack(target.facts)),
    }


def _timed_reopening(target: TargetUnderTest, engine: Engine, listener: Listener) -> float:
    """What a machine that did not scan does before its first function, beside checkout and environment."""
    began = time.perf_counter()
    with reopened_target(target.checkout, target.environment, target.facts, engine, listener):
        return time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class _Judge:
    target: TargetUnderTest
    engine: Engine
    listener: Listener
    environment: Environment

    def through(self, function: Function) -> tuple[dict[str, Any], Judged]:
        """One function through propose, evaluate and publish, as items of work go: round after round."""
        workload, seconds = timed(lambda: self.target.workload(function))
        request = proposal_request(function, self.target.checkout, self.environment.packages)
        subject = Subject(request, workload, self.target.tests.profile(function.label))
        packed, packing = timed(subject.packed)
        cost: dict[str, Any] = {
            "repository": self.target.checkout.repository.name,
            "workload": seconds + packing,
            "subject_bytes": len(packed),
            "rounds": [],
        }
        result = self._searched(subject, cost)
        cost["publish"] = None
        if result.winner is not None:
            result, cost["publish"] = timed(lambda: publish(result, self.target, self.engine))
        cost["reason"] = result.decision.reason.value
        return cost, Judged(packed, result)

    def _searched(self, subject: Subject, cost: dict[str, Any]) -> FunctionResult:
        state = Search()
        while not state.over:
            candidates, propose = timed(functools.partial(self._proposed, subject, state))
            round_: dict[str, Any] = {"propose": propose, "candidates": []}
            cost["rounds"].append(round_)
            if not candidates:
                state = judged(state, [])
                continue
            found = self._round(subject, candidates, round_)
            if isinstance(found, FunctionResult):
                return found
            state = judged(state, found)
            round_["trial_bytes"] = len(Trial(state).packed())
        return concluded(subject.function, subject.workload, subject.profile, state)

    def _round(
        self, subject: Subject, candidates: list[Candidate], round_: dict[str, Any]
    ) -> list[Evaluation] | FunctionResult:
        self.listener.heard.clear()
        judge = functools.partial(self.target.judge_round, subject.function, subject.workload, candidates)
        found, round_["evaluate"] = timed(judge)
        round_["candidates"] = [_told(one) for one in self.listener.heard]
        return found

    def _proposed(self, subject: Subject, state: Search) -> list[Candidate]:
        (proposed,) = proposals(self.engine.experts, [offered(subject.wanted, state)])
        return list(fresh(proposed, state, frozenset()))


def _told(evaluation: Evaluation) -> list[Any]:
    decision = evaluation.decision
    return [decision.stage.value, decision.reason.value, evaluation.seconds]
