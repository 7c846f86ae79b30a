"""Whether a fleet can do its work, piece by piece."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from db.connect import describe
from optimizer.domain.errors import BrokerError, ConfigError, DatabaseError
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue, Worker
from optimizer.ports import Broker
from workers.broker import CeleryBroker
from workers.fleet import Fleet, open_fleet

SCHEDULER = "scheduler@"  # how the name of the worker begins that works on no queue
OLDEST_SECONDS = 24 * 3600.0  # what a nightly run left when the next one comes
_NAMED = 5  # of many workers


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


def queue_named(name: str) -> Queue:
    """Raises ConfigError for one that is not ours."""
    try:
        return Queue(name)
    except ValueError:
        raise ConfigError(f"there is no queue {name!r}: known are {', '.join(Queue)}") from None


def fleet_health(
    settings: Settings, queues: Sequence[Queue], seen_within: float, oldest: float = OLDEST_SECONDS
) -> list[Check]:
    """The same as `health`, of a fleet that may not even open. Raises ConfigError without a broker."""
    return _opened(settings, lambda fleet: health(fleet, queues, seen_within, oldest))


def worker_health(settings: Settings, name: str, seen_within: float) -> list[Check]:
    """Of one worker, for whoever watches its container. Raises ConfigError without a broker."""
    return _opened(settings, lambda fleet: _database_then(fleet, lambda: [seen(fleet, name, seen_within)]))


def health(
    fleet: Fleet, queues: Sequence[Queue], seen_within: float, oldest: float = OLDEST_SECONDS
) -> list[Check]:
    """What these queues need. A worker that was not heard of for `seen_within` seconds counts as dead; an
    item that waits for more than `oldest` seconds counts as forgotten."""
    checks = _database_then(fleet, lambda: _work(fleet, queues, seen_within, oldest))
    return [checks[0], _broker(fleet.broker), *checks[1:]]


def seen(fleet: Fleet, name: str, seen_within: float) -> Check:
    """Whether a process of that worker told of itself lately. Raises DatabaseError."""
    found = any(given_name(worker) == name for worker in fleet.work.workers(seen_within))
    return Check("worker", found, f"{name} was {'' if found else 'not '}seen in the last {seen_within:.0f} s")


def given_name(worker: Worker) -> str:
    """The name that the worker was given: each of its processes adds its own number to it."""
    return worker.name.partition("/")[0]


def _opened(settings: Settings, checks: Callable[[Fleet], list[Check]]) -> list[Check]:
    try:
        fleet = open_fleet(settings)
    except DatabaseError as error:
        return [Check("database", False, str(error)), _broker(CeleryBroker.of(settings))]
    try:
        return checks(fleet)
    finally:
        fleet.close()


def _database_then(fleet: Fleet, checks: Callable[[], list[Check]]) -> list[Check]:
    try:
        found = checks()
    except DatabaseError as error:
        return [Check("database", False, str(error))]
    return [Check("database", True, f"{describe(fleet.sessions.url)} answers"), *found]


def _work(fleet: Fleet, queues: Sequence[Queue], seen_within: float, oldest: float) -> list[Check]:
    alive = fleet.work.workers(seen_within)
    waits = {one.queue: one.oldest_seconds or 0.0 for one in fleet.work.backlog()}
    workers = [_workers(queue, alive) for queue in queues]
    return [_scheduler(alive), *workers, *(_oldest(queue, waits[queue], oldest) for queue in queues)]


def _broker(broker: Broker) -> Check:
    try:
        broker.check()
    except BrokerError as error:
        return Check("broker", False, str(error))
    return Check("broker", True, "answers")


def _scheduler(alive: Sequence[Worker]) -> Check:
    names = _posts([worker for worker in alive if worker.name.startswith(SCHEDULER)])
    return Check("scheduler", bool(names), names or "none: run `optimizer scheduler`")


def _workers(queue: Queue, alive: Sequence[Worker]) -> Check:
    names = _posts([worker for worker in alive if queue in worker.queues])
    advice = f"none: run `optimizer worker --queues {queue}`"
    return Check(f"{queue} workers", bool(names), names or advice)


def _posts(workers: Sequence[Worker]) -> str:
    names = dict.fromkeys(given_name(worker) for worker in workers)
    shown = list(names)[:_NAMED]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")


def _oldest(queue: Queue, waits: float, limit: float) -> Check:
    detail = f"{waits:.0f} s, of {limit:.0f} s at most" if waits else "nothing waits"
    return Check(f"{queue} oldest", waits <= limit, detail)
