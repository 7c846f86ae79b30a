"""The tables: a job and, below it, everything that was learned in it.

Reasons, stages and states are kept as their words, without a CHECK: new ones need no migration.
docs/database.md explains the columns to people who query them.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from db.types import AnyText, Json, Moment, Ratio, RowId

# Of a measurement: its samples are still there. Compressed, none are 10 bytes, and one is more than 30.
HAS_SAMPLES = "length(samples) > 16"
# Of a function: workers died over it. Such are few among millions, and have an index of their own.
IS_SET_ASIDE = "reason = 'set-aside'"

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012  (the name and form that SQLAlchemy reads)
        str: AnyText(),
        datetime: Moment(),
        bytes: LargeBinary(),
        float: Double(),
    }


def child_of(column: str) -> ForeignKey:
    return ForeignKey(column, ondelete="CASCADE")


def _by_time() -> Index:
    """On Postgres a few bytes for each megabyte of rows, which come in the order of their time."""
    return Index(None, "created_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"})


class RepositoryRow(Base):
    __tablename__ = "repositories"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class JobRow(Base):
    __tablename__ = "jobs"
    __table_args__ = (
        Index(None, "repository_id", "tree", "fingerprint"),
        Index(None, "repository_id", "state"),
        {"sqlite_autoincrement": True},  # people know jobs by number: none is given twice
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    repository_id: Mapped[int] = mapped_column(RowId, child_of("repositories.id"))
    ref: Mapped[str]
    commit_id: Mapped[str]
    tree: Mapped[str]
    fingerprint: Mapped[str]
    settings: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str]
    started_at: Mapped[datetime | None]  # when a worker took it up
    submission: Mapped[object | None] = mapped_column(Json)  # of a job that was queued
    repository: Mapped[RepositoryRow] = relationship(lazy="joined", innerjoin=True)


class JobEventRow(Base):
    __tablename__ = "job_events"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    job_id: Mapped[int] = mapped_column(RowId, child_of("jobs.id"), index=True)
    at: Mapped[datetime]
    stage: Mapped[str]
    message: Mapped[str]


class FunctionRow(Base):
    """A function of the target as one job saw it, and where it stopped."""

    __tablename__ = "functions"
    __table_args__ = (
        UniqueConstraint("job_id", "label_hash"),
        Index(None, "job_id", "reason", "stage"),
        _by_time(),
        Index(
            "ix_functions_set_aside",
            "job_id",
            postgresql_where=text(IS_SET_ASIDE),
            sqlite_where=text(IS_SET_ASIDE),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    job_id: Mapped[int] = mapped_column(RowId, child_of("jobs.id"))
    path: Mapped[str]
    qualname: Mapped[str]
    label_hash: Mapped[str] = mapped_column(String(64))  # of path and qualname: an index cannot take any text
    language: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    is_async: Mapped[bool]
    span_start: Mapped[int] = mapped_column(BigInteger)
    span_end: Mapped[int] = mapped_column(BigInteger)
    line: Mapped[int]
    end_line: Mapped[int]
    source: Mapped[str]
    content_hash: Mapped[str]
    workload_hash: Mapped[str]  # empty: it had no workload
    self_share: Mapped[float | None]
    total_share: Mapped[float | None]
    stage: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str]
    winner: Mapped[str | None]  # digest of the accepted candidate
    created_at: Mapped[datetime]
    workload: Mapped["WorkloadRow | None"] = relationship()
    candidates: Mapped[list["CandidateRow"]] = relationship(order_by="CandidateRow.position")


class WorkloadRow(Base):
    __tablename__ = "workloads"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    function_id: Mapped[int] = mapped_column(RowId, child_of("functions.id"), unique=True)
    skipped: Mapped[object] = mapped_column(Json)  # [[why, how many], ...]
    uses: Mapped[list["WorkloadInputRow"]] = relationship(order_by="WorkloadInputRow.position")


class InputRow(Base):
    """The arguments of one call, kept once however many workloads use them."""

    __tablename__ = "inputs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    payload: Mapped[bytes]
    text: Mapped[str]


class WorkloadInputRow(Base):
    """One use of an input: the same arguments may be recorded here and generated there."""

    __tablename__ = "workload_inputs"

    workload_id: Mapped[int] = mapped_column(RowId, child_of("workloads.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    input_id: Mapped[str] = mapped_column(String(64), ForeignKey("inputs.id"), index=True)
    origin: Mapped[str] = mapped_column(String(16))
    held_out: Mapped[bool]
    size: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str]
    input: Mapped[InputRow] = relationship(lazy="joined", innerjoin=True)


class CandidateRow(Base):
    __tablename__ = "candidates"
    __table_args__ = (UniqueConstraint("function_id", "position"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    function_id: Mapped[int] = mapped_column(RowId, child_of("functions.id"))
    position: Mapped[int]  # in the order in which they were judged
    digest: Mapped[str]  # the candidate's id: an address of its content
    source: Mapped[str]
    imports: Mapped[object] = mapped_column(Json)
    summary: Mapped[str]
    expert: Mapped[str]
    rule: Mapped[str]  # the rule's or the model's name
    expert_version: Mapped[str]
    seed: Mapped[str | None]  # decimal: seeds may be wider than any integer column
    parent: Mapped[str | None]
    evaluation: Mapped["EvaluationRow"] = relationship()


class EvaluationRow(Base):
    __tablename__ = "evaluations"
    __table_args__ = (Index(None, "job_id", "reason", "stage"), _by_time())

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(RowId, child_of("candidates.id"), unique=True)
    job_id: Mapped[int] = mapped_column(RowId)  # as the function's, and so is label_hash: they are many
    label_hash: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))  # accepted or refused
    reason: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str]
    verdict: Mapped[str | None] = mapped_column(String(16))
    verdict_reason: Mapped[str | None] = mapped_column(String(32))
    counterexample: Mapped[object | None] = mapped_column(Json)
    contract: Mapped[object | None] = mapped_column(Json)
    memory_original: Mapped[int | None] = mapped_column(BigInteger)  # bytes
    memory_candidate: Mapped[int | None] = mapped_column(BigInteger)
    scaling: Mapped[object | None] = mapped_column(Json)
    instructions: Mapped[object | None] = mapped_column(Json)  # [original, candidate]
    seconds: Mapped[float]
    call_seconds: Mapped[float]
    created_at: Mapped[datetime]
    measurements: Mapped[list["MeasurementRow"]] = relationship()


class MeasurementRow(Base):
    """Ratios are the original's time over the candidate's; NULL where there is no number."""

    __tablename__ = "measurements"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "which"),
        Index(
            "ix_measurements_with_samples",
            "evaluation_id",
            postgresql_where=text(HAS_SAMPLES),
            sqlite_where=text(HAS_SAMPLES),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(RowId, child_of("evaluations.id"))
    which: Mapped[str] = mapped_column(String(8))  # first: selects; second: is reported
    reason: Mapped[str] = mapped_column(String(32))
    launches: Mapped[int]
    seconds: Mapped[float]
    wall: Mapped[float] = mapped_column(Ratio, nullable=True)
    wall_low: Mapped[float] = mapped_column(Ratio, nullable=True)
    wall_high: Mapped[float] = mapped_column(Ratio, nullable=True)
    wall_level: Mapped[float]
    cpu: Mapped[float] = mapped_column(Ratio, nullable=True)
    cpu_low: Mapped[float] = mapped_column(Ratio, nullable=True)
    cpu_high: Mapped[float] = mapped_column(Ratio, nullable=True)
    cpu_level: Mapped[float]
    cold: Mapped[float] = mapped_column(Ratio, nullable=True)
    cold_low: Mapped[float] = mapped_column(Ratio, nullable=True)
    cold_high: Mapped[float] = mapped_column(Ratio, nullable=True)
    cold_level: Mapped[float]
    false_accept: Mapped[float | None]  # rate on the machine that measured, its upper bound
    rows: Mapped[object] = mapped_column(Json)  # one for each size
    samples: Mapped[bytes]  # zlib-compressed JSON, see db/samples.py


class PatchRow(Base):
    __tablename__ = "patches"
    __table_args__ = (
        Index(None, "branch", postgresql_using="hash"),  # names may be longer than any other index takes
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    job_id: Mapped[int] = mapped_column(RowId, child_of("jobs.id"), index=True)
    function_id: Mapped[int] = mapped_column(RowId, child_of("functions.id"), unique=True)
    candidate_id: Mapped[int | None] = mapped_column(RowId, child_of("candidates.id"), index=True)
    branch: Mapped[str]
    base_commit: Mapped[str]
    commit_id: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    diff: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), index=True)
    speedup: Mapped[float] = mapped_column(Ratio, nullable=True)
    low: Mapped[float] = mapped_column(Ratio, nullable=True)
    high: Mapped[float] = mapped_column(Ratio, nullable=True)
    impact: Mapped[float | None]  # 0..1 of the tests' time
    surroundings: Mapped[object | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(index=True)
    job: Mapped[JobRow] = relationship(lazy="joined", innerjoin=True)
    function: Mapped[FunctionRow] = relationship(lazy="raise")


class ReviewRow(Base):
    """Who reviews is not known here; what was said, and which change of state it caused, is."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    patch_id: Mapped[int] = mapped_column(RowId, child_of("patches.id"), index=True)
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str]
    at: Mapped[datetime]
