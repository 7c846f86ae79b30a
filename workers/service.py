"""What every long-running process of ours has: logs, metrics, and somewhere to ask for them."""

import functools
from collections.abc import Callable, Mapping

from optimizer.bootstrap import ready_home
from optimizer.domain.settings import Settings
from workers import metrics_files
from workers.fleet import Fleet
from workers.logs import configure
from workers.metrics import Metrics, make_metrics
from workers.metrics_server import serve
from workers.schedules import tick

_TICK_SECONDS = 5.0  # between two looks at the schedules, which are to the minute


def begin_service(
    name: str,
    settings: Settings,
    json: bool,
    level: str,
    port: int | None,
    host: str,
) -> Metrics:
    """Once a process, before it forks. `port` None: nothing is served. Raises ConfigError."""
    configure(json, level)
    if port is not None:
        metrics_files.prepare(ready_home(settings), name)
    metrics = make_metrics()
    if port is not None:
        serve(port, host, sources=[metrics.source()])
    return metrics


def duties(fleet: Fleet) -> Mapping[str, tuple[float, Callable[[], object]]]:
    """What the scheduler does besides reconciling: how often in seconds, and what."""
    return {"schedules": (_TICK_SECONDS, functools.partial(tick, fleet))}
