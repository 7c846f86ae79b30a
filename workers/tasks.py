"""The tasks: what a message of each queue sets off."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from celery import Celery
from celery_batches import Batches, SimpleRequest

from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue
from workers.app import TIME_LIMITS, task_name
from workers.context import Context
from workers.handling import STEPS, Step, work_on
from workers.metrics import Metrics


def add_tasks(
    app: Celery,
    settings: Settings,
    context: Callable[[], Context],
    metrics: Metrics,
    steps: Mapping[Queue, Step] = STEPS,
) -> None:
    """`context` gives the one of the process that asks: a message may be taken up in a child."""

    def work(queue: Queue, item_ids: Sequence[int]) -> None:
        work_on(queue, item_ids, context(), metrics, steps[queue])

    for queue in (Queue.SCAN, Queue.EVALUATE, Queue.PUBLISH):
        _add_single(app, queue, work)
    _add_batched(app, settings, work, metrics)


def _add_single(app: Celery, queue: Queue, work: Callable[[Queue, Sequence[int]], None]) -> None:
    @app.task(name=task_name(queue), time_limit=TIME_LIMITS[queue])  # type: ignore[untyped-decorator]
    def task(item_id: int) -> None:
        work(queue, [item_id])


def _add_batched(
    app: Celery, settings: Settings, work: Callable[[Queue, Sequence[int]], None], metrics: Metrics
) -> None:
    """Functions of whatever jobs are proposed for together: as many as fit, or as came in time."""

    @app.task(  # type: ignore[untyped-decorator]
        base=Batches,
        name=task_name(Queue.PROPOSE),
        flush_every=settings.batch_size,
        flush_interval=settings.batch_seconds,
    )
    def task(requests: Sequence[SimpleRequest]) -> None:
        metrics.batch(len(requests), settings.batch_size)
        work(Queue.PROPOSE, [request.args[0] for request in requests])


class ContextOfProcess:
    """Makes a context when a process first asks for one: nothing of it may be shared over a fork."""

    def __init__(self, make: Callable[[], Context]) -> None:
        self._make = make
        self._made: dict[int, Context] = {}

    def __call__(self) -> Context:
        pid = os.getpid()
        if pid not in self._made:
            self._made = {pid: self._make()}
        return self._made[pid]

    def close(self, **_given: Any) -> None:
        context = self._made.pop(os.getpid(), None)
        if context is not None:
            context.close()
