"""The Store over SQLAlchemy, the same on SQLite and on Postgres."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, Row, select, text, update
from sqlalchemy.orm import Session

from db import mapping, queries, saving
from db.sessions import Sessions, open_sessions
from db.tables import CandidateRow, EvaluationRow, FunctionRow, JobEventRow, JobRow, PatchRow, ReviewRow
from db.views import View, view_named
from optimizer.domain.errors import NotFoundError
from optimizer.domain.functions import Function
from optimizer.domain.jobs import FINAL, Event, FunnelRow, Job, JobState, NewJob, Stage
from optimizer.domain.patches import Patch, PatchState
from optimizer.domain.results import FunctionResult

_STAGES = [stage.value for stage in Stage]


def open_store(url: str) -> "SqlStore":
    """A store over a database that answers and has this version's schema; raises DatabaseError."""
    return SqlStore(open_sessions(url))


class SqlStore:
    """Implements `optimizer.ports.Store`. Each method is one transaction; any of them raises
    DatabaseError when the database went away. Threads may share it; forked processes may not."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self._reading = sessions.reading
        self._writing = sessions.writing
        self._now = sessions.now

    def close(self) -> None:
        self.sessions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def create_job(self, new: NewJob) -> Job:
        with self._writing() as session:
            now = self._now()
            row = mapping.job_row(new, saving.repository_id(session, new.repository, now), now)
            session.add(row)
            session.flush()
            return mapping.job_value(row)

    def job(self, job_id: int) -> Job:
        with self._reading() as session:
            row = session.get(JobRow, job_id)
            if row is None:
                raise NotFoundError(f"There is no job {job_id}.")
            return mapping.job_value(row)

    def jobs(self, limit: int = 50) -> Sequence[Job]:
        with self._reading() as session:
            return [mapping.job_value(row) for row in session.scalars(queries.newest_jobs(limit))]

    def move_job(self, job_id: int, expected: JobState, to: JobState, error: str = "") -> bool:
        with self._writing() as session:
            saving.require_job(session, job_id)
            statement = (
                update(JobRow)
                .where(JobRow.id == job_id, JobRow.state == expected.value)
                .values(state=to.value, error=error, finished_at=self._now() if to in FINAL else None)
                .returning(JobRow.id)
            )
            return session.execute(statement).scalar_one_or_none() is not None

    def unfinished_job(self, url: str) -> Job | None:
        with self._reading() as session:
            row = session.scalar(queries.unfinished_job(url))
            return mapping.job_value(row) if row else None

    def add_event(self, job_id: int, stage: str, message: str) -> None:
        with self._writing() as session:
            saving.require_job(session, job_id)
            session.add(JobEventRow(job_id=job_id, at=self._now(), stage=stage, message=message))

    def events(self, job_id: int) -> Sequence[Event]:
        with self._reading() as session:
            statement = select(JobEventRow).where(JobEventRow.job_id == job_id).order_by(JobEventRow.id)
            return [mapping.event_value(row) for row in session.scalars(statement)]

    def save_result(self, job_id: int, result: FunctionResult) -> int | None:
        with self._writing() as session:
            saving.require_job(session, job_id)
            return saving.save(session, job_id, result, self._now())

    def finished_labels(self, job_id: int) -> frozenset[str]:
        with self._reading() as session:
            rows = session.execute(queries.finished_functions(job_id))
            return frozenset(f"{path}::{qualname}" for path, qualname in rows)

    def finished_scan(self, url: str, tree: str, fingerprint: str) -> Job | None:
        with self._reading() as session:
            row = session.scalar(queries.finished_scan(url, tree, fingerprint))
            return mapping.job_value(row) if row else None

    def tried(
        self, url: str, fingerprint: str, function: Function | None = None
    ) -> frozenset[tuple[str, str, str]]:
        only = mapping.label_hash(function) if function else None
        with self._reading() as session:
            rows = session.execute(queries.tried(url, fingerprint, only))
            return frozenset((f"{path}::{name}", content, load) for path, name, content, load in rows)

    def rejected_candidates(self, url: str) -> frozenset[str]:
        with self._reading() as session:
            return frozenset(session.scalars(queries.rejected_candidates(url)))

    def under_review(self, url: str) -> frozenset[tuple[str, str]]:
        with self._reading() as session:
            rows = session.execute(queries.under_review(url))
            return frozenset((f"{path}::{name}", content) for path, name, content in rows)

    def funnel(self, job_id: int) -> Sequence[FunnelRow]:
        """Functions before candidates, each in the order of the stages, the commonest reason first."""
        with self._reading() as session:
            rows = session.execute(queries.funnel(job_id))
            found = [FunnelRow(unit, stage, reason, count) for unit, stage, reason, count in rows]
        return sorted(found, key=_funnel_order)

    def patches(self, job_id: int | None = None, state: PatchState | None = None) -> Sequence[Patch]:
        """Newest first."""
        conditions = []
        if job_id is not None:
            conditions.append(PatchRow.job_id == job_id)
        if state is not None:
            conditions.append(PatchRow.state == state.value)
        return self._patches(*conditions)

    def patches_on(self, branch: str) -> Sequence[Patch]:
        return self._patches(PatchRow.branch == branch)

    def _patches(self, *conditions: ColumnElement[bool]) -> Sequence[Patch]:
        with self._reading() as session:
            rows = session.execute(queries.patches(*conditions))
            return [mapping.patch_value(row, path, qualname) for row, path, qualname in rows]

    def patch_counts(self, job_ids: Sequence[int]) -> Mapping[int, int]:
        with self._reading() as session:
            return dict(session.execute(queries.patch_counts(job_ids)).all())

    def patch(self, patch_id: int) -> Patch:
        """Raises NotFoundError."""
        with self._reading() as session:
            found = session.execute(queries.patches(PatchRow.id == patch_id)).one_or_none()
            if found is None:
                raise _no_patch(patch_id)
            row, path, qualname = found
            return mapping.patch_value(row, path, qualname)

    def patch_result(self, patch_id: int) -> FunctionResult:
        """Raises NotFoundError."""
        with self._reading() as session:
            found = session.execute(queries.patch_function(patch_id)).one_or_none()
            if found is None:
                raise _no_patch(patch_id)
            function, patch = found
            return mapping.result_value(function, patch)

    def tried_results(self, after: int = 0, limit: int = 100) -> Sequence[tuple[int, FunctionResult]]:
        with self._reading() as session:
            rows = session.scalars(queries.tried_functions(after, limit))
            return [(row.id, mapping.judged_value(row)) for row in rows]

    def review(self, patch_id: int, expected: PatchState, to: PatchState, note: str) -> bool:
        """False, and nothing changed, when the patch is not in the expected state."""
        with self._writing() as session:
            if session.scalar(select(PatchRow.id).where(PatchRow.id == patch_id)) is None:
                raise _no_patch(patch_id)
            if not _move_patch(session, patch_id, expected, to):
                return False
            states = {"from_state": expected.value, "to_state": to.value}
            session.add(ReviewRow(patch_id=patch_id, note=note, at=self._now(), **states))
            return True

    def rejected(self, job_id: int | None = None, limit: int = 100) -> Sequence[dict[str, object]]:
        """See `_refusal` for the keys."""
        with self._reading() as session:
            return [_refusal(row) for row in session.execute(queries.refused(job_id, limit))]

    def view(self, name: str, limit: int = 1000) -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
        """Raises NotFoundError, naming the nearest view, for one that is not documented."""
        view = view_named(name)
        with self._reading() as session:
            rows = _view_rows(session, view, limit)
        return tuple(column for column, _ in view.columns), rows


def _view_rows(session: Session, view: View, limit: int) -> Sequence[tuple[object, ...]]:
    """Where the newest jobs come first, of ever more of them until there are enough rows: what older ones
    have to say comes after that, and need not be counted."""
    if view.newest_patches_first:
        _read_alone(session)
    jobs = limit // 4 + 1
    while view.newest_jobs_first:
        older = session.scalar(queries.job_before(jobs))
        if older is None:
            break
        _read_alone(session)
        rows = session.execute(view.statement(limit, older)).all()
        if len(rows) == limit:
            return [tuple(row) for row in rows]
        jobs *= 8
    return [tuple(row) for row in session.execute(view.statement(limit))]


def _read_alone(session: Session) -> None:
    """Postgres would have helpers read with it; for a page, starting them takes longer than reading does."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))


def _no_patch(patch_id: int) -> NotFoundError:
    return NotFoundError(f"There is no patch {patch_id}.")


def _move_patch(session: Session, patch_id: int, expected: PatchState, to: PatchState) -> bool:
    statement = (
        update(PatchRow)
        .where(PatchRow.id == patch_id, PatchRow.state == expected.value)
        .values(state=to.value)
        .returning(PatchRow.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def _funnel_order(row: FunnelRow) -> tuple[bool, int, int, str]:
    stage = _STAGES.index(row.stage) if row.stage in _STAGES else len(_STAGES)
    return (row.unit != "function", stage, -row.count, row.reason)


def _refusal(row: Row[FunctionRow, CandidateRow, EvaluationRow]) -> dict[str, object]:
    function, candidate, judged = row
    return {
        "job": function.job_id,
        "function": f"{function.path}::{function.qualname}",
        "candidate": candidate.digest,
        "expert": candidate.expert,
        "rule": candidate.rule,
        "stage": judged.stage,
        "reason": judged.reason,
        "detail": judged.detail,
        "counterexample": judged.counterexample,
    }
