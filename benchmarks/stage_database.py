"""What the fleet's transactions cost Postgres: time, processor time of the server, bytes written ahead.

First one client alone, transaction by transaction; then several at once, for the rate that this machine
sustains with server and clients on the same cores.
"""

import contextlib
import itertools
import multiprocessing
import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psycopg
from scipy.optimize import nnls
from sqlalchemy import text

from benchmarks.stage_play import Player, drawn
from benchmarks.stage_timings import Material
from db.sessions import Sessions, open_sessions
from db.store import SqlStore
from db.upgrade import upgrade
from db.work import SqlWork
from optimizer.domain.work import Queue, Worker
from optimizer.encoding import unpack
from optimizer.testing.postgres import fresh_database

_T = TypeVar("_T")
_FUNCTIONS, _EARLY = 20, 80  # of a played job
_DEEP = 20_000  # items that wait while the scheduler's questions are timed
_LONG_AGO = 24 * 3600.0  # what was sent so long ago was never sent
_WRITE_SECONDS = 2.0
_START_SECONDS = 120.0  # until all clients are there


def cpu_ms(pid: int) -> float:
    """Processor time of a process of this machine so far, all its threads'. Raises OSError."""
    tasks = (Path("/proc") / str(pid) / "task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


def written(observer: psycopg.Connection) -> float:
    """Bytes of write-ahead log so far, everybody's on the server."""
    row = observer.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
    assert row is not None
    return float(row[0])


@dataclass(slots=True)
class Metered:
    """Implements `stage_play.Meter`; `observer` is another connection to the same server."""

    observer: psycopg.Connection
    backend: int
    rows: dict[str, list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))

    def __call__(self, name: str, call: Callable[[], _T], **facts: float) -> _T:
        before, spent = written(self.observer), cpu_ms(self.backend)
        began = time.perf_counter()
        value = call()
        wall = 1000 * (time.perf_counter() - began)
        row = {
            "wall_ms": wall,
            "cpu_ms": cpu_ms(self.backend) - spent,
            "wal": written(self.observer) - before,
        }
        self.rows[name].append(row | facts)
        return value


@dataclass(slots=True)
class Counted:
    """Implements `stage_play.Meter`: only how many, and how long each took. Raises _OverError when over."""

    end: float
    wall_ms: list[float] = field(default_factory=list)

    def __call__(self, name: str, call: Callable[[], _T], **facts: float) -> _T:
        del name, facts
        began = time.perf_counter()
        if began > self.end:
            raise _OverError
        value = call()
        self.wall_ms.append(1000 * (time.perf_counter() - began))
        return value


def database_costs(
    server: str,
    materials: Sequence[Material],
    jobs: int,
    clients: Sequence[int],
    seconds: float,
    pickled: Path,
) -> dict[str, Any]:
    """`pickled` is the file from which clients read the materials."""
    with fresh_database(server) as url, psycopg.connect(url, autocommit=True) as observer:
        upgrade(url)
        alone = _alone(url, observer, materials, jobs)
        several = [_several(url, observer, count, seconds, pickled) for count in clients]
        version = observer.execute("SHOW server_version").fetchone()
        return {
            "server": str(version[0]) if version else "?",
            "settings": _settings(observer),
            "operations": alone,
            "sustained": several,
            "write_mb_s": _write_rate(),
        }


def _settings(observer: psycopg.Connection) -> dict[str, str]:
    names = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "wal_compression")
    found = {}
    for name in names:
        row = observer.execute(f"SHOW {name}".encode()).fetchone()
        found[name] = str(row[0]) if row else "?"
    return found


@contextmanager
def _opened(url: str) -> Iterator[tuple[Sessions, int]]:
    """Sessions of which one connection is used, and the process that serves it."""
    with closing(open_sessions(url)) as sessions:
        with sessions.reading() as session:
            backend = session.scalars(text("SELECT pg_backend_pid()")).one()
        yield sessions, int(backend)


def _alone(
    url: str, observer: psycopg.Connection, materials: Sequence[Material], jobs: int
) -> dict[str, Any]:
    rng = random.Random(1)
    with _opened(url) as (sessions, backend):
        meter = Metered(observer, backend)
        player = Player(SqlWork(sessions), SqlStore(sessions), meter)
        for number in range(jobs):
            material = drawn(materials, rng, rng.choice((1, _FUNCTIONS)), rng.choice((0, _EARLY)))
            player.play(f"https://example.org/{number}.git", material)
            _watch(player.work, meter, "")
        waiting = player.queue_up("https://example.org/waiting.git", _DEEP)
        for _ in range(10):
            _watch(player.work, meter, f" beside {_DEEP}")
        player.work.cancel(waiting)
    return {name: _summary(rows) for name, rows in meter.rows.items()}


