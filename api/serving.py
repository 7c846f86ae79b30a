"""The server: the parts of the API wired together, behind a socket."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator

import uvicorn

from api.app import make_app
from api.parts import Parts
from optimizer.bootstrap import make_results
from optimizer.domain.errors import ConfigError
from optimizer.domain.settings import Settings
from workers.fleet import open_fleet

_GRACE_SECONDS = 10  # for what is being answered when the server is told to end
_NO_TOKEN = "there is no valid token yet: make one with `optimizer token create NAME`"


def serve(
    settings: Settings, host: str, port: int, tell: Callable[[str], None], access_log: bool = False
) -> None:
    """Until it is interrupted. Raises ConfigError when the port cannot be had, DatabaseError."""
    with listening(host, port) as listener, opened(settings, lambda: server.should_exit) as parts:
        server = uvicorn.Server(_configuration(parts, access_log))
        if not parts.tokens.any_valid():
            tell(_NO_TOKEN)
        tell(f"serving {_address(listener)}, documented at {_address(listener)}/docs")
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


@contextlib.contextmanager
def opened(settings: Settings, stopping: Callable[[], bool]) -> Iterator[Parts]:
    """With a fleet where there is a broker. Raises DatabaseError, and ConfigError for a broker on SQLite."""
    if settings.broker_url:
        with contextlib.closing(open_fleet(settings)) as fleet:
            yield Parts(settings, fleet.sessions, fleet, stopping=stopping)
        return
    with contextlib.closing(make_results(settings)) as results:
        yield Parts(settings, results.sessions, stopping=stopping)


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Raises ConfigError. Port 0: any that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        number = error.errno or 0  # not positive: of no system call, but of looking up the host
        reason = os.strerror(number) if number > 0 else error.strerror
        raise ConfigError(
            f"cannot listen on {host}, port {port} ({reason}): choose others with --host and --port"
        ) from None
    with listener:
        yield listener


def _configuration(parts: Parts, access_log: bool) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(parts),
        log_config=None,  # whoever started us has said where logs go
        log_level="info" if access_log else "warning",
        access_log=access_log,
        proxy_headers=False,  # anybody could claim to be anybody
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
