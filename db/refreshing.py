"""Patches that go on from another commit, or are given up, over SQLAlchemy."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from db import mapping, queries, saving
from db.sessions import Sessions
from db.tables import CandidateRow, FunctionRow, JobEventRow, JobRow, PatchRow, RepositoryRow, ReviewRow
from db.work_rows import drop
from optimizer.domain.patches import UNDER_REVIEW, Patch, PatchState
from optimizer.domain.refresh import Recheck, Rechecked
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim

_UNDER_REVIEW = [state.value for state in UNDER_REVIEW]
# What a patch takes from the evidence that is behind it.
_EVIDENCE = (
    "job_id", "function_id", "base_commit", "commit_id", "title", "text", "diff", "speedup", "low", "high",
    "impact", "surroundings",
)  # fmt: skip


class SqlRefreshing:
    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def under_review(self, url: str, ref: str) -> Sequence[Patch]:
        """Open and approved patches of the repository that jobs of that ref found, the newest first. Those of
        another branch of it are another schedule's matter."""
        with self.sessions.reading() as session:
            jobs = _jobs_of(url).where(JobRow.ref == ref)
            rows = session.execute(
                queries.patches(PatchRow.state.in_(_UNDER_REVIEW), PatchRow.job_id.in_(jobs))
            )
            return [mapping.patch_value(row, path, qualname) for row, path, qualname in rows]

    def open_count(self, url: str) -> int:
        """Of the repository's patches, on whatever ref."""
        with self.sessions.reading() as session:
            statement = (
                select(func.count())
                .select_from(PatchRow)
                .where(PatchRow.state == PatchState.OPEN.value, PatchRow.job_id.in_(_jobs_of(url)))
            )
            return session.scalars(statement).one()

    def finish(self, claim: Claim, wanted: Recheck, found: Rechecked) -> bool:
        """Ends the item: the result is saved, and the patch rebased onto it, given up or left as it is. What
        somebody decided on meanwhile stays that way. False: the item is not ours any more."""
        with self.sessions.writing() as session:
            if not drop(session, claim):
                return False
            job_id, now = claim.item.job_id, self.sessions.shared_now(session)
            saving.save(session, job_id, replace(found.result, patch=None), now)
            state = _changed(session, job_id, wanted, found)
            if state is not None:
                session.add(_review(wanted, found, state, now))
            text = found.result.decision.detail if state or not _decided(found) else _too_late(wanted)
            session.add(JobEventRow(job_id=job_id, at=now, stage="note", message=text))
            return True


def _jobs_of(url: str) -> Any:
    return (
        select(JobRow.id)
        .join(RepositoryRow, RepositoryRow.id == JobRow.repository_id)
        .where(RepositoryRow.url == url)
    )


def _decided(found: Rechecked) -> bool:
    return bool(found.expired or found.result.patch)


def _too_late(wanted: Recheck) -> str:
    return f"patch {wanted.patch_id} was decided on while it was verified again"


def _changed(session: Session, job_id: int, wanted: Recheck, found: Rechecked) -> PatchState | None:
    """The state in which the patch was when it was changed; None when it was not."""
    if found.expired:
        columns: dict[str, Any] | None = {"state": PatchState.EXPIRED.value}
    else:
        columns = _rebased(session, job_id, found.result)
    if columns is None:
        return None
    before = session.scalar(select(PatchRow.state).where(*_still(wanted)).with_for_update())
    if before is None:
        return None
    session.execute(update(PatchRow).where(*_still(wanted)).values(columns))
    return PatchState(before)


def _still(wanted: Recheck) -> tuple[ColumnElement[bool], ...]:
    """Neither decided on nor rebased since the recheck was asked for."""
    return (
        PatchRow.id == wanted.patch_id,
        PatchRow.base_commit == wanted.base_commit,
        PatchRow.state.in_(_UNDER_REVIEW),
    )


def _rebased(session: Session, job_id: int, result: FunctionResult) -> dict[str, Any] | None:
    """The columns of a patch that stands on the result; None when it does not, or it was not saved."""
    if result.patch is None:
        return None
    found = session.execute(
        select(FunctionRow.id, CandidateRow.id)
        .join(CandidateRow, CandidateRow.function_id == FunctionRow.id)
        .where(FunctionRow.job_id == job_id, FunctionRow.label_hash == mapping.label_hash(result.function))
        .where(CandidateRow.digest == result.winner)
    ).one_or_none()
    if found is None:
        return None
    row = mapping.patch_row(job_id, found[0], result, result.patch)
    return {name: getattr(row, name) for name in _EVIDENCE} | {"candidate_id": found[1]}


def _review(wanted: Recheck, found: Rechecked, before: PatchState, now: datetime) -> ReviewRow:
    after = PatchState.EXPIRED if found.expired else before
    note = found.expired
    if found.result.patch:
        note = f"rebased from {wanted.base_commit[:12]} onto {found.result.patch.base_commit[:12]}"
    states = {"from_state": before.value, "to_state": after.value}
    return ReviewRow(patch_id=wanted.patch_id, note=note, at=now, **states)
