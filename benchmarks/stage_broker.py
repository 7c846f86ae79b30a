"""What a message costs Redis, and those who send and take it."""

import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis

from benchmarks.stage_database import cpu_ms
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue, WorkItem
from workers.broker import CeleryBroker

_QUEUE = Queue.EVALUATE
_RAW = 100_000  # pushes by redis-benchmark


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
