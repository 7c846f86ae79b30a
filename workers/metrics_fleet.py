"""What the scheduler alone tells Prometheus: looked up when it is asked, and so never out of date."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from optimizer.domain.errors import BrokerError, DatabaseError
from optimizer.domain.work import Backlog, Queue, Worker
from optimizer.ports import Broker, WorkQueue

_SEEN_SECONDS = 60.0


def collector(
    work: WorkQueue, broker: Broker | None = None, seen_within: float = _SEEN_SECONDS
) -> "FleetCollector":
    """A worker that was not heard of for `seen_within` seconds counts as dead."""
    return FleetCollector(work, broker, seen_within)


@dataclass(frozen=True, slots=True, eq=False)  # known to a registry by itself
class FleetCollector(Collector):
    """Queues and workers as the database knows them, messages as the broker does. What cannot be asked
    is left out: a gap, not a zero."""

    work: WorkQueue
    broker: Broker | None
    seen_within: float

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            backlog, workers = self.work.backlog(), self.work.workers(self.seen_within)
        except DatabaseError:
            yield _one("database_up", "Whether the database answers", 0)
        else:
            yield _one("database_up", "Whether the database answers", 1)
            yield from _queues(backlog)
            yield _by_queue("workers", "Workers that were seen lately", _counts(workers))
        if self.broker is not None:
            yield from _messages(self.broker)


def _queues(backlog: Sequence[Backlog]) -> Iterator[GaugeMetricFamily]:
    yield _by_queue("queue_waiting", "Items that wait", {one.queue: one.waiting for one in backlog})
    yield _by_queue("queue_held", "Items that are worked on", {one.queue: one.held for one in backlog})
    oldest = {one.queue: one.oldest_seconds or 0.0 for one in backlog}
    yield _by_queue("queue_oldest_seconds", "For how long the oldest item has waited", oldest)


def _messages(broker: Broker) -> Iterator[GaugeMetricFamily]:
    try:
        held = {queue: broker.held(queue) for queue in Queue}
    except BrokerError:
        yield _one("broker_up", "Whether the broker answers", 0)
        return
    yield _one("broker_up", "Whether the broker answers", 1)
    yield _by_queue("broker_messages", "Messages that no worker has taken yet", held)


def _counts(workers: Sequence[Worker]) -> Mapping[Queue, int]:
    return {queue: sum(queue in worker.queues for worker in workers) for queue in Queue}


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"optimizer_{name}", text, value=value)


def _by_queue(name: str, text: str, values: Mapping[Queue, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"optimizer_{name}", text, labels=["queue"])
    for queue, value in values.items():
        family.add_metric([queue.value], value)
    return family
