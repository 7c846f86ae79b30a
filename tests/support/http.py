"""The API served for real: in a thread, on a free port, with a client that holds a token."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import make_app
from api.parts import Parts
from optimizer.domain.tokens import digest_of, new_secret

_START_SECONDS = 60.0


class Stage:
    """One server for all the tests of a module: it takes longer to stop than most of them to run."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    @contextmanager
    def client(self, parts: Parts, token: bool = True) -> Iterator[httpx.Client]:
        secret = new_secret()
        if token:
            parts.tokens.create("tests", digest_of(secret))
        before, self.app = self.app, make_app(parts)
        headers = {"Authorization": f"Bearer {secret}"}
        try:
            with httpx.Client(base_url=self.url, headers=headers, timeout=60.0) as client:
                yield client
        finally:
            self.app = before


@contextmanager
def open_stage() -> Iterator[Stage]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stage = Stage(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(
            uvicorn.Config(stage, log_config=None, access_log=False, lifespan="off", ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            _wait(server, thread)
            yield stage
        finally:
            server.should_exit = True
            thread.join()


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START_SECONDS
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.01)
