"""The API served for real: in a thread, on a free port, with a client that holds a token."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from api.app import make_app
from api.parts import Parts
from optimizer.domain.tokens import digest_of, new_secret

_START_SECONDS = 60.0


@contextmanager
def client_of(parts: Parts) -> Iterator[httpx.Client]:
    secret = new_secret()
    parts.tokens.create("tests", digest_of(secret))
    headers = {"Authorization": f"Bearer {secret}"}
    with served(parts) as url, httpx.Client(base_url=url, headers=headers, timeout=60.0) as client:
        yield client


@contextmanager
def served(parts: Parts) -> Iterator[str]:
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(make_app(parts), log_config=None, access_log=False, lifespan="off", ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            _wait(server, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START_SECONDS
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.01)
