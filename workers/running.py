"""A worker and the scheduler as processes: checked, started, and heard of while they live."""

import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown, worker_ready, worker_shutdown

from optimizer.bootstrap import check_quiet, ready_home
from optimizer.domain.errors import ConfigError, DatabaseError
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue, Worker
from optimizer.sandbox import bubblewrap
from workers.app import make_app
from workers.context import Context
from workers.control import reconcile
from workers.fleet import Fleet, open_fleet
from workers.handling import STEPS, Step
from workers.logs import logger
from workers.metrics import Metrics
from workers.scheduler import OnlyOne, run_beat
from workers.scratch import own_scratch
from workers.tasks import ContextOfProcess, add_tasks

RECONCILE_SECONDS = 5.0
_REPORTS = 3  # in the time after which a worker counts as dead


@dataclass(frozen=True, slots=True)
class Post:
    """What a worker process is asked to be."""

    name: str
    queues: tuple[Queue, ...]
    concurrency: int
    pool: str  # "solo" or "prefork"
    level: str = "INFO"


def post_of(queues: Sequence[str], concurrency: int, pool: str, name: str, level: str) -> Post:
    """Raises ConfigError for an unknown queue, or a pool that cannot do what is asked."""
    known = [queue.value for queue in Queue]
    unknown = [queue for queue in queues if queue not in known]
    if unknown:
        raise ConfigError(f"there is no queue {unknown[0]!r}: known are {', '.join(known)}")
    wanted = tuple(Queue(queue) for queue in dict.fromkeys(queues))
    pool = pool or ("solo" if wanted == (Queue.PROPOSE,) else "prefork")
    if pool == "solo" and concurrency > 1:
        raise ConfigError("the pool solo does one thing at a time: leave out --concurrency")
    return Post(name or f"{'+'.join(wanted)}@{socket.gethostname()}", wanted, concurrency, pool, level)


def check_post(post: Post, settings: Settings) -> None:
    """Everything that can be known before the first message. Raises what is wrong."""
    fleet = open_fleet(settings)
    try:
        fleet.broker.check()
    finally:
        fleet.close()
    if set(post.queues) - {Queue.PROPOSE}:
        bubblewrap.find().check()
    if Queue.EVALUATE in post.queues:
        _check_timing(post, settings)


def _check_timing(post: Post, settings: Settings) -> None:
    if post.concurrency > settings.bench_cores:
        cores = f"{settings.bench_cores} core{'s' if settings.bench_cores > 1 else ''}"
        raise ConfigError(
            f"{post.concurrency} processes cannot time on {cores}: set bench_cores, or start fewer"
        )
    check_quiet(settings)


def run_worker(
    post: Post,
    settings: Settings,
    environ: Mapping[str, str],
    metrics: Metrics,
    steps: Mapping[Queue, Step] = STEPS,
) -> None:
    """Until it is told to stop: then what is in hand is finished first."""
    os.umask(0o022)  # what we write is read by the sandbox's own uid
    app = make_app(settings)
    context = ContextOfProcess(lambda: _context(settings, dict(environ)))
    add_tasks(app, settings, context, metrics, steps)
    _connect(app, post, settings, context)
    worker = app.Worker(
        hostname=post.name,
        queues=[queue.value for queue in post.queues],
        concurrency=post.concurrency,
        pool=post.pool,
        loglevel=post.level,
        prefetch_multiplier=settings.batch_size if post.queues == (Queue.PROPOSE,) else 1,
        without_gossip=True,
        without_mingle=True,
        optimization="fair",
        quiet=True,
    )
    worker.start()


def _context(settings: Settings, environ: dict[str, str]) -> Context:
    own_scratch(ready_home(settings))
    return Context(open_fleet(settings), environ)


def _connect(app: Celery, post: Post, settings: Settings, context: ContextOfProcess) -> None:
    """Each process that does work is heard of: the children of a pool, or the one there is."""

    def begin(**_given: Any) -> None:
        heard_of(post, settings)

    born, died = (
        (worker_ready, worker_shutdown)
        if post.pool == "solo"
        else (worker_process_init, worker_process_shutdown)
    )
    born.connect(begin, weak=False)
    died.connect(context.close, weak=False)
    app.set_current()  # tasks that go to a child are found by their name there


def heard_of(post: Post, settings: Settings) -> None:
    """From now on, until this process ends."""
    threading.Thread(target=_report, args=(post, settings), name="report", daemon=True).start()


def _report(post: Post, settings: Settings) -> None:
    now = datetime.now(UTC)
    queues = tuple(queue.value for queue in post.queues)
    pid, host = os.getpid(), socket.gethostname()
    worker = Worker(f"{post.name}/{pid}", queues, host, pid, post.concurrency, now, now)
    pause = threading.Event()
    fleet: Fleet | None = None
    while True:
        try:
            fleet = fleet or open_fleet(settings)
            fleet.work.report(worker)
        except DatabaseError as error:
            logger(__name__).warning("not heard of", error=str(error))
        pause.wait(settings.lease_seconds / _REPORTS)


def run_scheduler(
    fleet: Fleet, metrics: Metrics, more: Mapping[str, tuple[float, Callable[[], object]]]
) -> None:
    """Until it is told to stop. Raises AnotherRunsError, DatabaseError."""
    only = OnlyOne(fleet.sessions)
    only.hold()
    heard_of(Post(f"scheduler@{socket.gethostname()}", (), 1, "solo"), fleet.settings)

    def reconciled() -> None:
        only.hold()
        reconcile(fleet.work, fleet.broker, resent=metrics.resent)

    duties = {"reconcile": (RECONCILE_SECONDS, reconciled), **more}
    try:
        run_beat(make_app(fleet.settings), duties)
    finally:
        only.release()
