"""Real workers beside real servers: what idle ones ask, and what one whole job asks from end to end."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.stage_broker import Watched, watch
from benchmarks.stage_database import written
from db.upgrade import upgrade
from optimizer.domain.work import Queue
from optimizer.testing.postgres import fresh_database

_START_SECONDS = 60.0
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
_COMMITS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
_PROGRAM = (sys.executable, "-m", "optimizer.cli.main")


def idle_costs(url: str, server: str, counts: Sequence[int], seconds: float) -> list[dict[str, float]]:
    """What so many workers ask a second while there is nothing to do."""
    found = []
    with _servers(url, server) as (watched, database, observer):
        for count in counts:
            watched.client.flushdb()
            with (
                tempfile.TemporaryDirectory() as home,
                _workers(
                    [(f"idle{number}", "evaluate") for number in range(count)],
                    _settings(url, database, home),
                    observer,
                ),
            ):
                time.sleep(5)  # until they are settled
                found.append({"workers": count} | _while_sleeping(watched, observer, seconds))
    return found


def job_costs(url: str, server: str, repository: Path) -> dict[str, Any]:
    """One job through a scheduler and one worker of each kind: all that it asked of both servers.

    Asking whether a pooled connection is still there counts as a transaction, as Postgres sees it.
    """
    with _servers(url, server) as (watched, database, observer), tempfile.TemporaryDirectory() as home:
        settings = _settings(url, database, home)
        with _workers([(queue.value, queue.value) for queue in Queue], settings, observer):
            idle = _while_sleeping(watched, observer, 30.0)
            before, began = _read(watched, observer), time.perf_counter()
            asked, most = _submitted(repository, settings, observer)
            seconds, after = time.perf_counter() - began, _read(watched, observer)
        found = {key: after[key] - before[key] - idle[key] * seconds for key in before}
        found["transactions"] -= asked
        return {
            "repository": repository.name,
            "seconds": seconds,
            "functions": _funnel(observer, "function"),
            "candidates": _funnel(observer, "candidate"),
            "beyond_idle": found,
            "idle_s": idle,
            "most_connections": most,
        }


def _funnel(observer: psycopg.Connection, unit: str) -> dict[str, int]:
    statement = "SELECT reason, count FROM funnel WHERE unit = %s ORDER BY reason"
    return {str(reason): int(count) for reason, count in observer.execute(statement, (unit,))}


def _submitted(
    repository: Path, settings: Mapping[str, str], observer: psycopg.Connection
) -> tuple[int, float]:
    """Until the job has ended: how often we asked, and the most connections that workers had open."""
    command = [*_PROGRAM, "submit", str(repository), "--quiet"]
    subprocess.run(command, env=os.environ | settings, stdout=subprocess.DEVNULL, check=True)
    asked, most = 0, 0.0
    while _number(observer, "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"):
        most = max(most, _number(observer, _CONNECTIONS, observer.info.backend_pid))
        asked += 2
        time.sleep(1.0)
    return asked, most


@contextlib.contextmanager
def _servers(url: str, server: str) -> Iterator[tuple[Watched, str, psycopg.Connection]]:
    watched = watch(url)
    with fresh_database(server) as database, psycopg.connect(database, autocommit=True) as observer:
        upgrade(database)
        yield watched, database, observer
    watched.client.flushdb()


def _settings(url: str, database: str, home: str) -> dict[str, str]:
    return {
        "OPTIMIZER_BROKER_URL": url, "OPTIMIZER_DATABASE_URL": database, "OPTIMIZER_HOME": home,
        "OPTIMIZER_EXPERTS": "rules",
    }  # fmt: skip


def _read(watched: Watched, observer: psycopg.Connection) -> dict[str, float]:
    told = watched.read()
    return {
        "redis_commands": told["commands"],
        "redis_cpu_ms": told["server_cpu_ms"],
        "transactions": _number(observer, _COMMITS),
        "wal": written(observer),
    }


def _while_sleeping(watched: Watched, observer: psycopg.Connection, seconds: float) -> dict[str, float]:
    before = _read(watched, observer)
    time.sleep(seconds)
    after = _read(watched, observer)
    rates = {key: (after[key] - before[key]) / seconds for key in before}
    return rates | {
        "connections": _number(observer, _CONNECTIONS, observer.info.backend_pid),
        "redis_connections": float(watched.client.info("clients")["connected_clients"]) - 1,
    }


def _number(observer: psycopg.Connection, statement: str, *values: int) -> float:
    row = observer.execute(statement.encode(), values).fetchone()
    assert row is not None
    return float(row[0])


@contextlib.contextmanager
def _workers(
    named: Sequence[tuple[str, str]], settings: Mapping[str, str], observer: psycopg.Connection
) -> Iterator[None]:
    """Workers by name and queue, and a scheduler, until all have said that they are there."""
    with contextlib.ExitStack() as stack:
        observer.execute("DELETE FROM workers")
        _start(stack, ["scheduler"], settings)
        for name, queue in named:
            _start(stack, ["worker", "--queues", queue, "--name", name], settings)
        end = time.monotonic() + _START_SECONDS
        while _number(observer, "SELECT count(*) FROM workers") <= len(named):
            if time.monotonic() > end:
                raise SystemExit(f"the {len(named)} workers did not start in {_START_SECONDS:.0f} s")
            time.sleep(0.2)
        yield


def _start(stack: contextlib.ExitStack, words: list[str], settings: Mapping[str, str]) -> None:
    command = [*_PROGRAM, *words, "--log-level", "ERROR"]
    process = subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL)
    stack.callback(process.wait, 60)
    stack.callback(process.terminate)
