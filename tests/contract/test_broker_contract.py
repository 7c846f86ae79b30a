"""Brokers: the one in memory, and Redis through Celery."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import redis as client

from optimizer.domain.errors import BrokerError
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue, WorkItem
from optimizer.ports import Broker
from optimizer.testing import redis
from optimizer.testing.memory_broker import MemoryBroker
from workers.broker import CeleryBroker

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _items(queue: Queue, *ids: int) -> list[WorkItem]:
    return [WorkItem(one, 1, queue, f"a.py::f{one}", 0, 0, _NOW) for one in ids]


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis.server(os.environ) as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Every implementation, empty."""
    if request.param == "memory":
        yield MemoryBroker()
        return
    url = request.getfixturevalue("redis_url")
    with client.Redis.from_url(url) as connection:
        connection.delete(*(queue.value for queue in Queue))
    opened = CeleryBroker.of(Settings(broker_url=url))
    yield opened
    opened.close()


def test_what_is_sent_waits_in_its_queue(broker: Broker) -> None:
    broker.check()
    broker.send([*_items(Queue.SCAN, 1, 2), *_items(Queue.EVALUATE, 3)])
    assert [broker.held(queue) for queue in Queue] == [2, 0, 1, 0]
    assert broker.items(Queue.SCAN) == {1, 2}
    assert broker.items(Queue.PUBLISH) == frozenset()


def test_what_is_sent_twice_waits_twice_and_is_of_one_item(broker: Broker) -> None:
    broker.send(_items(Queue.PUBLISH, 7))
    broker.send(_items(Queue.PUBLISH, 7))
    assert broker.held(Queue.PUBLISH) == 2
    assert broker.items(Queue.PUBLISH) == {7}


def test_nothing_sent_is_nothing_said(broker: Broker) -> None:
    broker.send([])
    assert [broker.held(queue) for queue in Queue] == [0, 0, 0, 0]


def test_more_messages_than_are_read_at_once(broker: Broker) -> None:
    broker.send(_items(Queue.PROPOSE, *range(2_300)))
    assert broker.items(Queue.PROPOSE) == set(range(2_300))


def test_messages_of_others_in_a_queue_are_of_no_item_of_ours(redis_url: str) -> None:
    broker = CeleryBroker.of(Settings(broker_url=redis_url))
    with client.Redis.from_url(redis_url) as connection:
        connection.delete(Queue.SCAN.value)
        connection.lpush(Queue.SCAN.value, "no JSON", json.dumps({"headers": {"id": "x"}}), json.dumps([1]))
    broker.send(_items(Queue.SCAN, 5))
    assert broker.items(Queue.SCAN) == {-1, 5}
    broker.close()


def test_a_message_goes_to_its_queue_also_when_the_broker_forgot_the_queue(redis_url: str) -> None:
    broker = CeleryBroker.of(Settings(broker_url=redis_url))
    broker.send(_items(Queue.SCAN, 1))
    with client.Redis.from_url(redis_url) as connection:
        connection.flushdb()
    broker.send(_items(Queue.SCAN, 2))
    assert broker.items(Queue.SCAN) == {2}
    broker.close()


def test_a_broker_that_is_down_says_so_in_one_line() -> None:
    broker = CeleryBroker.of(Settings(broker_url="redis://user:secret@127.0.0.1:1/0"))
    for call in (broker.check, lambda: broker.send(_items(Queue.SCAN, 1)), lambda: broker.held(Queue.SCAN)):
        with pytest.raises(BrokerError, match="cannot be reached") as raised:
            call()
        assert "secret" not in str(raised.value)
        assert "\n" not in str(raised.value)
    broker.close()
