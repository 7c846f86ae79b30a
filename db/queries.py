"""The reading statements of the Store. Nothing here runs them."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, Select, column, exists, func, select, table
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.base import ExecutableOption

from db.tables import (
    CandidateRow,
    EvaluationRow,
    FunctionRow,
    JobRow,
    PatchRow,
    RepositoryRow,
    WorkloadRow,
)
from db.types import AnyText
from optimizer.domain.evidence import LEFT_OVER, SPARED
from optimizer.domain.jobs import JobState
from optimizer.domain.patches import UNDER_REVIEW, PatchState

# A function that ended so was not tried under this job: it must have its turn another time.
NOT_TRIED = tuple(reason.value for reason in (*LEFT_OVER, *SPARED))


def newest_jobs(limit: int) -> Select[JobRow]:
    return select(JobRow).order_by(JobRow.id.desc()).limit(limit)


def job_before(newest: int) -> Select[int]:
    """The id of the job before so many of the newest ones."""
    return select(JobRow.id).order_by(JobRow.id.desc()).offset(newest).limit(1)


def _jobs_of(url: str) -> Select[JobRow]:
    of_url = select(RepositoryRow.id).where(RepositoryRow.url == url).scalar_subquery()
    return select(JobRow).where(JobRow.repository_id == of_url)


def unfinished_job(url: str) -> Select[JobRow]:
    states = (JobState.RUNNING.value, JobState.INTERRUPTED.value)
    return _jobs_of(url).where(JobRow.state.in_(states)).order_by(JobRow.id.desc()).limit(1)


def finished_scan(url: str, tree: str, fingerprint: str) -> Select[JobRow]:
    left_over = FunctionRow.reason.in_([reason.value for reason in LEFT_OVER])
    cut_short = exists().where(FunctionRow.job_id == JobRow.id, left_over)
    return (
        _jobs_of(url)
        .where(JobRow.tree == tree, JobRow.fingerprint == fingerprint)
        .where(JobRow.state == JobState.DONE.value, ~cut_short)
        .order_by(JobRow.id.desc())
        .limit(1)
    )


def finished_functions(job_id: int) -> Select[str, str]:
    return select(FunctionRow.path, FunctionRow.qualname).where(FunctionRow.job_id == job_id)


def tried(url: str, fingerprint: str, function_hash: str | None) -> Select[str, str, str, str]:
    statement = (
        select(FunctionRow.path, FunctionRow.qualname, FunctionRow.content_hash, FunctionRow.workload_hash)
        .join(JobRow, JobRow.id == FunctionRow.job_id)
        .join(RepositoryRow, RepositoryRow.id == JobRow.repository_id)
        .where(RepositoryRow.url == url, JobRow.fingerprint == fingerprint)
        .where(FunctionRow.reason.not_in(NOT_TRIED))
        .distinct()
    )
    return statement if function_hash is None else statement.where(FunctionRow.label_hash == function_hash)


def rejected_candidates(url: str) -> Select[str]:
    return (
        select(CandidateRow.digest)
        .join(PatchRow, PatchRow.candidate_id == CandidateRow.id)
        .join(JobRow, JobRow.id == PatchRow.job_id)
        .join(RepositoryRow, RepositoryRow.id == JobRow.repository_id)
        .where(RepositoryRow.url == url, PatchRow.state == PatchState.REJECTED.value)
    )


def under_review(url: str) -> Select[str, str, str]:
    return (
        select(FunctionRow.path, FunctionRow.qualname, FunctionRow.content_hash)
        .join(PatchRow, PatchRow.function_id == FunctionRow.id)
        .join(JobRow, JobRow.id == PatchRow.job_id)
        .join(RepositoryRow, RepositoryRow.id == JobRow.repository_id)
        .where(RepositoryRow.url == url, PatchRow.state.in_([state.value for state in UNDER_REVIEW]))
    )


def funnel(job_id: int) -> Select[str, str, str, int]:
    """Over the documented view: what people count is what the program counts."""
    unit, stage, reason = column("unit", AnyText()), column("stage", AnyText()), column("reason", AnyText())
    statement = select(unit, stage, reason, column("count", BigInteger())).select_from(table("funnel"))
    return statement.where(column("job_id", BigInteger()) == job_id)


def patches(*conditions: ColumnElement[bool]) -> Select[PatchRow, str, str]:
    """Newest first, each with its function's path and qualified name."""
    return (
        select(PatchRow, FunctionRow.path, FunctionRow.qualname)
        .join(FunctionRow, FunctionRow.id == PatchRow.function_id)
        .where(*conditions)
        .order_by(PatchRow.id.desc())
    )


def patch_counts(job_ids: Sequence[int]) -> Select[int, int]:
    statement = select(PatchRow.job_id, func.count()).where(PatchRow.job_id.in_(job_ids))
    return statement.group_by(PatchRow.job_id)


def tried_functions(after: int, limit: int) -> Select[FunctionRow]:
    """Those with candidates, and everything below these, in a handful of statements."""
    chosen = select(FunctionRow).where(FunctionRow.id > after, FunctionRow.candidates.any())
    return chosen.order_by(FunctionRow.id).limit(limit).options(_evaluated())


def _evaluated() -> ExecutableOption:
    candidates = selectinload(FunctionRow.candidates).selectinload(CandidateRow.evaluation)
    return candidates.selectinload(EvaluationRow.measurements)


def patch_function(patch_id: int) -> Select[FunctionRow, PatchRow]:
    """The function behind a patch with everything below it, in a handful of statements."""
    return (
        select(FunctionRow, PatchRow)
        .join(PatchRow, PatchRow.function_id == FunctionRow.id)
        .where(PatchRow.id == patch_id)
        .options(
            _evaluated(),
            selectinload(FunctionRow.workload).selectinload(WorkloadRow.uses),
        )
    )


def refused(job_id: int | None, limit: int) -> Select[FunctionRow, CandidateRow, EvaluationRow]:
    newest = select(EvaluationRow.id).where(EvaluationRow.outcome != "accepted")
    if job_id is not None:
        newest = newest.where(EvaluationRow.job_id == job_id)
    chosen = newest.order_by(EvaluationRow.id.desc()).limit(limit).subquery()
    return (
        select(FunctionRow, CandidateRow, EvaluationRow)
        .join(CandidateRow, CandidateRow.function_id == FunctionRow.id)
        .join(EvaluationRow, EvaluationRow.candidate_id == CandidateRow.id)
        .join(chosen, chosen.c.id == EvaluationRow.id)
        .order_by(EvaluationRow.id.desc())
    )
