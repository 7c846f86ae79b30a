"""A job's log as it grows, for whoever keeps the connection open: server-sent events.

    id: 17            a line of the log; its number is what Last-Event-ID resumes after
    event: log
    data: {...}

`state` comes first and with each change, `end` when the job is over.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import anyio
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel

from api.job_models import LogAnswer
from api.parts import Parts
from api.problems import Problem, status_of
from db.listing import LogLine, list_log
from optimizer.domain.errors import OptimizerError
from optimizer.domain.jobs import FINAL, JobState
from optimizer.domain.work import Queue

_LINES = 500  # of the log at once
_QUIET_SECONDS = 15.0  # after which a word is said, lest somebody on the way hangs up


class StateAnswer(BaseModel):
    id: int
    state: JobState
    left: dict[Queue, int]


@dataclass(frozen=True, slots=True)
class Look:
    """At a job: its state first, so that nothing of a job that is over is missed."""

    state: StateAnswer
    lines: Sequence[LogLine]

    @property
    def last(self) -> bool:
        return self.state.state in FINAL and len(self.lines) < _LINES


@dataclass
class Cursor:
    """Of two lines that are written at once the larger number may be seen first. So each look begins where
    the look before the last one ended, and what was told since is left out."""

    after: int
    top: int = 0
    told: set[int] = field(default_factory=set)

    def fresh(self, lines: Sequence[LogLine]) -> list[LogLine]:
        new = [line for line in lines if line.id not in self.told]
        numbers = {line.id for line in lines}
        self.after = max(self.after, max(numbers) if len(lines) >= _LINES else self.top)
        self.top = max(numbers, default=self.top)
        self.told = {number for number in numbers if number > self.after}
        return new


def look(parts: Parts, job_id: int, after: int) -> Look:
    """Raises NotFoundError."""
    job = parts.store.job(job_id)
    left = dict(parts.work.left(job_id))
    return Look(
        StateAnswer(id=job.id, state=job.state, left=left), list_log(parts.sessions, job_id, after, _LINES)
    )


async def follow(parts: Parts, job_id: int, after: int) -> AsyncIterator[bytes]:
    """Until the job is over, the server ends, or the follower has to come again."""
    cursor, told = Cursor(after, top=after), None
    until = anyio.current_time() + parts.follow_seconds
    spoke = anyio.current_time()
    while anyio.current_time() < until and not parts.stopping():
        try:
            seen = await run_in_threadpool(look, parts, job_id, cursor.after)
        except OptimizerError as error:
            yield _event("problem", Problem(error=status_of(error)[1]))
            return
        news = [_event("state", seen.state)] if seen.state != told else []
        news += [_event("log", LogAnswer.model_validate(line), line.id) for line in cursor.fresh(seen.lines)]
        news += [_event("end", seen.state)] if seen.last else []
        told = seen.state
        if not news and anyio.current_time() - spoke > _QUIET_SECONDS:
            news = [KEEPALIVE_COMMENT]
        for text in news:
            yield text
            spoke = anyio.current_time()
        if seen.last:
            return
        if len(seen.lines) < _LINES:
            await anyio.sleep(parts.poll_seconds)


def _event(name: str, data: BaseModel, number: int | None = None) -> bytes:
    return format_sse_event(
        data_str=data.model_dump_json(), event=name, id=None if number is None else str(number)
    )
