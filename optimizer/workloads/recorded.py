"""Runs a repository's tests in the sandbox: their outcomes, a profile, and the calls they make.

The code under test can write what it likes into the reports: they decide what is worth trying and with
which inputs, never whether two functions behave the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from optimizer.domain.functions import Function, FunctionKind
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import FunctionProfile, Origin
from optimizer.ports import Sandbox
from optimizer.workloads import selection
from optimizer.workloads.events import Seen, SeenCall
from optimizer.workloads.testruns import Outcome, TargetPython, prepared, run


@dataclass(frozen=True, slots=True)
class TestRun:
    """One run of the target's tests. Outcomes: passed, failed, skipped, xfailed, xpassed, error,
    collection-error, crashed (took the process down) or hung."""

    __test__: ClassVar[bool] = False  # not a test itself, whatever pytest may think of the name

    outcomes: tuple[tuple[str, str], ...]  # (test, outcome), sorted
    seconds: float
    profiles: tuple[tuple[str, FunctionProfile], ...] = ()  # (label, profile) of functions that were seen
    notes: tuple[str, ...] = ()
    timed_out: bool = False

    def profile(self, label: str) -> FunctionProfile | None:
        return dict(self.profiles).get(label)


@dataclass(frozen=True, slots=True)
class RecordedCall:
    payload: bytes = field(repr=False)
    tree: bytes = field(repr=False)  # canonical encoding of (args, kwargs); empty: too large for one
    origin: Origin = Origin.RECORDED


@dataclass(frozen=True, slots=True)
class Recording:
    """The calls seen, by function label, in the order they were seen."""

    calls: tuple[tuple[str, tuple[RecordedCall, ...]], ...] = field(repr=False)
    skipped: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]  # label -> (reason, count)
    modules: tuple[tuple[str, str], ...]  # label -> the name its module had when it was called
    sys_path: tuple[str, ...]  # inside; what the payloads' classes are imported from
    seconds: float
    notes: tuple[str, ...] = ()

    def of(self, label: str) -> tuple[RecordedCall, ...]:
        return dict(self.calls).get(label, ())

    def skipped_of(self, label: str) -> tuple[tuple[str, int], ...]:
        return dict(self.skipped).get(label, ())

    def module_of(self, label: str) -> str | None:
        return dict(self.modules).get(label)


def run_tests(
    sandbox: Sandbox,
    environment: TargetPython,
    worktree: Path,
    functions: Sequence[Function],
    settings: Settings,
) -> TestRun:
    """The tests' outcomes, and how much of their CPU time each function took.

    Raises SandboxError when the sandbox itself is broken; whatever the tests do is a result.
    """
    with prepared(
        sandbox, environment, worktree, tuple(functions), settings=settings, mode="baseline"
    ) as job:
        outcome = run(job)
    return TestRun(
        outcomes=tuple(sorted(outcome.outcomes.items())),
        seconds=outcome.seconds,
        profiles=_profiles(outcome.runs, job.functions),
        notes=outcome.notes,
        timed_out=outcome.timed_out,
    )


def record_calls(
    sandbox: Sandbox,
    environment: TargetPython,
    worktree: Path,
    functions: Sequence[Function],
    settings: Settings,
    *,
    doctests: bool = True,
) -> Recording:
    """The calls that the tests, and the doctests, make of the functions. Raises like `run_tests`."""
    watched = tuple(f for f in functions if f.kind in (FunctionKind.FUNCTION, FunctionKind.METHOD))
    with prepared(sandbox, environment, worktree, watched, settings=settings, mode="record") as job:
        parts = [(Origin.RECORDED, run(job))]
    paths = sorted({function.path for function in watched})
    modules = selection.doctest_modules(worktree, paths) if doctests else ()
    if modules:
        with prepared(
            sandbox, environment, worktree, watched, settings=settings, mode="doctest", modules=modules
        ) as job:
            parts.append((Origin.DOCTEST, run(job)))
    return _recording(parts, watched)


def _profiles(runs: Sequence[Seen], functions: Sequence[Function]) -> tuple[tuple[str, FunctionProfile], ...]:
    samples = sum(seen.samples for seen in runs)
    found = []
    for index, function in enumerate(functions):
        total = sum(seen.total.get(index, 0) for seen in runs)
        own = sum(seen.own.get(index, 0) for seen in runs)
        if total and samples:
            shares = FunctionProfile(min(1.0, own / samples), min(1.0, total / samples))
            found.append((function.label, shares))
    return tuple(found)


def _recording(parts: Sequence[tuple[Origin, Outcome]], functions: Sequence[Function]) -> Recording:
    calls, skipped, modules = [], [], []
    for index, function in enumerate(functions):
        seen = [(origin, call) for origin, part in parts for call in _calls(part, index)]
        unique = {
            call.payload: RecordedCall(call.payload, call.tree, origin) for origin, call in reversed(seen)
        }
        if unique:
            calls.append((function.label, tuple(reversed(unique.values()))))
            modules.append((function.label, seen[0][1].module))
        reasons = _skipped([part for _, part in parts], index)
        if reasons:
            skipped.append((function.label, reasons))
    paths = (path for _, part in parts for seen in part.runs for path in seen.sys_path)
    return Recording(
        calls=tuple(calls),
        skipped=tuple(skipped),
        modules=tuple(modules),
        sys_path=tuple(dict.fromkeys(path for path in paths if path.startswith("/"))),
        seconds=sum(part.seconds for _, part in parts),
        notes=tuple(dict.fromkeys(note for _, part in parts for note in part.notes)),
    )


def _calls(part: Outcome, index: int) -> Iterator[SeenCall]:
    for seen in part.runs:
        for _, call in sorted(seen.calls.get(index, {}).items()):
            yield call


def _skipped(parts: Sequence[Outcome], index: int) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for part in parts:
        for seen in part.runs:
            for reason, count in seen.skipped.get(index, {}).items():
                counts[reason] = counts.get(reason, 0) + count
    return tuple(sorted(counts.items()))