def _watch(work: SqlWork, meter: Metered, beside: str) -> None:
    """What the scheduler asks at each of its rounds, and what a worker says of itself."""
    meter(f"free{beside}", work.free)
    meter(f"close_jobs{beside}", work.close_jobs)
    meter(f"due{beside}", lambda: work.due(Queue.PROPOSE, _LONG_AGO))
    meter(f"waiting{beside}", lambda: work.waiting(Queue.PROPOSE))
    meter(f"backlog{beside}", work.backlog)
    moment = datetime.now(UTC)  # the database's own is what is kept
    worker = Worker("played@here", tuple(queue.value for queue in Queue), "here", 1, 1, moment, moment)
    meter(f"report{beside}", lambda: work.report(worker))


def _summary(rows: Sequence[dict[str, float]]) -> dict[str, Any]:
    found: dict[str, Any] = {"n": len(rows)}
    for key in ("wall_ms", "cpu_ms", "wal"):
        found[key] = quantiles([row[key] for row in rows])
    if "settled" in rows[0]:
        found["fit"] = {key: _fit(rows, key) for key in ("wall_ms", "cpu_ms", "wal")}
    return found


def quantiles(values: Sequence[float]) -> list[float]:
    """The mean, then the 0th, 10th, ... 90th, 99th and 100th hundredth."""
    marks = [*range(0, 100, 10), 99, 100]
    return [float(np.mean(values)), *np.percentile(values, marks).tolist()]


def _fit(rows: Sequence[dict[str, float]], key: str) -> dict[str, float]:
    """What a plan costs by itself, for each function settled, for each one queued, for each byte of those."""
    names = ("settled", "items", "bytes")
    sides = np.array([[1.0, *(row[name] for name in names)] for row in rows])
    solved, _ = nnls(sides, np.array([row[key] for row in rows]))
    return dict(zip(("base", *names), solved.tolist(), strict=True))


def _several(
    url: str, observer: psycopg.Connection, clients: int, seconds: float, pickled: Path
) -> dict[str, float]:
    """The rate of all of them together, from when all of them are ready."""
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Barrier(clients + 1, timeout=_START_SECONDS), context.SimpleQueue()
    arguments = [(url, pickled, number, seconds, ready, answers) for number in range(clients)]
    processes = [context.Process(target=_client, args=given, daemon=True) for given in arguments]
    for process in processes:
        process.start()
    ready.wait()
    before, began = written(observer), time.perf_counter()
    time.sleep(seconds)
    bytes_written, elapsed = written(observer) - before, time.perf_counter() - began
    told: list[_Told] = [answers.get() for _ in processes]
    times = [wall for one in told for wall in one.wall_ms]
    return {
        "clients": clients,
        "transactions_s": len(times) / elapsed,
        "wall_ms_p50": float(np.percentile(times, 50)),
        "wall_ms_p99": float(np.percentile(times, 99)),
        "server_cpu_ms": sum(one.server_ms for one in told) / len(times),
        "client_cpu_ms": sum(one.client_ms for one in told) / len(times),
        "wal_mb_s": bytes_written / elapsed / 1e6,
    }


@dataclass(frozen=True, slots=True)
class _Told:
    wall_ms: list[float]
    server_ms: float
    client_ms: float


class _OverError(Exception):
    """The time is."""


def _client(url: str, pickled: Path, number: int, seconds: float, ready: Any, answers: Any) -> None:
    """One job after the other until the time is over."""
    materials = unpack(pickled.read_bytes(), list[Material])
    rng = random.Random(number)
    with _opened(url) as (sessions, backend):
        first = drawn(materials, rng, _FUNCTIONS, _EARLY)
        ready.wait()
        meter = Counted(time.perf_counter() + seconds)
        server, client = cpu_ms(backend), time.process_time()
        player = Player(SqlWork(sessions), SqlStore(sessions), meter)
        with contextlib.suppress(_OverError):
            for turn in itertools.count():
                fresh = drawn(materials, rng, _FUNCTIONS, _EARLY) if turn else first
                player.play(f"https://example.org/{os.getpid()}/{turn}.git", fresh)
        spent = 1000 * (time.process_time() - client)
        answers.put(_Told(meter.wall_ms, cpu_ms(backend) - server, spent))


def _write_rate() -> float:
    """Megabytes a second of this disk when each is waited for."""
    block, count = os.urandom(1 << 20), 0
    with tempfile.TemporaryFile() as file:
        end = time.perf_counter() + _WRITE_SECONDS
        while time.perf_counter() < end:
            file.write(block)
            file.flush()
            os.fdatasync(file.fileno())
            count += 1
    return count * (1 << 20) / _WRITE_SECONDS / 1e6
