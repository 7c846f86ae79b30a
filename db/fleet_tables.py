"""The tables of a fleet: what waits, who works, and when.

docs/database.md explains the columns to people who query them.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.tables import Base, RepositoryRow, child_of
from db.types import Json, RowId


class WorkRow(Base):
    """What waits for a worker, or is in the hands of one; gone when its result is saved."""

    __tablename__ = "work"
    __table_args__ = (
        UniqueConstraint("job_id", "label_hash"),
        Index(None, "queue", "sent_at"),
        Index(None, "held_until"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    job_id: Mapped[int] = mapped_column(RowId, child_of("jobs.id"))
    queue: Mapped[str] = mapped_column(String(16))
    label: Mapped[str]  # of the function; empty: the scan of the job
    label_hash: Mapped[str] = mapped_column(String(64))
    subject: Mapped[bytes]
    trial: Mapped[bytes]
    holder: Mapped[str | None] = mapped_column(String(64))
    held_until: Mapped[datetime | None]
    deaths: Mapped[int]
    retries: Mapped[int]
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]  # not to be begun earlier
    sent_at: Mapped[datetime]  # when the broker was told


class TargetRow(Base):
    """What a job's scan learned of the target, for those who judge and publish its functions."""

    __tablename__ = "targets"

    job_id: Mapped[int] = mapped_column(RowId, child_of("jobs.id"), primary_key=True)
    facts: Mapped[bytes]


class WorkerRow(Base):
    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    queues: Mapped[object] = mapped_column(Json)
    host: Mapped[str]
    pid: Mapped[int]
    concurrency: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class ScheduleRow(Base):
    __tablename__ = "schedules"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  (SQLAlchemy reads it)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    repository_id: Mapped[int] = mapped_column(RowId, child_of("repositories.id"))
    submission: Mapped[object] = mapped_column(Json)
    cron: Mapped[str]
    timezone: Mapped[str]
    jitter_seconds: Mapped[float]
    paused: Mapped[bool]
    next_at: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime | None]
    last_job_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("jobs.id", ondelete="SET NULL"))
    last_outcome: Mapped[str]  # one line: what became of the last turn
    created_at: Mapped[datetime]
    repository: Mapped[RepositoryRow] = relationship(lazy="joined", innerjoin=True)


class TokenRow(Base):
    """A key to the API: its hash, never itself."""

    __tablename__ = "tokens"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  (SQLAlchemy reads it)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # sha256 hex
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
