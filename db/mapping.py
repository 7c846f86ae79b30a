"""Rows to domain values and back; evaluations have their own module."""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast

from db.evaluations import evaluation_value
from db.fleet_tables import WorkerRow, WorkRow
from db.tables import FunctionRow, InputRow, JobEventRow, JobRow, PatchRow, WorkloadInputRow, WorkloadRow
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import Event, Job, JobState, NewJob, Repository, Stage, Submission
from optimizer.domain.patches import NewPatch, Patch, PatchState, Surroundings
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Queue, Worker, WorkItem
from optimizer.domain.workloads import FunctionProfile, Input, Origin, Workload, workload_hash


def job_row(new: NewJob, repository_id: int, now: datetime) -> JobRow:
    return JobRow(
        repository_id=repository_id,
        ref=new.ref,
        commit_id=new.commit,
        tree=new.tree,
        fingerprint=new.fingerprint,
        settings=new.settings,
        state=JobState.RUNNING.value,
        created_at=now,
        finished_at=None,
        error="",
        started_at=now,
        submission=None,
    )


def job_value(row: JobRow) -> Job:
    return Job(
        id=row.id,
        repository=Repository(row.repository.url, row.repository.name),
        ref=row.ref,
        commit=row.commit_id,
        tree=row.tree,
        fingerprint=row.fingerprint,
        settings=row.settings,
        state=JobState(row.state),
        created_at=row.created_at,
        finished_at=row.finished_at,
        error=row.error,
        started_at=row.started_at,
    )


def queued_row(submission: Submission, repository_id: int, now: datetime) -> JobRow:
    """What the scan is of is not known yet: see `found_columns`."""
    return JobRow(
        repository_id=repository_id,
        ref=submission.ref or "",
        commit_id="",
        tree="",
        fingerprint="",
        settings="{}",
        state=JobState.QUEUED.value,
        created_at=now,
        finished_at=None,
        error="",
        started_at=None,
        submission=submission_json(submission),
    )


def found_columns(new: NewJob) -> dict[str, object]:
    return {
        "ref": new.ref,
        "commit_id": new.commit,
        "tree": new.tree,
        "fingerprint": new.fingerprint,
        "settings": new.settings,
    }


def submission_json(submission: Submission) -> dict[str, object]:
    return {**asdict(submission), "flags": dict(submission.flags)}


def submission_value(data: dict[str, Any]) -> Submission:
    """JSON's lists become the tuples that settings have."""
    flags = {name: tuple(v) if isinstance(v, list) else v for name, v in data["flags"].items()}
    return Submission(**{**data, "flags": flags})


def item_value(row: WorkRow) -> WorkItem:
    return WorkItem(
        id=row.id,
        job_id=row.job_id,
        queue=Queue(row.queue),
        label=row.label,
        deaths=row.deaths,
        retries=row.retries,
        queued_at=row.queued_at,
    )


def worker_value(row: WorkerRow) -> Worker:
    return Worker(
        name=row.name,
        queues=tuple(cast("list[str]", row.queues)),
        host=row.host,
        pid=row.pid,
        concurrency=row.concurrency,
        started_at=row.started_at,
        seen_at=row.seen_at,
    )


def event_value(row: JobEventRow) -> Event:
    return Event(job_id=row.job_id, at=row.at, stage=row.stage, message=row.message)


def function_columns(job_id: int, result: FunctionResult, now: datetime) -> dict[str, object]:
    """The columns of a `functions` row, for an insert that may find it there already."""
    profile = result.profile
    return {
        "job_id": job_id,
        **_identity_columns(result.function),
        "workload_hash": "" if result.workload is None else workload_hash(result.workload),
        "self_share": profile.self_share if profile else None,
        "total_share": profile.total_share if profile else None,
        "stage": result.decision.stage.value,
        "reason": result.decision.reason.value,
        "detail": result.decision.detail,
        "winner": result.winner,
        "created_at": now,
    }


def _identity_columns(function: Function) -> dict[str, object]:
    return {
        "path": function.path,
        "qualname": function.qualname,
        "label_hash": label_hash(function),
        "language": function.language,
        "kind": function.kind.value,
        "is_async": function.is_async,
        "span_start": function.span.start,
        "span_end": function.span.end,
        "line": function.line,
        "end_line": function.end_line,
        "source": function.source,
        "content_hash": function.content_hash,
    }


