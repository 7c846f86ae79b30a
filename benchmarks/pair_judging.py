"""One pair through the referee in one direction, as a row for the report."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from benchmarks import pair_limits
from benchmarks.pairs import Pair
from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Decision, Evaluation, Measurement, Verdict, VerdictKind
from optimizer.domain.functions import Function
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input, Workload
from optimizer.experts.ecode.evaluation.judging import arena
from optimizer.languages.python import PYTHON
from optimizer.sandbox.runner import Launcher
from optimizer.stages.arena import Arena
from optimizer.stages.benchmark import calibrate
from optimizer.stages.evaluate import Referee
from optimizer.stages.sizes import size_classes
from optimizer.stages.verify import Expected, original_outcomes

NOT_QUICK = "no-quick-input"  # equivalent, but the original returns on no visible input soon enough
_SECONDS = 20.0  # for one run of the original over all inputs, as production gives


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging needs besides the pair. `timed`: else verdicts only, and no core is reserved."""

    launcher: Launcher
    core: int | None
    settings: Settings = field(default_factory=Settings)
    protocol: Protocol = field(default_factory=Protocol)
    timed: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """What one judgement came to; `ended` where it got no further than the original."""

    ended: str = ""  # reason and detail, of an original that cannot be judged
    verdict: str = ""  # equivalent, different or unknown
    reason: str = ""  # of the decision
    detail: str = ""
    example: dict[str, Any] | None = None  # the counterexample
    first: dict[str, Any] | None = None  # intervals of the measurements
    second: dict[str, Any] | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the results. `limited`: judged again on the allowed inputs only, where it differs."""

    name: str
    problem: str
    kind: str
    reverse: bool
    guard: str  # why the guard refuses; empty: it does not
    timed: bool
    full: Judged
    limited: Judged | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def row_of(values: dict[str, Any]) -> Row:
    """Back from `as_json`."""
    limited = Judged(**values["limited"]) if values["limited"] else None
    return Row(**{**values, "full": Judged(**values["full"]), "limited": limited})


def judge(pair: Pair, workload: Workload, bench: Bench, *, reverse: bool = False) -> Row:
    """The guard, then the referee without it; both directions of a pair get the same workload."""
    refused = PYTHON.guard(pair.function, pair.candidate, pair.module)
    if pair.kind == "program":  # a text is no value to search among: nearly all texts are none of the format
        bench = replace(bench, settings=replace(bench.settings, search_seconds=0))
    with arena(pair.module, pair.function, bench.launcher, bench.core) as opened:
        expected = original_outcomes(opened, workload.inputs, bench.settings.call_seconds, _SECONDS)
        full = _judged(pair, opened, expected, bench)
        limited = (
            None
            if full.verdict == VerdictKind.EQUIVALENT
            else _limited(pair, opened, workload, expected, bench)
        )
    guard = f"{refused.reason}: {refused.detail}" if refused else ""
    return Row(pair.name, pair.problem, pair.kind, reverse, guard, bench.timed, full, limited)


def _limited(
    pair: Pair, opened: Arena, workload: Workload, expected: Expected | Decision, bench: Bench
) -> Judged | None:
    """On the allowed inputs; the search is off: it looks everywhere. None where all or none are allowed."""
    inputs = workload.inputs if isinstance(expected, Decision) else expected.inputs
    allowed = tuple(item for item in inputs if pair_limits.inside(pair.problem, item))
    if not allowed or len(allowed) == len(inputs):
        return None
    bench = replace(bench, settings=replace(bench.settings, search_seconds=0))
    if isinstance(expected, Decision):
        again = original_outcomes(opened, allowed, bench.settings.call_seconds, _SECONDS)
        return _judged(pair, opened, again, bench)
    return _judged(pair, opened, replace(expected, inputs=allowed), bench)


def _judged(pair: Pair, opened: Arena, expected: Expected | Decision, bench: Bench) -> Judged:
    if isinstance(expected, Decision):
        return Judged(ended=f"{expected.reason}: {expected.detail}", reason=expected.reason)
    referee = _referee(opened, expected, bench)
    if referee.classes:
        return _told(pair, expected, referee.evaluate(pair.candidate))
    verdict = referee.verdict(pair.candidate)
    reason = verdict.reason or (NOT_QUICK if bench.timed else "")
    return Judged(verdict=verdict.kind, reason=reason, example=_example(pair, expected, verdict))


def _referee(opened: Arena, expected: Expected, bench: Bench) -> Referee:
    """As `stages.judge.make_referee` does; without classes where nothing is timed, or nothing can be."""
    classes = size_classes(expected, bench.protocol) if bench.timed else ()
    classes = tuple(calibrate(opened, classes, bench.protocol)) if classes else ()
    return Referee(opened, expected, classes, _any, bench.settings, bench.protocol)


def _any(_function: Function, _candidate: Candidate, _module: str) -> None:
    """The guard is asked apart: versions that people wrote use what it refuses to candidates."""


def _told(pair: Pair, expected: Expected, evaluation: Evaluation) -> Judged:
    verdict = evaluation.verdict
    return Judged(
        verdict=verdict.kind if verdict else "",
        reason=evaluation.decision.reason,
        detail=evaluation.decision.detail,
        example=_example(pair, expected, verdict) if verdict else None,
        first=_measured(evaluation.first),
        second=_measured(evaluation.second),
        seconds=round(evaluation.seconds, 3),
    )


def _measured(measurement: Measurement | None) -> dict[str, Any] | None:
    if measurement is None:
        return None
    wall = measurement.wall
    return {
        "reason": measurement.reason,
        "estimate": wall.estimate,
        "low": wall.low,
        "high": wall.high,
        "launches": measurement.launches,
    }


def _example(pair: Pair, expected: Expected, verdict: Verdict) -> dict[str, Any] | None:
    found = verdict.counterexample
    if verdict.kind is VerdictKind.EQUIVALENT or found is None:
        return None
    known = next((item for item in expected.inputs if item.id == found.input_id), None)
    return {
        "input": found.input_text,
        "expected": found.expected,
        "actual": found.actual,
        "found_by": found.found_by,
        "inside": _inside(pair, known, found.payload),
    }


def _inside(pair: Pair, known: Input | None, payload: str) -> bool | None:
    if payload:
        return pair_limits.allowed(pair.problem, pair_limits.unpacked(payload))
    return pair_limits.inside(pair.problem, known) if known else None
