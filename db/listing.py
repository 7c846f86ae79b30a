"""Lists as people page through them, newest first: each page begins below the last number of the one before,
so it costs the same wherever in the list it is. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import selectinload

from db import mapping
from db.evaluations import evaluation_value
from db.sessions import Sessions
from db.tables import (
    CandidateRow,
    EvaluationRow,
    FunctionRow,
    JobEventRow,
    JobRow,
    PatchRow,
    RepositoryRow,
)
from optimizer.domain.errors import NotFoundError
from optimizer.domain.evidence import Evaluation
from optimizer.domain.jobs import Job, JobState
from optimizer.domain.patches import PatchState


@dataclass(frozen=True, slots=True)
class Page:
    limit: int
    before: int | None = None  # only those with smaller numbers


@dataclass(frozen=True, slots=True)
class PatchLine:
    """A patch without its text and diff."""

    id: int
    job_id: int
    repository: str
    function: str
    branch: str
    base_commit: str
    commit: str
    title: str
    state: PatchState
    speedup: float
    low: float
    high: float
    impact: float | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LogLine:
    id: int  # grows; but of two lines written at once the larger number may be seen first
    at: datetime
    stage: str
    message: str


def list_jobs(
    sessions: Sessions, page: Page, repository: str | None = None, state: JobState | None = None
) -> Sequence[Job]:
    statement = select(JobRow).where(*_below(JobRow.id, page)).order_by(JobRow.id.desc()).limit(page.limit)
    if repository is not None:
        statement = statement.where(JobRow.repository_id == _repository(repository))
    if state is not None:
        statement = statement.where(JobRow.state == state.value)
    with sessions.reading() as session:
        return [mapping.job_value(row) for row in session.scalars(statement)]


def list_patches(
    sessions: Sessions,
    page: Page,
    repository: str | None = None,
    state: PatchState | None = None,
    job_id: int | None = None,
) -> Sequence[PatchLine]:
    statement = _patch_lines().where(*_below(PatchRow.id, page)).limit(page.limit)
    if repository is not None:
        statement = statement.where(JobRow.repository_id == _repository(repository))
    if state is not None:
        statement = statement.where(PatchRow.state == state.value)
    if job_id is not None:
        statement = statement.where(PatchRow.job_id == job_id)
    with sessions.reading() as session:
        return [_patch_line(row) for row in session.execute(statement)]


def list_log(sessions: Sessions, job_id: int, after: int, limit: int) -> Sequence[LogLine]:
    """The oldest first."""
    statement = (
        select(JobEventRow)
        .where(JobEventRow.job_id == job_id, JobEventRow.id > after)
        .order_by(JobEventRow.id)
        .limit(limit)
    )
    with sessions.reading() as session:
        return [LogLine(row.id, row.at, row.stage, row.message) for row in session.scalars(statement)]


def winner_of(sessions: Sessions, patch_id: int) -> Evaluation:
    """What was learned of the change that became the patch, without its inputs. Raises NotFoundError."""
    judged = selectinload(CandidateRow.evaluation).selectinload(EvaluationRow.measurements)
    statement = (
        select(CandidateRow)
        .join(PatchRow, PatchRow.candidate_id == CandidateRow.id)
        .where(PatchRow.id == patch_id)
        .options(judged)
    )
    with sessions.reading() as session:
        row = session.scalar(statement)
        if row is None:
            raise NotFoundError(f"There is no evidence of a patch {patch_id}.")
        return evaluation_value(row)


def _below(column: Any, page: Page) -> tuple[ColumnElement[bool], ...]:
    return () if page.before is None else (column < page.before,)


def _repository(url: str) -> Any:
    return select(RepositoryRow.id).where(RepositoryRow.url == url).scalar_subquery()


def _patch_lines() -> Select[*tuple[Any, ...]]:
    columns = (
        PatchRow.id, PatchRow.job_id, RepositoryRow.url, FunctionRow.path, FunctionRow.qualname,
        PatchRow.branch, PatchRow.base_commit, PatchRow.commit_id, PatchRow.title, PatchRow.state,
        PatchRow.speedup, PatchRow.low, PatchRow.high, PatchRow.impact, PatchRow.created_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(JobRow, JobRow.id == PatchRow.job_id)
        .join(RepositoryRow, RepositoryRow.id == JobRow.repository_id)
        .join(FunctionRow, FunctionRow.id == PatchRow.function_id)
        .order_by(PatchRow.id.desc())
    )


def _patch_line(row: Any) -> PatchLine:
    number, job_id, url, path, qualname, branch, base, commit, title, state, *measured = row
    function = f"{path}::{qualname}"
    return PatchLine(number, job_id, url, function, branch, base, commit, title, PatchState(state), *measured)
