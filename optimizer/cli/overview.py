"""How a fleet is doing, put together from the database and the broker. Imported by `status` when it runs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.rates import Activity, activity
from db.work import SqlWork
from optimizer.bootstrap import make_results
from optimizer.domain.errors import BrokerError
from optimizer.domain.settings import Settings
from optimizer.domain.work import Backlog, Queue, Worker
from optimizer.ports import Broker
from workers.fleet import open_fleet
from workers.health import given_name

_KNOWN_SECONDS = 24 * 3600.0  # workers that fell silent longer ago are history


@dataclass(frozen=True, slots=True)
class Messages:
    """What lies in the broker, by queue; or why nobody knows."""

    held: Mapping[Queue, int]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    queues: tuple[Backlog, ...]
    messages: Messages | None  # None: there is no broker, jobs run where they are submitted
    workers: tuple[tuple[Worker, bool], ...]  # each process, and whether it was heard of lately
    activity: Activity

    def posts(self) -> "list[Post]":
        """The workers as they were started. Of the processes that one had before, none is shown."""
        names: dict[str, list[tuple[Worker, bool]]] = {}
        for worker, alive in self.workers:
            names.setdefault(given_name(worker), []).append((worker, alive))
        return [_post(name, members) for name, members in names.items()]


@dataclass(frozen=True, slots=True)
class Post:
    """A worker, whose processes come and go."""

    name: str
    alive: int  # processes
    concurrency: int  # so many there should be
    queues: tuple[str, ...]
    host: str
    started_at: datetime  # the youngest of those that live
    seen_at: datetime


def overview(settings: Settings) -> Overview:
    """Raises DatabaseError, and ConfigError where a part has no usable address. A broker may be down."""
    with _opened(settings) as (work, broker):
        done = activity(work.sessions)
        since = done.at - timedelta(seconds=settings.lease_seconds)
        workers = tuple((worker, worker.seen_at >= since) for worker in work.workers(_KNOWN_SECONDS))
        return Overview(tuple(work.backlog()), _messages(broker) if broker else None, workers, done)


def _post(name: str, members: Sequence[tuple[Worker, bool]]) -> Post:
    alive = [worker for worker, lives in members if lives]
    last = max(alive or [worker for worker, _ in members], key=lambda worker: worker.seen_at)
    started = max(worker.started_at for worker in alive or [last])
    return Post(name, len(alive), last.concurrency, last.queues, last.host, started, last.seen_at)


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[SqlWork, Broker | None]]:
    if settings.broker_url:
        with closing(open_fleet(settings)) as fleet:
            yield fleet.work, fleet.broker
    else:
        with closing(make_results(settings)) as parts:
            yield parts.work, None


def _messages(broker: Broker) -> Messages:
    try:
        return Messages({queue: broker.held(queue) for queue in Queue})
    except BrokerError as error:
        return Messages({}, str(error))
