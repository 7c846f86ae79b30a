"""A fleet in one process: real stages, a real database, and a broker that a test looks into."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry

from db.sessions import open_sessions
from db.store import SqlStore
from db.work import SqlWork
from optimizer.domain.jobs import Job, Submission
from optimizer.domain.settings import Settings
from optimizer.testing.memory_broker import MemoryBroker
from optimizer.vcs.source import local_repository
from workers.context import Context
from workers.fleet import Fleet
from workers.handling import STEPS, work_on
from workers.metrics import Metrics, make_metrics
from workers.submitting import enqueue

# For jobs with a file of candidates: nothing is installed, and little is tried.
FLAGS: dict[str, object] = {
    "experts": ("file",),
    "install": False,
    "python": sys.executable,
    "search_seconds": 0.2,
    "max_inputs": 12,
    "max_launches": 10,
}


def fleet_on(database_url: str, home: Path, **settings: object) -> Fleet:
    sessions = open_sessions(database_url)
    wanted = Settings(home=str(home), database_url=database_url, **settings)  # type: ignore[arg-type]
    return Fleet(wanted, sessions, SqlStore(sessions), SqlWork(sessions), MemoryBroker())


@contextmanager
def context_of(fleet: Fleet, environ: dict[str, str] | None = None) -> Iterator[Context]:
    context = Context(fleet, environ or {})
    try:
        yield context
    finally:
        context.close()


def metrics() -> Metrics:
    return make_metrics(CollectorRegistry())


def submitted(fleet: Fleet, repository: Path, candidates: str, flags: dict[str, object]) -> Job:
    submission = Submission(str(repository), None, flags, candidates)
    return enqueue(fleet, submission, local_repository(repository))


def broker_of(fleet: Fleet) -> MemoryBroker:
    assert isinstance(fleet.broker, MemoryBroker)
    return fleet.broker


def drain(context: Context, counted: Metrics | None = None) -> None:
    """Every message there is, and those that come of it, one after the other."""
    counted = counted or metrics()
    for queue, item_id in broker_of(context.fleet).delivered():
        work_on(queue, [item_id], context, counted, STEPS[queue])


@contextmanager
def quick_context(database_url: str, folder: Path, **settings: object) -> Iterator[Context]:
    """With a home of its own in the folder, which the sandbox's own uid can read."""
    os.umask(0o022)
    home = folder / "home"
    home.mkdir()
    with context_of(fleet_on(database_url, home, **settings)) as made:
        yield made
