"""What a message costs Redis and those who send and take it; and what idle workers ask of both servers."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import redis

from benchmarks.stage_database import cpu_ms
from db.upgrade import upgrade
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue, WorkItem
from optimizer.testing.postgres import fresh_database
from workers.broker import CeleryBroker

_QUEUE = Queue.EVALUATE
_RAW = 100_000  # pushes by redis-benchmark
_START_SECONDS = 60.0
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
_COMMITS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"


@dataclass(frozen=True, slots=True)
class Watched:
    """The Redis server from the side."""

    client: Any
    pid: int

    def spent(self, call: Callable[[], int]) -> dict[str, float]:
        """What so many messages, which the call says, took each."""
        before, began = self.read(), time.perf_counter()
        client_began = time.process_time()
        count = call()
        seconds, ours = time.perf_counter() - began, time.process_time() - client_began
        after = self.read()
        each = {key: (after[key] - before[key]) / count for key in before}
        return {
            "messages": count,
            "messages_s": count / seconds,
            "client_cpu_ms": 1000 * ours / count,
            **each,
        }

    def read(self) -> dict[str, float]:
        told = self.client.info("stats")
        return {
            "server_cpu_ms": cpu_ms(self.pid),
            "commands": float(told["total_commands_processed"]),
            "bytes_in": float(told["total_net_input_bytes"]),
            "bytes_out": float(told["total_net_output_bytes"]),
        }


def watch(url: str) -> Watched:
    client = redis.Redis.from_url(url)
    return Watched(client, int(client.info("server")["process_id"]))


def broker_costs(url: str, messages: int) -> dict[str, Any]:
    """The database of the address is emptied before and after."""
    watched = watch(url)
    watched.client.flushdb()
    with closing(CeleryBroker.of(Settings(broker_url=url))) as broker:
        broker.send(_items(1))  # connections are made once
        found = {
            "server": watched.client.info("server")["redis_version"],
            "send_one": watched.spent(lambda: _sent(broker, messages, 1)),
            "send_many": watched.spent(lambda: _sent(broker, messages, 1000)),
        }
        found["message_bytes"] = watched.client.memory_usage(_QUEUE.value, samples=0) / (2 * messages + 1)
        found["known"] = watched.spent(lambda: len(broker.items(_QUEUE)))
        found["deliver"] = watched.spent(lambda: _delivered(broker, messages))
    watched.client.flushdb()
    return found | {"raw_pushes_s": _raw(url)}


def _items(count: int) -> list[WorkItem]:
    now = datetime.now(UTC)
    return [WorkItem(number, 1, _QUEUE, "path.py::function", 0, 0, now) for number in range(count)]


def _sent(broker: CeleryBroker, count: int, at_once: int) -> int:
    items = _items(count)
    for start in range(0, count, at_once):
        broker.send(items[start : start + at_once])
    return count


def _delivered(broker: CeleryBroker, count: int) -> int:
    """As a worker takes them: one at a time, acknowledged when it is done."""
    done = 0

    def take(_body: object, message: Any) -> None:
        nonlocal done
        message.ack()
        done += 1

    app = broker.app
    with app.connection_for_read() as connection:
        queue = app.amqp.queues[_QUEUE.value]
        consumer = app.amqp.TaskConsumer(connection, queues=[queue], callbacks=[take], accept=["json"])
        consumer.qos(prefetch_count=1)
        with consumer:
            while done < count:
                connection.drain_events(timeout=10)
    return done


def _raw(url: str) -> float:
    """What this Redis takes from a client that does nothing else, in messages of about the same size."""
    command = ["redis-benchmark", "-u", url, "-n", str(_RAW), "-c", "50", "-d", "700", "-t", "lpush", "--csv"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(told.strip().splitlines()[-1].split(",")[1].strip('"'))


def idle_costs(url: str, server: str, counts: list[int], seconds: float) -> list[dict[str, float]]:
    """What so many workers ask a second while there is nothing to do."""
    watched = watch(url)
    with fresh_database(server) as database, psycopg.connect(database, autocommit=True) as observer:
        upgrade(database)
        found = []
        for count in counts:
            watched.client.flushdb()
            with _workers(count, url, database, observer):
                found.append({"workers": count} | _idle(watched, observer, seconds))
        watched.client.flushdb()
        return found


def _idle(watched: Watched, observer: psycopg.Connection, seconds: float) -> dict[str, float]:
    before, commits = watched.read(), _number(observer, _COMMITS)
    time.sleep(seconds)
    after = watched.read()
    return {
        "redis_commands_s": (after["commands"] - before["commands"]) / seconds,
        "redis_cpu_ms_s": (after["server_cpu_ms"] - before["server_cpu_ms"]) / seconds,
        "redis_clients": float(watched.client.info("clients")["connected_clients"]) - 1,
        "database_transactions_s": (_number(observer, _COMMITS) - commits) / seconds,
        "database_connections": _number(observer, _CONNECTIONS, observer.info.backend_pid),
    }


def _number(observer: psycopg.Connection, statement: str, *values: int) -> float:
    row = observer.execute(statement.encode(), values).fetchone()
    assert row is not None
    return float(row[0])


@contextlib.contextmanager
def _workers(count: int, url: str, database: str, observer: psycopg.Connection) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
        settings = {"OPTIMIZER_BROKER_URL": url, "OPTIMIZER_DATABASE_URL": database, "OPTIMIZER_HOME": home}
        for number in range(count):
            command = [sys.executable, "-m", "optimizer.cli.main", "worker", "--queues", "evaluate"]
            command += ["--name", f"idle{number}", "--log-level", "ERROR"]
            process = subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL)
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        end = time.monotonic() + _START_SECONDS
        while _number(observer, "SELECT count(*) FROM workers") < count:
            if time.monotonic() > end:
                raise SystemExit(f"the {count} workers did not start in {_START_SECONDS:.0f} s")
            time.sleep(0.2)
        time.sleep(5)  # until they are settled
        yield
        observer.execute("DELETE FROM workers")
