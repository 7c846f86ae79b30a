"""One function's result into the tables, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.evaluations import Place, candidate_row
from db.mapping import function_columns, input_columns, patch_row, workload_row
from db.tables import Base, CandidateRow, FunctionRow, InputRow, JobRow, PatchRow, RepositoryRow
from optimizer.domain.errors import NotFoundError
from optimizer.domain.jobs import Repository
from optimizer.domain.results import FunctionResult


def repository_id(session: Session, repository: Repository, now: datetime) -> int:
    """The row of that URL, made if it is not there; two processes may ask at once."""
    columns = {"url": repository.url, "name": repository.name, "created_at": now}
    session.execute(_insert_new(session, RepositoryRow).values(columns))
    return session.scalars(select(RepositoryRow.id).where(RepositoryRow.url == repository.url)).one()


def require_job(session: Session, job_id: int) -> None:
    if session.scalar(select(JobRow.id).where(JobRow.id == job_id)) is None:
        raise NotFoundError(f"There is no job {job_id}.")


def save(session: Session, job_id: int, result: FunctionResult, now: datetime) -> int | None:
    """The id of the patch, if there is one. What was saved for that function before stays."""
    columns = function_columns(job_id, result, now)
    function_id = _claim(session, columns)
    if function_id is None:
        return _saved_patch(session, job_id, str(columns["label_hash"]))
    _save_workload(session, function_id, result)
    place = Place(function_id, job_id, str(columns["label_hash"]))
    candidates = [
        candidate_row(place, position, evaluation, now)
        for position, evaluation in enumerate(result.evaluations)
    ]
    session.add_all(candidates)
    session.flush()
    if result.patch is None:
        return None
    patch = patch_row(job_id, function_id, result, result.patch)
    patch.candidate_id, patch.created_at = _winning_row(candidates, result), now
    session.add(patch)
    session.flush()
    return patch.id


def save_settled(session: Session, job_id: int, results: Sequence[FunctionResult], now: datetime) -> None:
    """Many functions that ended without a workload or candidates, at once."""
    rows = [function_columns(job_id, result, now) for result in results]
    if rows:
        session.execute(_insert_new(session, FunctionRow), rows)


def lock_repository(session: Session, row_id: int) -> None:
    """Others that do the same wait until this transaction ends."""
    session.execute(select(RepositoryRow.id).where(RepositoryRow.id == row_id).with_for_update())


def _claim(session: Session, columns: Mapping[str, object]) -> int | None:
    """The new function's id; None when it is there already."""
    statement = _insert_new(session, FunctionRow).values(columns).returning(FunctionRow.id)
    return session.execute(statement).scalar_one_or_none()


def _saved_patch(session: Session, job_id: int, label_hash: str) -> int | None:
    statement = (
        select(PatchRow.id)
        .join(FunctionRow, FunctionRow.id == PatchRow.function_id)
        .where(FunctionRow.job_id == job_id, FunctionRow.label_hash == label_hash)
    )
    return session.scalar(statement)


def _save_workload(session: Session, function_id: int, result: FunctionResult) -> None:
    if result.workload is None:
        return
    inputs: Sequence[dict[str, Any]] = input_columns(result.workload.inputs)
    if inputs:
        session.execute(_insert_new(session, InputRow), inputs)
    session.add(workload_row(function_id, result.workload))


def _winning_row(rows: Sequence[CandidateRow], result: FunctionResult) -> int | None:
    return next((row.id for row in rows if row.digest == result.winner), None)


def _insert_new(session: Session, table: type[Base]) -> Insert:
    """An insert that leaves a row alone which is there already; both databases can, each in its dialect."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
