"""A real Redis for tests: one that is there already, else one that is started and thrown away.

Never a reason to skip a test: where there is no server and no binary, the error names the package.
"""

import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import redis

from optimizer.domain.errors import BrokerError
from optimizer.testing.services import Service

VARIABLE = "OPTIMIZER_TEST_REDIS"
_TAKEN_SECONDS = 4 * 3600  # whoever did not give it back by then was killed
DEFAULT = "redis://127.0.0.1:6379"


@contextmanager
def server(environ: Mapping[str, str]) -> Iterator[str]:
    """The URL of a database of a server in which nothing is: the server that OPTIMIZER_TEST_REDIS names,
    which must answer; else the one at the default address; else a throw-away one. Emptied at the end."""
    named = environ.get(VARIABLE, "")
    if named and not answers(named):
        raise BrokerError(f"The Redis that {VARIABLE} names does not answer.")
    base = named or (DEFAULT if answers(DEFAULT) else "")
    if base:
        with _own_database(base.rstrip("/")) as url:
            yield url
        return
    with throwaway() as service:
        yield url_of(service)


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


@contextmanager
def _own_database(base: str) -> Iterator[str]:
    """One that is empty, marked as taken for as long as we use it."""
    for number in range(1, 16):
        url = f"{base}/{number}"
        with redis.Redis.from_url(url) as client:
            if not client.dbsize() and client.set("taken", 1, nx=True, ex=_TAKEN_SECONDS):
                try:
                    yield url
                finally:
                    client.flushdb()
                return
    raise BrokerError(f"No database of the Redis at {base} is empty: name another server in {VARIABLE}.")


@contextmanager
def throwaway(password: str = "") -> Iterator[Service]:
    """A server that may be killed and started again, with what it had; `url_of` is where it listens."""
    program = shutil.which("redis-server")
    if program is None:
        raise BrokerError(
            f"No Redis answers at {DEFAULT} and there is none to start: "
            "run `apt-get install redis-server`, or name a server in " + VARIABLE
        )
    folder = Path(tempfile.mkdtemp(prefix="optimizer-redis-", dir="/tmp"))
    port = free_port()
    (folder / "data").mkdir()
    kept = ["--save", "", "--appendonly", "yes", "--dir", "data"]
    guarded = ["--requirepass", password] if password else []
    options = ["--port", str(port), "--bind", "127.0.0.1", *kept, *guarded]
    url = _url(port, password)
    service = Service(
        "redis", [program, *options], folder / "log", directory=folder, ready=lambda: answers(url)
    )
    service.start()
    try:
        service.wait_ready()
        yield service
    finally:
        service.kill()
        shutil.rmtree(folder, ignore_errors=True)


def url_of(service: Service, password: str = "") -> str:
    return _url(int(service.command[2]), password)


def forget(service: Service) -> None:
    """What a killed server had written down."""
    assert service.directory is not None
    shutil.rmtree(service.directory / "data")
    (service.directory / "data").mkdir()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _url(port: int, password: str = "") -> str:
    return f"redis://{f':{password}@' if password else ''}127.0.0.1:{port}/0"
