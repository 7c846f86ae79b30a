"""Candidates, verdicts and measurements: rows to domain values and back."""

from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any, cast

from db.evidence_json import (
    counterexample_value,
    scaling_json,
    scaling_value,
    size_json,
    size_value,
)
from db.samples import pack, unpack
from db.tables import CandidateRow, EvaluationRow, MeasurementRow
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import (
    Contract,
    Decision,
    Evaluation,
    Instructions,
    Interval,
    Measurement,
    Memory,
    Reason,
    Verdict,
    VerdictKind,
)
from optimizer.domain.jobs import Stage


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate belongs: the row of its function, and what evaluations repeat of it."""

    function_id: int
    job_id: int
    label_hash: str


def candidate_row(of: Place, position: int, evaluation: Evaluation, now: datetime) -> CandidateRow:
    candidate, made_by = evaluation.candidate, evaluation.candidate.provenance
    return CandidateRow(
        function_id=of.function_id,
        position=position,
        digest=candidate.id,
        source=candidate.source,
        imports=list(candidate.imports),
        summary=candidate.summary,
        expert=made_by.expert,
        rule=made_by.detail,
        expert_version=made_by.version,
        seed=None if made_by.seed is None else str(made_by.seed),
        parent=made_by.parent,
        evaluation=_evaluation_row(of, evaluation, now),
    )


def _evaluation_row(of: Place, evaluation: Evaluation, now: datetime) -> EvaluationRow:
    decision, verdict, memory = evaluation.decision, evaluation.verdict, evaluation.memory
    return EvaluationRow(
        job_id=of.job_id,
        label_hash=of.label_hash,
        stage=decision.stage.value,
        outcome="accepted" if decision.accepted else "refused",
        reason=decision.reason.value,
        detail=decision.detail,
        **_verdict_columns(verdict),
        memory_original=memory.original if memory else None,
        memory_candidate=memory.candidate if memory else None,
        scaling=scaling_json(evaluation.scaling) if evaluation.scaling else None,
        instructions=list(astuple(evaluation.instructions)) if evaluation.instructions else None,
        seconds=evaluation.seconds,
        call_seconds=evaluation.call_seconds,
        created_at=now,
        measurements=_measurement_rows(evaluation),
    )


def _verdict_columns(verdict: Verdict | None) -> dict[str, object]:
    if verdict is None:
        return {}
    return {
        "verdict": verdict.kind.value,
        "verdict_reason": verdict.reason.value if verdict.reason else None,
        "counterexample": asdict(verdict.counterexample) if verdict.counterexample else None,
        "contract": asdict(verdict.contract),
    }


def _measurement_rows(evaluation: Evaluation) -> list[MeasurementRow]:
    named = (("first", evaluation.first), ("second", evaluation.second))
    return [_measurement_row(which, value) for which, value in named if value is not None]


def _measurement_row(which: str, value: Measurement) -> MeasurementRow:
    return MeasurementRow(
        which=which,
        reason=value.reason.value,
        launches=value.launches,
        seconds=value.seconds,
        **_interval_columns("wall", value.wall),
        **_interval_columns("cpu", value.cpu),
        **_interval_columns("cold", value.cold),
        false_accept=value.false_accept,
        rows=[size_json(row) for row in value.rows],
        samples=pack(value.samples),
    )


def _interval_columns(name: str, interval: Interval) -> dict[str, float]:
    return {
        name: interval.estimate,
        f"{name}_low": interval.low,
        f"{name}_high": interval.high,
        f"{name}_level": interval.level,
    }


def evaluation_value(row: CandidateRow) -> Evaluation:
    judged = row.evaluation
    measured = {item.which: _measurement_value(item) for item in judged.measurements}
    return Evaluation(
        candidate=_candidate_value(row),
        decision=Decision(Stage(judged.stage), Reason(judged.reason), judged.detail),
        verdict=_verdict_value(judged),
        first=measured.get("first"),
        second=measured.get("second"),
        memory=_memory_value(judged),
        scaling=scaling_value(cast("dict[str, Any] | None", judged.scaling)),
        instructions=_instructions_value(judged),
        seconds=judged.seconds,
        call_seconds=judged.call_seconds,
    )


def _candidate_value(row: CandidateRow) -> Candidate:
    made_by = Provenance(
        expert=row.expert,
        detail=row.rule,
        version=row.expert_version,
        seed=None if row.seed is None else int(row.seed),
        parent=row.parent,
    )
    return Candidate(row.source, made_by, tuple(cast("list[str]", row.imports)), row.summary)


def _verdict_value(row: EvaluationRow) -> Verdict | None:
    if row.verdict is None:
        return None
    counterexample = cast("dict[str, Any] | None", row.counterexample)
    return Verdict(
        kind=VerdictKind(row.verdict),
        reason=Reason(row.verdict_reason) if row.verdict_reason else None,
        counterexample=counterexample_value(counterexample) if counterexample else None,
        contract=_contract_value(cast("dict[str, Any]", row.contract)),
    )


def _contract_value(data: dict[str, Any]) -> Contract:
    """What an older version did not know keeps its default."""
    return Contract(**{name: _frozen(value) for name, value in data.items()})


def _frozen(value: Any) -> Any:
    """JSON's lists become the tuples they were."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _memory_value(row: EvaluationRow) -> Memory | None:
    if row.memory_original is None or row.memory_candidate is None:
        return None
    return Memory(row.memory_original, row.memory_candidate)


def _instructions_value(row: EvaluationRow) -> Instructions | None:
    return Instructions(*cast("list[int]", row.instructions)) if row.instructions else None


def _measurement_value(row: MeasurementRow) -> Measurement:
    return Measurement(
        wall=Interval(row.wall, row.wall_low, row.wall_high, row.wall_level),
        cpu=Interval(row.cpu, row.cpu_low, row.cpu_high, row.cpu_level),
        cold=Interval(row.cold, row.cold_low, row.cold_high, row.cold_level),
        rows=tuple(size_value(item) for item in cast("list[dict[str, Any]]", row.rows)),
        launches=row.launches,
        seconds=row.seconds,
        reason=Reason(row.reason),
        samples=unpack(row.samples),
        false_accept=row.false_accept,
    )
