"""The broker behind its port: Redis, spoken to through Celery."""

import contextlib
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import AuthenticationError, RedisError

from optimizer.domain.errors import BrokerError
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue, WorkItem
from optimizer.vcs.source import hide_credentials
from workers.app import make_app, task_name

_REFUSALS = ("NOAUTH", "WRONGPASS")
_CHUNK = 1000  # messages read at once


class CeleryBroker:
    """Implements `optimizer.ports.Broker`."""

    def __init__(self, app: Celery) -> None:
        self.app = app

    @classmethod
    def of(cls, settings: Settings) -> "CeleryBroker":
        """Raises ConfigError without an address."""
        return cls(make_app(settings))

    def check(self) -> None:
        """Raises BrokerError when it does not answer, or refuses us."""
        with self._client() as client:
            client.ping()

    def send(self, items: Sequence[WorkItem]) -> None:
        with self._explained(), self.app.producer_or_acquire() as producer:
            for item in items:
                self.app.send_task(
                    task_name(item.queue),
                    (item.id,),
                    queue=item.queue.value,
                    task_id=f"{item.id}.{uuid.uuid4().hex[:8]}",
                    producer=producer,
                    retry=False,
                )

    def held(self, queue: Queue) -> int:
        with self._client() as client:
            return int(client.llen(queue.value))

    def items(self, queue: Queue) -> frozenset[int]:
        found: set[int] = set()
        with self._client() as client:
            for start in range(0, client.llen(queue.value), _CHUNK):
                messages = client.lrange(queue.value, start, start + _CHUNK - 1)
                found.update(_item_of(message) for message in messages)
        return frozenset(found)

    def close(self) -> None:
        self.app.close()

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        with self._explained(), self.app.connection_for_write() as connection:
            yield connection.channel().client

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, RedisError, OSError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> BrokerError:
        where = hide_credentials(str(self.app.conf.broker_url))
        cause = error.__cause__ or error
        if isinstance(cause, AuthenticationError) or any(sign in str(cause) for sign in _REFUSALS):
            return BrokerError(f"the broker {where} refuses us: check user and password in broker_url")
        reason = " ".join(str(cause).split()).rstrip(".") or type(cause).__name__
        return BrokerError(f"the broker {where} cannot be reached ({reason}): is Redis running there?")


def _item_of(message: bytes) -> int:
    """By the id of the Celery task, which begins with the item's. -1 for what is not ours."""
    try:
        return int(str(json.loads(message)["headers"]["id"]).partition(".")[0])
    except (ValueError, KeyError, TypeError):
        return -1
