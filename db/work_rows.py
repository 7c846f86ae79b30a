"""Rows of work that waits: what they are made of, who may change them, and back to values."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from db import mapping, saving
from db.fleet_tables import WorkRow
from db.tables import JobRow
from optimizer.domain.errors import AnotherRunsError, NotFoundError
from optimizer.domain.jobs import FINAL, JobState, Submission
from optimizer.domain.work import Backlog, Claim, NewItem, Queue, WorkItem

ENDED = [state.value for state in FINAL]
ITEM = (
    WorkRow.id, WorkRow.job_id, WorkRow.queue, WorkRow.label,
    WorkRow.deaths, WorkRow.retries, WorkRow.queued_at,
)  # fmt: skip


def item_of(row: Any) -> WorkItem:
    """Without the blobs, which may be large."""
    return WorkItem(row[0], row[1], Queue(row[2]), *row[3:])


def job_of(session: Session, job_id: int) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None:
        raise NotFoundError(f"There is no job {job_id}.")
    return row


def submission_of(row: JobRow) -> Submission | None:
    data = cast("dict[str, Any] | None", row.submission)
    return None if data is None else mapping.submission_value(data)


def under_way(session: Session, repository_id: int) -> int | None:
    """The queued job of the repository that is not over. Who asks meanwhile waits for us."""
    saving.lock_repository(session, repository_id)
    statement = (
        select(JobRow.id)
        .where(JobRow.repository_id == repository_id, JobRow.submission.is_not(None))
        .where(JobRow.state.not_in(ENDED))
    )
    return session.scalar(statement.limit(1))


def refuse_second(session: Session, repository_id: int, url: str) -> None:
    """Two jobs of one repository would publish the same changes twice."""
    job_id = under_way(session, repository_id)
    if job_id is not None:
        advice = f"wait for it, or `optimizer cancel {job_id}`"
        raise AnotherRunsError(f"job {job_id} of {url} is under way: {advice}")


def begin(session: Session, job_id: int, now: datetime) -> None:
    queued = (JobRow.id == job_id, JobRow.state == JobState.QUEUED.value)
    session.execute(update(JobRow).where(*queued).values(state=JobState.RUNNING.value, started_at=now))


def add_scan(session: Session, job_id: int, now: datetime) -> WorkItem:
    row = WorkRow(**_columns(job_id, Queue.SCAN, NewItem("", b""), now))
    session.add(row)
    session.flush()
    return mapping.item_value(row)


def add_items(session: Session, job_id: int, items: Sequence[NewItem], now: datetime) -> Sequence[WorkItem]:
    if not items:
        return []
    rows = [_columns(job_id, Queue.PROPOSE, item, now) for item in items]
    statement = insert(WorkRow).returning(WorkRow.id, sort_by_parameter_order=True)
    ids = session.scalars(statement, rows).all()
    return [
        WorkItem(row_id, job_id, Queue.PROPOSE, item.label, 0, 0, now)
        for row_id, item in zip(ids, items, strict=True)
    ]


def _columns(job_id: int, queue: Queue, item: NewItem, now: datetime) -> dict[str, Any]:
    digest = hashlib.sha256(item.label.encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "job_id": job_id,
        "queue": queue.value,
        "label": item.label,
        "label_hash": digest,
        "subject": item.subject,
        "trial": b"",
        "holder": None,
        "held_until": None,
        "deaths": 0,
        "retries": 0,
        "queued_at": now,
        "due_at": now,
        "sent_at": now,
    }


def _mine(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return WorkRow.id == claim.item.id, WorkRow.holder == claim.token


def change(session: Session, claim: Claim, **columns: Any) -> bool:
    """Without columns: only asks, and keeps others from changing it until the transaction ends."""
    statement = update(WorkRow).where(*_mine(claim)).values(columns or {"holder": claim.token})
    return session.scalar(statement.returning(WorkRow.id)) is not None


def drop(session: Session, claim: Claim) -> bool:
    return session.scalar(delete(WorkRow).where(*_mine(claim)).returning(WorkRow.id)) is not None


def move(
    session: Session, job_id: int, expected: Sequence[JobState], to: JobState, now: datetime, error: str
) -> bool:
    statement = (
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state.in_([state.value for state in expected]))
        .values(state=to.value, error=error, finished_at=now)
        .returning(JobRow.id)
    )
    return session.scalar(statement) is not None


def backlog_value(queue: Queue, found: tuple[int, int, datetime | None], now: datetime) -> Backlog:
    waiting, held, oldest = found
    return Backlog(queue, waiting, held, (now - oldest).total_seconds() if oldest else None)