def label_hash(function: Function) -> str:
    """sha256 hex of path and qualified name, of any length and any characters."""
    label = f"{function.path}\0{function.qualname}"
    return hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()


def function_value(row: FunctionRow) -> Function:
    return Function(
        path=row.path,
        qualname=row.qualname,
        span=Span(row.span_start, row.span_end),
        line=row.line,
        end_line=row.end_line,
        kind=FunctionKind(row.kind),
        is_async=row.is_async,
        source=row.source,
        content_hash=row.content_hash,
        language=row.language,
    )


def input_columns(inputs: Iterable[Input]) -> list[dict[str, object]]:
    """One for each id, sorted: two processes that store the same inputs never wait in a circle."""
    unique = {item.id: item for item in inputs}
    return [
        {"id": item.id, "payload": item.payload, "text": item.text}
        for item in sorted(unique.values(), key=lambda item: item.id)
    ]


def workload_row(function_id: int, workload: Workload) -> WorkloadRow:
    return WorkloadRow(
        function_id=function_id,
        skipped=[list(pair) for pair in workload.skipped],
        uses=[_use_row(position, item) for position, item in enumerate(workload.inputs)],
    )


def _use_row(position: int, item: Input) -> WorkloadInputRow:
    return WorkloadInputRow(
        position=position,
        input_id=item.id,
        origin=item.origin.value,
        held_out=item.held_out,
        size=item.size,
        note=item.note,
    )


def workload_value(row: WorkloadRow) -> Workload:
    skipped = cast("list[tuple[str, int]]", row.skipped)
    return Workload(
        inputs=tuple(_input_value(use, use.input) for use in row.uses),
        skipped=tuple((why, count) for why, count in skipped),
    )


def _input_value(use: WorkloadInputRow, row: InputRow) -> Input:
    return Input(
        id=row.id,
        payload=row.payload,
        origin=Origin(use.origin),
        held_out=use.held_out,
        size=use.size,
        text=row.text,
        note=use.note,
    )


def patch_row(job_id: int, function_id: int, result: FunctionResult, patch: NewPatch) -> PatchRow:
    """Without the candidate's row id and the time, which only the transaction knows."""
    interval = result.reported
    return PatchRow(
        job_id=job_id,
        function_id=function_id,
        branch=patch.branch,
        base_commit=patch.base_commit,
        commit_id=patch.commit,
        title=patch.title,
        text=patch.text,
        diff=patch.diff,
        state=PatchState.OPEN.value,
        speedup=interval.estimate if interval else math.nan,
        low=interval.low if interval else math.nan,
        high=interval.high if interval else math.nan,
        impact=result.impact,
        surroundings=asdict(patch.surroundings) if patch.surroundings else None,
    )


def patch_value(row: PatchRow, path: str, qualname: str) -> Patch:
    return Patch(
        id=row.id,
        job_id=row.job_id,
        repository=row.job.repository.url,
        function=f"{path}::{qualname}",
        branch=row.branch,
        base_commit=row.base_commit,
        commit=row.commit_id,
        title=row.title,
        text=row.text,
        diff=row.diff,
        state=PatchState(row.state),
        speedup=row.speedup,
        low=row.low,
        high=row.high,
        impact=row.impact,
        created_at=row.created_at,
    )


def result_value(row: FunctionRow, patch: PatchRow) -> FunctionResult:
    """What was given to `save_result`, whole."""
    workload = workload_value(row.workload) if row.workload else None
    return replace(judged_value(row), workload=workload, patch=_new_patch(patch))


def judged_value(row: FunctionRow) -> FunctionResult:
    """The same without the inputs and the patch."""
    profile: Any = (row.self_share, row.total_share)
    return FunctionResult(
        function=function_value(row),
        decision=Decision(Stage(row.stage), Reason(row.reason), row.detail),
        profile=None if None in profile else FunctionProfile(*profile),
        evaluations=tuple(evaluation_value(candidate) for candidate in row.candidates),
        winner=row.winner,
    )


def _new_patch(row: PatchRow) -> NewPatch:
    return NewPatch(
        branch=row.branch,
        base_commit=row.base_commit,
        commit=row.commit_id,
        title=row.title,
        text=row.text,
        diff=row.diff,
        surroundings=_surroundings(cast("dict[str, Any] | None", row.surroundings)),
    )


def _surroundings(data: dict[str, Any] | None) -> Surroundings | None:
    if data is None:
        return None
    packages = tuple((name, version) for name, version in data["packages"])
    return Surroundings(**{**data, "packages": packages})
