"""Faults: what goes wrong in a fleet, done on purpose to one that runs on this machine."""

import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.domain.errors import DatabaseError, OptimizerError
from optimizer.domain.work import Queue
from optimizer.testing import redis
from optimizer.testing.clock import Clock
from optimizer.testing.proxy import Wire
from optimizer.testing.services import Service, Supervisor
from workers.fleet import Fleet

# Which service of docker-compose.yml works on which queue.
AT = {
    Queue.SCAN: "worker-scan",
    Queue.PROPOSE: "worker-gpu",
    Queue.EVALUATE: "worker-bench",
    Queue.PUBLISH: "worker-scan",
}
_OUTAGE = 1.5  # seconds that a server is away
_PATIENCE = 4.0  # seconds to wait for something to be in hand at a stage


@dataclass
class Stage:
    """Where the faults happen: the processes, the servers, and the wire between workers and broker."""

    fleet: Fleet  # straight to the servers
    services: Supervisor
    postgres: Service
    redis: Service
    wire: Wire
    clock: Clock  # what every process of the fleet takes for the time
    home: Path  # on a disk of its own where `small_disk`
    small_disk: bool
    draw: random.Random
    counts: dict[str, int] = field(default_factory=dict)


Fault = Callable[[Stage], None]


def _kill_at(queue: Queue) -> Fault:
    """-9 for the worker, all its processes, while something of that queue is in its hands."""

    def fault(stage: Stage) -> None:
        _wait_for(stage, queue)
        time.sleep(stage.draw.uniform(0, 2))
        stage.services[AT[queue]].kill()

    return fault


def _wait_for(stage: Stage, queue: Queue) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            if any(one.held for one in stage.fleet.work.backlog() if one.queue is queue):
                return
        except DatabaseError:
            pass
        time.sleep(0.05)


def _kill_child(stage: Stage) -> None:
    """-9 for the process of the pool that does the work, not for the worker that started it."""
    _wait_for(stage, Queue.EVALUATE)
    parent = stage.services["worker-bench"].pid
    children = Path(f"/proc/{parent}/task/{parent}/children")
    if children.exists():
        for child in children.read_text().split():
            os.kill(int(child), signal.SIGKILL)


def _kill_scheduler(stage: Stage) -> None:
    stage.services["scheduler"].kill()


def _kill_redis(stage: Stage, forget: bool) -> None:
    stage.redis.kill()
    if forget:
        redis.forget(stage.redis)
    time.sleep(stage.draw.uniform(0, _OUTAGE))
    stage.redis.start()
    stage.redis.wait_ready()


def _kill_postgres(stage: Stage) -> None:
    """-9 for the server, in the middle of whatever transactions there are."""
    stage.postgres.kill()
    assert stage.postgres.directory is not None
    time.sleep(0.5 + stage.draw.uniform(0, _OUTAGE))  # its children see that it is gone
    (stage.postgres.directory / "data" / "postmaster.pid").unlink(missing_ok=True)
    stage.postgres.start()
    stage.postgres.wait_ready()


def _cut(stage: Stage) -> None:
    stage.wire.cut()
    time.sleep(stage.draw.uniform(0.2, 3.0))
    stage.wire.mend()


def _deliver_twice(stage: Stage) -> None:
    """The messages of all that waits or is in hand, once more."""
    for queue in Queue:
        items = stage.fleet.work.due(queue, 0.0)
        stage.fleet.broker.send(stage.draw.sample(list(items), min(len(items), 20)))


def _jump(stage: Stage) -> None:
    stage.clock.set(round(stage.draw.choice((-1, 1)) * stage.draw.uniform(60, 86400)))


def _fill(stage: Stage) -> None:
    """Until nothing fits on the disk of mirrors, working trees and temporary files; for a moment."""
    filler = stage.home / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 20))
    except OSError:
        time.sleep(stage.draw.uniform(0.5, 3.0))
    finally:
        filler.unlink(missing_ok=True)


KINDS: Mapping[str, Fault] = {
    **{f"kill {AT[queue]} at {queue.value}": _kill_at(queue) for queue in Queue},
    "kill a child of worker-bench": _kill_child,
    "kill scheduler": _kill_scheduler,
    "kill redis, data kept": lambda stage: _kill_redis(stage, forget=False),
    "kill redis, data lost": lambda stage: _kill_redis(stage, forget=True),
    "kill postgres": _kill_postgres,
    "cut the network to the broker": _cut,
    "deliver messages twice": _deliver_twice,
    "clock jumps": _jump,
    "disk full": _fill,
}


def inject(stage: Stage, name: str) -> None:
    """A fault that cannot be done for another one that lasts still counts as not done."""
    try:
        KINDS[name](stage)
    except (OptimizerError, TimeoutError, OSError) as error:
        print(f"  not done: {name}: {error}", flush=True)
        return
    stage.counts[name] = stage.counts.get(name, 0) + 1


def kinds(small_disk: bool) -> list[str]:
    return [name for name in KINDS if small_disk or name != "disk full"]
