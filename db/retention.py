"""Raw timing samples of candidates that became no patch go after a while: they are most of what a measurement
takes up, and nobody asks for them again. Its intervals stay, and so does all the evidence of patches."""

import math
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, text, update
from sqlalchemy.orm import Session

from db.samples import NONE
from db.sessions import Sessions
from db.tables import HAS_SAMPLES, EvaluationRow, MeasurementRow, PatchRow

_LONGEST = 36_500.0  # days; more than that, no clock can be turned back


def drop_old_samples(sessions: Sessions, days: float, batch: int = 1000, most: float = math.inf) -> int:
    """Empties the samples of measurements older than so many days, by the database's clock; 0 days: of none.
    Returns how many; stops once that is `most` or more. Raises DatabaseError.

    In short transactions: whoever is killed has done a part of it, and two at once share the work.
    """
    emptied, reached = 0, 0
    while days > 0 and emptied < most:
        with sessions.writing() as session:
            found = session.execute(_next(_before(sessions, session, days), reached, batch)).all()
            if not found:
                break
            ids = [row_id for row_id, _ in found]
            session.execute(update(MeasurementRow).where(MeasurementRow.id.in_(ids)).values(samples=NONE))
        emptied, reached = emptied + len(found), found[-1][1]
    return emptied


def count_old_samples(sessions: Sessions, days: float) -> tuple[int, int]:
    """How many measurements that would empty now, and their bytes."""
    if days <= 0:
        return 0, 0
    with sessions.reading() as session:
        size = func.coalesce(func.sum(func.length(MeasurementRow.samples)), 0)
        statement = _old(select(func.count(), size), _before(sessions, session, days))
        count, total = session.execute(statement).one()
        return count, int(total)


def _before(sessions: Sessions, session: Session, days: float) -> datetime:
    return sessions.shared_now(session) - timedelta(days=min(days, _LONGEST))


def _next(before: datetime, reached: int, batch: int) -> Select[int, int]:
    """What another one empties at this moment is left to him."""
    return (
        _old(select(MeasurementRow.id, MeasurementRow.evaluation_id), before)
        .where(MeasurementRow.evaluation_id >= reached, EvaluationRow.id >= reached)  # for either table
        .order_by(MeasurementRow.evaluation_id)
        .limit(batch)
        .with_for_update(of=MeasurementRow, skip_locked=True)
    )


def _old(statement: Select[Any, Any], before: datetime) -> Select[Any, Any]:
    return (
        statement.join_from(MeasurementRow, EvaluationRow, EvaluationRow.id == MeasurementRow.evaluation_id)
        .where(text(HAS_SAMPLES), EvaluationRow.created_at < before)
        .where(~_is_evidence())
    )


def _is_evidence() -> ColumnElement[bool]:
    """Of a patch, whatever became of it. Candidate and patch are saved together, so none comes later."""
    return exists().where(PatchRow.candidate_id == EvaluationRow.candidate_id)
