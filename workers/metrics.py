"""What a process of the fleet counts, for Prometheus. docs/operations.md explains each metric.

One `Metrics` a process: two would count past each other in the files that its children share with it
(see metrics_files.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, values
from prometheus_client.registry import Collector

from optimizer.domain.evidence import Reason
from optimizer.domain.jobs import Stage
from optimizer.domain.work import Queue
from workers.logs import logger
from workers.metrics_files import Gathered, Room, folder_in_use

# Seconds, from milliseconds to hours.
WAITS = (0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400, 43200)
STAGES = (0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
FAULT = "fault"  # of a machine, the network or a service: the kind of every retry so far
FILLS = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Metrics:
    registry: CollectorRegistry
    room: Room | None  # where this process's children count, too; None: it has none
    waits: Histogram
    stages: Histogram
    fills: Histogram
    candidates: Counter
    functions: Counter
    deaths: Counter
    retries: Counter
    messages: Counter

    def waited(self, queue: str, seconds: float) -> None:
        """An item was taken up, so long after it came to the queue."""
        self._count(lambda: self.waits.labels(queue).observe(seconds))

    def took(self, stage: str, seconds: float) -> None:
        self._count(lambda: self.stages.labels(stage).observe(seconds))

    def batch(self, size: int, limit: int) -> None:
        """So many functions were proposed for at once, of as many as could have been."""
        self._count(lambda: self.fills.observe(size / limit))

    def judged(self, expert: str, stage: str, reason: str) -> None:
        """A candidate ended."""
        self._count(lambda: self.candidates.labels(expert, stage, reason).inc())

    def ended(self, stage: str, reason: str) -> None:
        """A function ended."""
        self._count(lambda: self.functions.labels(stage, reason).inc())

    def died(self, queue: str) -> None:
        """An item was taken up, or set aside, over which a worker had died."""
        self._count(lambda: self.deaths.labels(queue).inc())

    def retried(self, queue: str, kind: str) -> None:
        """An item was given back after a fault of the machines, of this kind."""
        self._count(lambda: self.retries.labels(queue, kind).inc())

    def resent(self, queue: str, n: int) -> None:
        """The broker was told again of so many items."""
        self._count(lambda: self.messages.labels(queue).inc(n))

    def _count(self, count: Callable[[], None]) -> None:
        """Work is not lost because it could not be counted."""
        try:
            if self.room:
                self.room.take()
            count()
        except OSError as error:
            logger(__name__).warning("not counted", error=str(error))

    def source(self) -> Collector | CollectorRegistry:
        """What to serve: of this process and its children, where there are any."""
        return Gathered(self.room.folder) if self.room else self.registry


def make_metrics(registry: CollectorRegistry | None = None) -> Metrics:
    """Before children are forked, and where there will be any, after `metrics_files.prepare`.

    Raises OSError when the disk is full.
    """
    folder = folder_in_use()
    if folder and values.ValueClass is values.MutexValue:  # the library was imported before `prepare`
        values.ValueClass = values.get_value_class()
    disable_created_metrics()  # a third series for each counter, which children cannot give anyway
    room = Room(folder) if folder else None
    if room:
        room.take()
    made = _made(registry or CollectorRegistry(), room)
    _begin(made)
    return made


def _begin(made: Metrics) -> None:
    """What people want to be woken for begins with a zero: a series that begins with its first event shows
    no increase."""
    for queue in map(str, Queue):
        for metric in (made.waits, made.deaths, made.messages):
            metric.labels(queue)
        made.retries.labels(queue, FAULT)
    for stage in (Stage.PROPOSE, Stage.BENCHMARK, Stage.PUBLISH):
        made.functions.labels(stage.value, Reason.SET_ASIDE.value)


def _made(registry: CollectorRegistry, room: Room | None) -> Metrics:
    def histogram(name: str, text: str, labels: tuple[str, ...], buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"optimizer_{name}", text, labels, buckets=buckets, registry=registry)

    def counter(name: str, text: str, *labels: str) -> Counter:
        return Counter(f"optimizer_{name}", text, labels, registry=registry)

    return Metrics(
        registry,
        room,
        waits=histogram("queue_wait_seconds", "From queued to taken up", ("queue",), WAITS),
        stages=histogram("stage_seconds", "Work on one item or batch", ("stage",), STAGES),
        fills=histogram("batch_fill_ratio", "Functions in a batch over its limit", (), FILLS),
        candidates=counter("candidates", "Candidates that ended", "expert", "stage", "reason"),
        functions=counter("functions", "Functions that ended", "stage", "reason"),
        deaths=counter("deaths", "Workers that died over an item", "queue"),
        retries=counter("retries", "Items given back after a fault", "queue", "kind"),
        messages=counter("resent", "Items the broker was told of again", "queue"),
    )
