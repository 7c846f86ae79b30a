"""Work that waits, over SQLAlchemy. Who may change an item is decided in the WHERE of each statement."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update

from db import mapping, saving
from db.fleet_tables import TargetRow, WorkerRow, WorkRow
from db.sessions import Sessions
from db.tables import FunctionRow, JobRow
from db.work_rows import (
    ENDED,
    ITEM,
    add_items,
    add_scan,
    backlog_value,
    begin,
    change,
    drop,
    item_of,
    job_of,
    move,
    refuse_second,
    submission_of,
)
from optimizer.domain.errors import ConfigError, NotFoundError
from optimizer.domain.evidence import Reason
from optimizer.domain.jobs import Job, JobState, NewJob, Repository, Submission
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Backlog, Claim, Plan, Queue, Worker, WorkItem

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_FORGOTTEN = timedelta(days=1)  # workers that were not heard of for so long


class SqlWork:
    """Implements `optimizer.ports.WorkQueue`."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def submit(self, submission: Submission, repository: Repository) -> tuple[Job, WorkItem]:
        with self.sessions.writing() as session:
            now = self.sessions.shared_now(session)
            repository_id = saving.repository_id(session, repository, now)
            refuse_second(session, repository_id, repository.url)
            row = mapping.queued_row(submission, repository_id, now)
            session.add(row)
            session.flush()
            return mapping.job_value(row), add_scan(session, row.id, now)

    def submission(self, job_id: int) -> Submission | None:
        with self.sessions.reading() as session:
            return submission_of(job_of(session, job_id))

    def claim(self, item_id: int, queue: Queue, seconds: float) -> Claim | None:
        with self.sessions.writing() as session:
            now = self.sessions.shared_now(session)
            token = uuid.uuid4().hex
            row = session.scalar(
                update(WorkRow)
                .where(WorkRow.id == item_id, WorkRow.queue == queue.value, WorkRow.due_at <= now)
                .where(or_(WorkRow.holder.is_(None), WorkRow.held_until < now))
                .values(holder=token, held_until=now + timedelta(seconds=seconds), deaths=WorkRow.deaths + 1)
                .returning(WorkRow)
            )
            if row is None:
                return None
            if queue is Queue.SCAN:
                begin(session, row.job_id, now)
            waited = (now - row.queued_at).total_seconds()
            return Claim(mapping.item_value(row), token, row.subject, row.trial, waited)

    def extend(self, claim: Claim, seconds: float) -> bool:
        with self.sessions.writing() as session:
            until = self.sessions.shared_now(session) + timedelta(seconds=seconds)
            return change(session, claim, held_until=until)

    def found(self, claim: Claim, found: NewJob) -> bool:
        with self.sessions.writing() as session:
            if not change(session, claim):
                return False
            columns = mapping.found_columns(found)
            session.execute(update(JobRow).where(JobRow.id == claim.item.job_id).values(columns))
            return True

    def plan(self, claim: Claim, plan: Plan) -> Sequence[WorkItem] | None:
        job_id = claim.item.job_id
        with self.sessions.writing() as session:
            if not drop(session, claim):
                return None
            now = self.sessions.shared_now(session)
            saving.save_settled(session, job_id, plan.settled, now)
            session.execute(delete(TargetRow).where(TargetRow.job_id == job_id))
            session.execute(insert(TargetRow).values(job_id=job_id, facts=plan.facts))
            return add_items(session, job_id, plan.items, now)

    def facts(self, job_id: int) -> bytes:
        with self.sessions.reading() as session:
            row = session.get(TargetRow, job_id)
            if row is None:
                raise NotFoundError(f"Nothing is known of the target of job {job_id}.")
            return row.facts

    def advance(self, claim: Claim, to: Queue, trial: bytes) -> bool:
        with self.sessions.writing() as session:
            now = self.sessions.shared_now(session)
            fresh: dict[str, Any] = {"holder": None, "held_until": None, "deaths": 0, "retries": 0}
            times = {"queued_at": now, "due_at": now, "sent_at": now}
            return change(session, claim, queue=to.value, trial=trial, **fresh, **times)

    def finish(self, claim: Claim, result: FunctionResult) -> bool:
        with self.sessions.writing() as session:
            if not drop(session, claim):
                return False
            saving.save(session, claim.item.job_id, result, self.sessions.shared_now(session))
            return True

    def release(self, claim: Claim, delay: float) -> bool:
        with self.sessions.writing() as session:
            due = self.sessions.shared_now(session) + timedelta(seconds=delay)
            counts = {"deaths": WorkRow.deaths - 1, "retries": WorkRow.retries + 1}
            return change(session, claim, holder=None, held_until=None, due_at=due, sent_at=_NEVER, **counts)

    def end_job(self, claim: Claim, to: JobState, error: str = "") -> bool:
        with self.sessions.writing() as session:
            if not drop(session, claim):
                return False
            now = self.sessions.shared_now(session)
            return move(session, claim.item.job_id, [JobState.QUEUED, JobState.RUNNING], to, now, error)

    def close_job(self, job_id: int) -> bool:
        return bool(self._close(JobRow.id == job_id))

    def close_jobs(self) -> Sequence[int]:
        return self._close(JobRow.submission.is_not(None))

    def _close(self, which: ColumnElement[bool]) -> Sequence[int]:
        with self.sessions.writing() as session:
            statement = (
                update(JobRow)
                .where(which, JobRow.state == JobState.RUNNING.value)
                .where(~exists().where(WorkRow.job_id == JobRow.id))
                .values(state=JobState.DONE.value, finished_at=self.sessions.shared_now(session))
                .returning(JobRow.id)
            )
            return session.scalars(statement).all()

    def cancel(self, job_id: int) -> bool:
        with self.sessions.writing() as session:
            job_of(session, job_id)
            # Items before their job, as workers do: else one could wait for the other for ever.
            session.execute(delete(WorkRow).where(WorkRow.job_id == job_id))
            under_way = [JobState.QUEUED, JobState.RUNNING, JobState.INTERRUPTED]
            now = self.sessions.shared_now(session)
            return move(session, job_id, under_way, JobState.CANCELLED, now, "cancelled")

    def retry(self, job_id: int) -> WorkItem | None:
        with self.sessions.writing() as session:
            row = job_of(session, job_id)
            if row.submission is None:
                raise ConfigError(f"job {job_id} was never queued: go on with `optimizer submit --resume`")
            if row.state not in ENDED:
                return None
            refuse_second(session, row.repository_id, row.repository.url)
            aside = (FunctionRow.job_id == job_id, FunctionRow.reason == Reason.SET_ASIDE.value)
            session.execute(delete(FunctionRow).where(*aside))
            row.state, row.error, row.finished_at = JobState.QUEUED.value, "", None
            return add_scan(session, job_id, self.sessions.shared_now(session))

    def free(self) -> Sequence[WorkItem]:
        with self.sessions.writing() as session:
            now = self.sessions.shared_now(session)
            statement = (
                update(WorkRow)
                .where(WorkRow.holder.is_not(None), WorkRow.held_until < now)
                .values(holder=None, held_until=None, sent_at=now)
                .returning(WorkRow)
            )
            return [mapping.item_value(row) for row in session.scalars(statement)]

    def due(self, queue: Queue, sent_before: float) -> Sequence[WorkItem]:
        with self.sessions.reading() as session:
            now = self.sessions.shared_now(session)
            statement = (
                select(*ITEM)
                .where(WorkRow.queue == queue.value, WorkRow.holder.is_(None), WorkRow.due_at <= now)
                .where(WorkRow.sent_at < now - timedelta(seconds=sent_before))
                .order_by(WorkRow.id)
            )
            return [item_of(row) for row in session.execute(statement)]

    def waiting(self, queue: Queue) -> int:
        with self.sessions.reading() as session:
            now = self.sessions.shared_now(session)
            free = (WorkRow.queue == queue.value, WorkRow.holder.is_(None), WorkRow.due_at <= now)
            return session.scalars(select(func.count()).select_from(WorkRow).where(*free)).one()

    def sent(self, items: Sequence[WorkItem]) -> None:
        if not items:
            return
        with self.sessions.writing() as session:
            now = self.sessions.shared_now(session)
            ids = [item.id for item in items]
            session.execute(update(WorkRow).where(WorkRow.id.in_(ids)).values(sent_at=now))

    def backlog(self) -> Sequence[Backlog]:
        with self.sessions.reading() as session:
            now = self.sessions.shared_now(session)
            free = WorkRow.holder.is_(None)
            statement = select(
                WorkRow.queue,
                func.count().filter(free),
                func.count().filter(~free),
                func.min(WorkRow.queued_at).filter(free),
            ).group_by(WorkRow.queue)
            found = {
                queue: (waiting, held, oldest) for queue, waiting, held, oldest in session.execute(statement)
            }
        return [backlog_value(queue, found.get(queue.value, (0, 0, None)), now) for queue in Queue]

    def left(self, job_id: int) -> Mapping[Queue, int]:
        with self.sessions.reading() as session:
            statement = (
                select(WorkRow.queue, func.count()).where(WorkRow.job_id == job_id).group_by(WorkRow.queue)
            )
            return {Queue(queue): count for queue, count in session.execute(statement)}

    def report(self, worker: Worker) -> None:
        with self.sessions.writing() as session:
            now = self.sessions.shared_now(session)
            session.execute(delete(WorkerRow).where(WorkerRow.seen_at < now - _FORGOTTEN))
            row = session.get(WorkerRow, worker.name) or WorkerRow(name=worker.name, started_at=now)
            row.queues, row.host, row.pid = list(worker.queues), worker.host, worker.pid
            row.started_at = row.started_at if row.pid == worker.pid else now
            row.concurrency, row.seen_at = worker.concurrency, now
            session.add(row)

    def workers(self, seen_within: float) -> Sequence[Worker]:
        with self.sessions.reading() as session:
            since = self.sessions.shared_now(session) - timedelta(seconds=seen_within)
            rows = session.scalars(
                select(WorkerRow).where(WorkerRow.seen_at >= since).order_by(WorkerRow.name)
            )
            return [mapping.worker_value(row) for row in rows]
