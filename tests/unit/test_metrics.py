"""What is counted, as Prometheus reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from optimizer.domain.errors import BrokerError, DatabaseError
from optimizer.domain.work import Backlog, Queue, Worker
from optimizer.ports import Broker, WorkQueue
from tests.support.scraped import samples_of
from workers.metrics import Metrics, make_metrics
from workers.metrics_fleet import collector

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _scraped(metrics: Metrics) -> dict[str, float]:
    return samples_of(generate_latest(metrics.registry).decode())


def test_times_are_kept_by_queue_and_by_stage_in_buckets() -> None:
    metrics = make_metrics()
    for seconds in (0.03, 0.2, 7200.0):
        metrics.waited("evaluate", seconds)
    metrics.took("scan", 45.0)
    found = _scraped(metrics)
    assert found['optimizer_queue_wait_seconds_count{queue="evaluate"}'] == 3
    assert found['optimizer_queue_wait_seconds_sum{queue="evaluate"}'] == 7200.23
    assert found['optimizer_queue_wait_seconds_bucket{le="0.05",queue="evaluate"}'] == 1
    assert found['optimizer_queue_wait_seconds_bucket{le="3600.0",queue="evaluate"}'] == 2
    assert found['optimizer_stage_seconds_bucket{le="60.0",stage="scan"}'] == 1
    assert found['optimizer_stage_seconds_bucket{le="30.0",stage="scan"}'] == 0


def test_what_became_of_candidates_and_functions_is_counted() -> None:
    metrics = make_metrics()
    metrics.judged("rules", "decide", "accepted")
    metrics.judged("rules", "verify", "different-result")
    metrics.judged("rules", "verify", "different-result")
    metrics.ended("publish", "accepted")
    found = _scraped(metrics)
    assert found['optimizer_candidates_total{expert="rules",reason="accepted",stage="decide"}'] == 1
    assert found['optimizer_candidates_total{expert="rules",reason="different-result",stage="verify"}'] == 2
    assert found['optimizer_functions_total{reason="accepted",stage="publish"}'] == 1


def test_how_full_batches_are_is_a_share_of_their_limit() -> None:
    metrics = make_metrics()
    metrics.batch(16, 16)
    metrics.batch(4, 16)
    found = _scraped(metrics)
    assert found["optimizer_batch_fill_ratio_sum"] == 1.25
    assert found['optimizer_batch_fill_ratio_bucket{le="0.25"}'] == 1
    assert found['optimizer_batch_fill_ratio_bucket{le="1.0"}'] == 2


def test_what_went_wrong_is_counted_by_queue() -> None:
    metrics = make_metrics()
    metrics.died("evaluate")
    metrics.retried("scan", "fault")
    metrics.resent("propose", 3)
    found = _scraped(metrics)
    assert found['optimizer_deaths_total{queue="evaluate"}'] == 1
    assert found['optimizer_retries_total{kind="fault",queue="scan"}'] == 1
    assert found['optimizer_resent_total{queue="propose"}'] == 3


def test_a_series_is_there_before_its_first_event_so_that_the_first_is_an_increase() -> None:
    found = _scraped(make_metrics())
    for queue in Queue:
        assert found[f'optimizer_deaths_total{{queue="{queue}"}}'] == 0
        assert found[f'optimizer_resent_total{{queue="{queue}"}}'] == 0
        assert found[f'optimizer_queue_wait_seconds_count{{queue="{queue}"}}'] == 0
        assert found[f'optimizer_retries_total{{kind="fault",queue="{queue}"}}'] == 0
    for stage in ("propose", "benchmark", "publish"):
        assert found[f'optimizer_functions_total{{reason="set-aside",stage="{stage}"}}'] == 0


def test_two_sets_of_metrics_in_one_process_do_not_meet() -> None:
    first, second = make_metrics(), make_metrics()
    first.died("scan")
    assert _scraped(second)['optimizer_deaths_total{queue="scan"}'] == 0


@dataclass
class _Fleet:
    """As much of the work and of the broker as is asked for."""

    waiting: Sequence[Backlog] = ()
    seen: Sequence[Worker] = ()
    database: bool = True
    broker: bool = True

    def backlog(self) -> Sequence[Backlog]:
        if not self.database:
            raise DatabaseError("gone")
        return self.waiting

    def workers(self, seen_within: float) -> Sequence[Worker]:
        return self.seen

    def held(self, queue: Queue) -> int:
        if not self.broker:
            raise BrokerError("gone")
        return len(queue.value)


def _asked(fleet: _Fleet) -> dict[str, float]:
    registry = CollectorRegistry()
    source: Collector = collector(cast("WorkQueue", fleet), cast("Broker", fleet))
    registry.register(source)
    return samples_of(generate_latest(registry).decode())


def _worker(name: str, *queues: str) -> Worker:
    return Worker(name, queues, "host", 7, 1, _LONG_AGO, _LONG_AGO)


def test_the_scheduler_tells_of_queues_workers_and_messages() -> None:
    waiting = [Backlog(Queue.SCAN, 4, 1, 12.5), Backlog(Queue.PUBLISH, 0, 2, None)]
    found = _asked(_Fleet(waiting, [_worker("a/1", "scan", "publish"), _worker("a/2", "scan")]))
    assert found['optimizer_queue_waiting{queue="scan"}'] == 4
    assert found['optimizer_queue_held{queue="publish"}'] == 2
    assert found['optimizer_queue_oldest_seconds{queue="scan"}'] == 12.5
    assert found['optimizer_queue_oldest_seconds{queue="publish"}'] == 0
    assert found['optimizer_workers{queue="scan"}'] == 2
    assert found['optimizer_workers{queue="evaluate"}'] == 0
    assert found['optimizer_broker_messages{queue="publish"}'] == len("publish")
    assert (found["optimizer_database_up"], found["optimizer_broker_up"]) == (1, 1)


def test_what_cannot_be_asked_is_missing_and_no_zero() -> None:
    found = _asked(_Fleet(database=False, broker=False))
    assert found == {"optimizer_database_up": 0, "optimizer_broker_up": 0}
