"""How much a fleet gets done, for people who look at it. Indexes on `created_at` serve the rates, one of
its own what was set aside; jobs are few."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import InstrumentedAttribute

from db.sessions import Sessions
from db.tables import IS_SET_ASIDE, EvaluationRow, FunctionRow, JobRow, PatchRow

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rate:
    hour: int  # in the last one
    day: int


@dataclass(frozen=True, slots=True)
class Activity:
    at: datetime  # by the clock of the times that are kept
    functions: Rate  # that ended
    candidates: Rate  # that were judged
    patches: Rate
    jobs: Mapping[str, int]  # by state
    set_aside: int  # functions over which workers died, and whose job was not retried


def activity(sessions: Sessions) -> Activity:
    """Raises DatabaseError."""
    with sessions.reading() as session:
        now = sessions.shared_now(session)
        functions, candidates, patches = (
            Rate(*session.execute(recent(column, now)).one())
            for column in (FunctionRow.created_at, EvaluationRow.created_at, PatchRow.created_at)
        )
        jobs = dict(session.execute(jobs_by_state()).all())
        return Activity(now, functions, candidates, patches, jobs, session.scalars(set_aside()).one())


def recent(created_at: InstrumentedAttribute[datetime], now: datetime) -> Select[int, int]:
    """How many rows are from the last hour, and from the last day."""
    of_the_hour = func.count().filter(created_at >= now - _HOUR)
    return select(of_the_hour, func.count()).where(created_at >= now - _DAY)


def jobs_by_state() -> Select[str, int]:
    return select(JobRow.state, func.count()).group_by(JobRow.state)


def set_aside() -> Select[int]:
    return select(func.count()).select_from(FunctionRow).where(text(IS_SET_ASIDE))
