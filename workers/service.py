"""What every long-running process of ours has: logs, metrics, and somewhere to ask for them."""

import functools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from celery.exceptions import CPendingDeprecationWarning, SecurityWarning

from db.retention import drop_old_samples
from optimizer.bootstrap import ready_home
from optimizer.domain.settings import Settings
from workers import metrics_files
from workers.fleet import Fleet
from workers.health import health
from workers.logs import configure
from workers.metrics import Metrics, make_metrics
from workers.metrics_fleet import collector
from workers.metrics_server import serve
from workers.schedules import tick

_PRUNE_SECONDS = 3600.0
_PRUNED = 20_000  # measurements a turn, so that it is short: the scheduler has other duties
_TICK_SECONDS = 5.0  # between two looks at the schedules, which are to the minute


@dataclass(frozen=True, slots=True)
class Voice:
    """How a process tells of itself."""

    json: bool = False
    level: str = "INFO"
    metrics_port: int | None = None  # None: nothing is served
    metrics_host: str = "127.0.0.1"


def begin_worker(name: str, settings: Settings, voice: Voice) -> Metrics:
    """Once a process, before it forks: nothing may be connected to the database. Raises ConfigError."""
    _begin(name, voice)
    if voice.metrics_port is None:
        return make_metrics()
    metrics_files.prepare(ready_home(settings), name)
    metrics = make_metrics()
    serve(voice.metrics_port, voice.metrics_host, sources=[metrics.source()])
    return metrics


def begin_scheduler(fleet: Fleet, voice: Voice) -> Metrics:
    """It alone tells of what is the same for all: how much waits, and whether the fleet is whole."""
    _begin("scheduler", voice)
    metrics = make_metrics()
    if voice.metrics_port is not None:
        lease = fleet.settings.lease_seconds
        everywhere = collector(fleet.work, fleet.broker, lease)
        serve(
            voice.metrics_port,
            voice.metrics_host,
            sources=[metrics.source(), everywhere],
            checks=lambda: health(fleet, (), lease),
        )
    return metrics


def _begin(name: str, voice: Voice) -> None:
    configure(voice.json, voice.level, name)
    # Celery warns root, who may well run a worker: what it runs of others', it runs in the sandbox, as
    # somebody else. And of what it would do when the broker goes away, which is as we want it.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)


def duties(fleet: Fleet) -> Mapping[str, tuple[float, Callable[[], object]]]:
    """What the scheduler does besides reconciling: how often in seconds, and what."""
    found: dict[str, tuple[float, Callable[[], object]]] = {
        "schedules": (_TICK_SECONDS, functools.partial(tick, fleet))
    }
    days = fleet.settings.keep_samples_days
    if days:
        prune = functools.partial(drop_old_samples, fleet.sessions, days, most=_PRUNED)
        found["retention"] = (_PRUNE_SECONDS, prune)
    return found
