"""A Redis of a test's own, started from the system's binary, that the test may stop."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class RedisServer:
    url: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def redis_server(folder: Path, password: str = "") -> Iterator[RedisServer]:
    """Keeps nothing on disk. Without the binary the error names the package: no test is skipped for it."""
    program = shutil.which("redis-server")
    assert program, "run `apt-get install redis-server`"
    port = _free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    options += ["--requirepass", password] if password else []
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen([program, *options], cwd=folder, stdout=log, stderr=log)
    server = RedisServer(f"redis://{f':{password}@' if password else ''}127.0.0.1:{port}/0", process)
    try:
        _wait(server)
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait(server: RedisServer) -> None:
    end = time.monotonic() + _START_SECONDS
    with redis.Redis.from_url(server.url) as client:
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                assert server.process.poll() is None, "redis-server did not start"
                assert time.monotonic() < end, "redis-server does not answer"
                time.sleep(0.02)
