"""Schedules over SQLAlchemy. A turn is taken, and its job queued, in one transaction: not twice, not lost."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from db import mapping, saving
from db.fleet_tables import ScheduleRow
from db.sessions import Sessions
from db.tables import JobRow
from db.work_rows import add_scan, refuse_second, under_way
from optimizer.domain.errors import ConfigError, NotFoundError
from optimizer.domain.jobs import Job, JobState, Repository, Submission
from optimizer.domain.schedules import NewSchedule, Schedule, Turn
from optimizer.domain.work import WorkItem

_AGAIN = timedelta(minutes=5)  # a turn that waits for another job of the repository looks again after so long


class SqlSchedules:
    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def now(self) -> datetime:
        """By the clock that all machines share."""
        with self.sessions.reading() as session:
            return self.sessions.shared_now(session)

    def add(self, new: NewSchedule, next_at: datetime) -> Schedule:
        """Raises ConfigError when there is one like it already."""
        with self.sessions.writing() as session:
            now = self.sessions.shared_now(session)
            repository_id = saving.repository_id(session, new.repository, now)
            saving.lock_repository(session, repository_id)
            _refuse_same(session, repository_id, new)
            row = ScheduleRow(
                repository_id=repository_id,
                submission=mapping.submission_json(new.submission),
                cron=new.cron,
                timezone=new.timezone,
                jitter_seconds=new.jitter_seconds,
                paused=False,
                next_at=next_at,
                last_outcome="",
                created_at=now,
            )
            session.add(row)
            session.flush()
            return _value(row, None)

    def all(self) -> Sequence[Schedule]:
        """Oldest first."""
        with self.sessions.reading() as session:
            return [_value(row, state) for row, state in session.execute(_rows())]

    def get(self, schedule_id: int) -> Schedule:
        """Raises NotFoundError."""
        with self.sessions.reading() as session:
            return _get(session, schedule_id)

    def due(self, now: datetime) -> Sequence[Schedule]:
        """Those whose turn has come, the one that waits longest first."""
        statement = _rows().where(ScheduleRow.next_at <= now, ScheduleRow.paused.is_(False))
        with self.sessions.reading() as session:
            found = session.execute(statement.order_by(None).order_by(ScheduleRow.next_at, ScheduleRow.id))
            return [_value(row, state) for row, state in found]

    def pause(self, schedule_id: int) -> Schedule:
        """Raises NotFoundError."""
        return self._changed(schedule_id, paused=True)

    def resume(self, schedule_id: int, next_at: datetime) -> Schedule:
        """What it missed meanwhile is not made up for. Raises NotFoundError."""
        return self._changed(schedule_id, paused=False, next_at=next_at)

    def remove(self, schedule_id: int) -> None:
        """Its jobs stay. Raises NotFoundError."""
        with self.sessions.writing() as session:
            _get(session, schedule_id)
            session.execute(delete(ScheduleRow).where(ScheduleRow.id == schedule_id))

    def take(self, due: Schedule, next_at: datetime) -> Turn | None:
        """Takes the turn: queues a job, and the next turn is at `next_at`. None: another scheduler was first.

        While the schedule's own last job is under way the turn is skipped; for another one it waits.
        """
        with self.sessions.writing() as session:
            now = self.sessions.shared_now(session)
            repository_id = saving.repository_id(session, due.repository, now)
            busy = under_way(session, repository_id)
            if busy is not None:
                skipped = busy == due.last_job_id
                outcome = f"{'skipped' if skipped else 'waits'}: job {busy} is under way"
                moment = next_at if skipped else min(next_at, now + _AGAIN)
                moved = _moved(session, due, next_at=moment, last_outcome=outcome)
                return Turn(due, outcome) if moved else None
            if not _moved(session, due, next_at=next_at):
                return None
            _, item = _queued(session, due.id, due.submission, repository_id, now)
            return Turn(due, f"queued job {item.job_id}", item)

    def start(self, schedule_id: int) -> tuple[Job, WorkItem]:
        """Queues a job of it now; its next turn stays. Raises NotFoundError, AnotherRunsError."""
        with self.sessions.writing() as session:
            found = _get(session, schedule_id)
            now = self.sessions.shared_now(session)
            repository_id = saving.repository_id(session, found.repository, now)
            refuse_second(session, repository_id, found.repository.url)
            return _queued(session, schedule_id, found.submission, repository_id, now)

    def fault(self, due: Schedule, error: str) -> Turn | None:
        """Pauses a schedule that has no next turn, so that it is not asked again and again."""
        with self.sessions.writing() as session:
            outcome = f"paused: {error}"
            return Turn(due, outcome) if _moved(session, due, paused=True, last_outcome=outcome) else None

    def _changed(self, schedule_id: int, **columns: Any) -> Schedule:
        with self.sessions.writing() as session:
            session.execute(update(ScheduleRow).where(ScheduleRow.id == schedule_id).values(**columns))
            return _get(session, schedule_id)


def _rows() -> Select[ScheduleRow, str | None]:
    statement = select(ScheduleRow, JobRow.state).outerjoin(JobRow, JobRow.id == ScheduleRow.last_job_id)
    return cast("Select[ScheduleRow, str | None]", statement.order_by(ScheduleRow.id))


def _get(session: Session, schedule_id: int) -> Schedule:
    found = session.execute(_rows().where(ScheduleRow.id == schedule_id)).one_or_none()
    if found is None:
        raise NotFoundError(f"There is no schedule {schedule_id}.")
    return _value(*found)


def _refuse_same(session: Session, repository_id: int, new: NewSchedule) -> None:
    for row, state in session.execute(_rows().where(ScheduleRow.repository_id == repository_id)):
        found = _value(row, state)
        same = (found.submission, found.cron, found.timezone) == (new.submission, new.cron, new.timezone)
        if same:
            raise ConfigError(f"schedule {found.id} does the same already")


def _moved(session: Session, due: Schedule, **columns: Any) -> bool:
    """Only where its turn is still the one that was read: of two schedulers one is first."""
    statement = (
        update(ScheduleRow)
        .where(ScheduleRow.id == due.id, ScheduleRow.next_at == due.next_at, ScheduleRow.paused.is_(False))
        .values(**columns)
        .returning(ScheduleRow.id)
    )
    return session.scalar(statement) is not None


def _queued(
    session: Session, schedule_id: int, submission: Submission, repository_id: int, now: datetime
) -> tuple[Job, WorkItem]:
    job = mapping.queued_row(submission, repository_id, now)
    session.add(job)
    session.flush()
    told = {"last_at": now, "last_job_id": job.id, "last_outcome": f"queued job {job.id}"}
    session.execute(update(ScheduleRow).where(ScheduleRow.id == schedule_id).values(told))
    return mapping.job_value(job), add_scan(session, job.id, now)


def _value(row: ScheduleRow, state: str | None) -> Schedule:
    return Schedule(
        id=row.id,
        repository=Repository(row.repository.url, row.repository.name),
        submission=mapping.submission_value(cast("dict[str, Any]", row.submission)),
        cron=row.cron,
        timezone=row.timezone,
        jitter_seconds=row.jitter_seconds,
        paused=row.paused,
        next_at=row.next_at,
        created_at=row.created_at,
        last_at=row.last_at,
        last_job_id=row.last_job_id,
        last_job_state=JobState(state) if state else None,
        last_outcome=row.last_outcome,
    )
