"""A Redis of a test's own, that the test may stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from optimizer.testing import redis
from optimizer.testing.services import Service


@dataclass(frozen=True, slots=True)
class RedisServer:
    url: str
    service: Service

    def stop(self) -> None:
        self.service.kill()


@contextmanager
def redis_server(password: str = "") -> Iterator[RedisServer]:
    with redis.throwaway(password) as service:
        yield RedisServer(redis.url_of(service, password), service)
