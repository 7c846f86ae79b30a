"""The scheduler: one process that sets going what is due. Celery beat is its clock.

What is due is found and changed in the database by compare-and-set, so that even a second scheduler would do
no harm; but one is enough, and a second one is told so.
"""

import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.beat import ScheduleEntry
from celery.beat import Scheduler as BeatScheduler
from celery.beat import Service as BeatService
from celery.schedules import schedstate, schedule
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from db.connect import explained
from db.sessions import Sessions
from optimizer.domain.errors import AnotherRunsError, OptimizerError
from workers.logs import logger

_LOCK = 0x736368656475  # any number that no other program takes for its advisory lock


@dataclass
class OnlyOne:
    """A lock of the database that lasts as long as our connection to it."""

    sessions: Sessions
    _connection: Connection | None = field(default=None)

    def hold(self) -> None:
        """Also when it was lost with the server. Raises AnotherRunsError, DatabaseError."""
        try:
            if self._connection is None or not self._is_alive(self._connection):
                self._connection = self.sessions.engine.connect()
            if not self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
                raise AnotherRunsError("a scheduler runs already: one is enough, stop that one first")
            self._connection.commit()
        except SQLAlchemyError as error:
            self._connection = None
            raise explained(self.sessions.url, error) from error

    def _is_alive(self, connection: Connection) -> bool:
        """A lock may be taken twice by its holder, so only a dead connection is replaced."""
        try:
            connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            connection.invalidate()
            return False
        return True

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()


class Every(schedule):  # type: ignore[misc]  # it has no types
    """Due every so many seconds by a stop-watch: the time of day may jump, and beat would then wait until
    it is once more what it was."""

    def __init__(self, seconds: float) -> None:
        super().__init__(timedelta(seconds=seconds))
        self._last = time.monotonic()

    def is_due(self, last_run_at: Any) -> schedstate:
        """Whether, and in how many seconds the next time is. What is due is so once."""
        del last_run_at
        seconds, now = self.run_every.total_seconds(), time.monotonic()
        left = self._last + seconds - now
        if left > 0:
            return schedstate(False, left)
        self._last = now
        return schedstate(True, seconds)


class InProcess(BeatScheduler):  # type: ignore[misc]  # it has no types
    """Does what is due itself, instead of sending it to a worker: those may all be busy for an hour."""

    def _when(self, entry: ScheduleEntry, next_time_to_run: float, mktime: Any = None) -> float:
        """Its place among the others: by the stop-watch, too."""
        del entry, mktime
        return time.monotonic() + (self.adjust(next_time_to_run) or 0)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        del producer
        duty: Callable[[], object] = entry.kwargs["duty"]
        try:
            duty()
        except AnotherRunsError:
            raise
        except OptimizerError as error:  # the database or the broker is away: the next turn comes soon
            logger(__name__).warning("not done", duty=entry.name, error=str(error))
        except Exception:
            logger(__name__).exception("defect", duty=entry.name)


def run_beat(app: Celery, duties: Mapping[str, tuple[float, Callable[[], object]]]) -> None:
    """Until SIGTERM or SIGINT, which let the duty in hand come to its end: each every so many seconds.

    Raises AnotherRunsError.
    """
    app.conf.beat_schedule = {
        name: {"task": name, "schedule": Every(every), "kwargs": {"duty": duty}}
        for name, (every, duty) in duties.items()
    }
    beat = BeatService(app, max_interval=1, scheduler_cls=InProcess)
    # Not `celery beat`'s own way, an exception wherever the program is: a destructor swallows one.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: beat.stop(wait=False))
    beat.start()
