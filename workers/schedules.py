"""Turns that are due become jobs. Called by the scheduler every few seconds; two at once do no harm."""

from collections.abc import Sequence
from datetime import datetime

from db.schedules import SqlSchedules
from optimizer.domain.errors import BrokerError, ConfigError
from optimizer.domain.jobs import Job
from optimizer.domain.schedules import NewSchedule, Schedule, Turn
from workers.fleet import Fleet
from workers.logs import logger
from workers.turns import next_turn


def first_turn(new: NewSchedule, after: datetime) -> datetime:
    """Raises ConfigError when the cron line, the time zone or the jitter is none."""
    return next_turn(new.cron, new.timezone, new.jitter_seconds, after, _seed(new))


def tick(fleet: Fleet, now: datetime | None = None) -> Sequence[Turn]:
    """Takes every turn that is due; however many of one schedule were missed, they are one.

    A broker that is away costs nothing: the jobs wait in the database, and are told to it later.
    Raises DatabaseError.
    """
    schedules = SqlSchedules(fleet.sessions)
    moment = now or schedules.now()
    turns = [_taken(schedules, due, moment) for due in schedules.due(moment)]
    taken = [turn for turn in turns if turn]
    for turn in taken:
        logger(__name__).info("turn", schedule=turn.schedule.id, outcome=turn.outcome)
    try:
        fleet.broker.send([turn.item for turn in taken if turn.item])
    except BrokerError as error:
        logger(__name__).warning("the broker was not told", error=str(error))
    return taken


def run_now(fleet: Fleet, schedule_id: int) -> Job:
    """Its regular turn stays. Raises NotFoundError, AnotherRunsError; BrokerError with nothing queued."""
    fleet.broker.check()
    job, item = SqlSchedules(fleet.sessions).start(schedule_id)
    fleet.broker.send([item])
    return job


def resume(schedules: SqlSchedules, schedule_id: int) -> Schedule:
    """Goes on with the next turn from now. Raises NotFoundError, ConfigError."""
    return schedules.resume(schedule_id, following(schedules.get(schedule_id), schedules.now()))


def following(schedule: Schedule, after: datetime) -> datetime:
    """The turn after a moment. Raises ConfigError: time zones come and go with the machine's data."""
    seed = _seed(schedule)
    return next_turn(schedule.cron, schedule.timezone, schedule.jitter_seconds, after, seed)


def _taken(schedules: SqlSchedules, due: Schedule, now: datetime) -> Turn | None:
    try:
        return schedules.take(due, following(due, now))
    except ConfigError as error:  # one that cannot go on must not keep the others from it
        return schedules.fault(due, str(error))


def _seed(schedule: NewSchedule | Schedule) -> str:
    """Spreads the turns of many repositories over the jitter, and those of one repository's branches."""
    return f"{schedule.repository.url}\0{schedule.submission.ref or ''}"
