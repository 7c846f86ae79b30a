"""What a process of the fleet answers over HTTP: GET /metrics for Prometheus, GET /healthz for whoever
watches its container."""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.registry import Collector

from optimizer.domain.errors import ConfigError, OptimizerError
from workers.logs import public

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from workers.health import Check

_FAILING = "503 Service Unavailable"
_TEXT = [("Content-Type", "text/plain; charset=utf-8")]
_SLOW_SECONDS = 20  # whoever has not asked his question by then is hung up on


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Answers in a thread of its own until it is closed, or the process ends."""

    host: str
    port: int
    _server: WSGIServer

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def serve(
    port: int,
    host: str = "127.0.0.1",
    *,
    sources: Sequence[Collector | CollectorRegistry] = (),
    checks: Callable[[], "Sequence[Check]"] = tuple,
) -> Endpoint:
    """Serves what the sources say when they are asked; port 0 takes any that is free.

    /healthz answers 200 when all checks are fine, else 503, and always a line for each.
    Raises ConfigError when the address cannot be had.
    """
    registry = CollectorRegistry()
    for source in sources:
        registry.register(source)
    try:
        server = make_server(host, port, _application(registry, checks), _Server, _Silent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"metrics cannot be served on {host}:{port}: {reason}; choose another") from error
    # A child that outlives us would keep the port from whoever is started in our place.
    os.register_at_fork(after_in_child=server.socket.close)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return Endpoint(host, server.server_port, server)


def _application(registry: CollectorRegistry, checks: Callable[[], "Sequence[Check]"]) -> "WSGIApplication":
    metrics: WSGIApplication = make_wsgi_app(registry)

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return metrics(environ, start)
        if path == "/healthz":
            status, text = _health(checks)
        else:
            status, text = "404 Not Found", "ask for /metrics or /healthz\n"
        start(status, list(_TEXT))
        return [text.encode("utf-8", "backslashreplace")]

    return answer


def _health(checks: Callable[[], "Sequence[Check]"]) -> tuple[str, str]:
    try:
        found = checks()
    except OptimizerError as error:
        return _FAILING, f"failing: {public(str(error))}\n"
    lines = [f"{'ok' if one.ok else 'failing'} {one.name}: {one.detail}\n" for one in found]
    fine = all(one.ok for one in found)
    return "200 OK" if fine else _FAILING, "".join(lines) or "ok\n"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    timeout = _SLOW_SECONDS

    def log_message(self, format: str, *args: object) -> None:
        """A line for each scrape is of no use to anybody."""
