"""`optimizer serve` and `optimizer token` as users start them: a process that speaks HTTP."""

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from db.store import open_store
from optimizer.domain.patches import PatchState
from tests.support import results as made
from tests.support.cli import PROGRAM, environment, program
from tests.support.gitrepo import make_repository
from tests.support.redis_server import redis_server

_SERVING = re.compile(r"^serving (http://\S+), documented at \1/docs$", re.MULTILINE)
_START_SECONDS = 120.0


class Server(NamedTuple):
    url: str
    process: "subprocess.Popen[bytes]"
    log: Path  # what it said on stderr

    def stopped_by(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait()


@contextmanager
def serving(home: Path, *arguments: str, **more: str) -> Iterator[Server]:
    """The program on a free port, once it says that it serves."""
    home.mkdir(exist_ok=True)
    log = home / "serve.log"
    with log.open("wb") as stderr:
        command = [*PROGRAM, "serve", "--port", "0", *arguments]
        process = subprocess.Popen(command, env=environment(home, **more), stderr=stderr)
    try:
        yield Server(_address(log, process), process, log)
    finally:
        process.kill()
        process.wait()


def _address(log: Path, process: "subprocess.Popen[bytes]") -> str:
    end = time.monotonic() + _START_SECONDS
    while not (found := _SERVING.search(log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, "it does not serve"
        time.sleep(0.05)
    return found[1]


def _token(home: Path, name: str = "me", **more: str) -> dict[str, str]:
    printed = program(home, "token", "create", name, more=more)
    assert printed.returncode == 0, printed.stderr
    return {"Authorization": f"Bearer {printed.stdout.strip()}"}


def test_patches_are_read_and_reviewed_with_a_token_until_it_is_revoked(tmp_path: Path) -> None:
    allowed = _token(tmp_path)
    with open_store(f"sqlite:///{tmp_path}/optimizer.db") as store:
        store.save_result(store.create_job(made.new_job()).id, made.with_patch())
        with serving(tmp_path) as server, httpx.Client(base_url=server.url, headers=allowed) as client:
            assert client.get("/v1/patches/1/diff").text == made.new_patch().diff
            assert client.post("/v1/patches/1/approve", json={"note": "good"}).json()["state"] == "approved"
            assert client.get("/healthz").json() == {"database": "ok", "broker": "none", "error": ""}
            assert client.post("/v1/jobs", json={"repository": "https://example.org/x"}).status_code == 503
            assert "Swagger" in client.get("/docs").text
            assert program(tmp_path, "token", "revoke", "me").returncode == 0
            assert client.get("/v1/patches").status_code == 401
            assert server.stopped_by(signal.SIGTERM) == 0
        assert store.patch(1).state is PatchState.APPROVED
    assert server.log.read_text() == f"serving {server.url}, documented at {server.url}/docs\n"


def test_it_ends_at_once_though_somebody_follows_a_job(tmp_path: Path) -> None:
    allowed = _token(tmp_path)
    with open_store(f"sqlite:///{tmp_path}/optimizer.db") as store:
        job = store.create_job(made.new_job())
    path = f"/v1/jobs/{job.id}/events/stream"
    with serving(tmp_path) as server, httpx.stream("GET", server.url + path, headers=allowed) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: state"
        assert server.stopped_by(signal.SIGINT) == 0
        assert "event: end" not in list(lines)
    assert "Cancel" not in server.log.read_text()


def test_without_a_valid_token_it_says_how_to_make_one(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert "no valid token yet: make one with `optimizer token create NAME`\n" in server.log.read_text()


def test_only_this_machine_is_served_unless_told_otherwise(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.url.startswith("http://127.0.0.1:")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", httpx.URL(server.url).port or 0))
    with serving(tmp_path, "--host", "0.0.0.0") as server:
        socket.create_connection(("127.0.0.2", httpx.URL(server.url).port or 0)).close()


def test_requests_are_logged_on_request_and_nobody_is_believed_who_he_says_he_is(tmp_path: Path) -> None:
    with serving(tmp_path, "--access-log") as server:
        forged = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https"}
        httpx.get(f"{server.url}/healthz", headers=forged)
        assert server.stopped_by(signal.SIGTERM) == 0
    said = server.log.read_text()
    assert "/healthz" in said
    assert "127.0.0.1" in said
    assert "6.6.6.6" not in said


def test_jobs_are_queued_where_there_is_a_broker(tmp_path: Path, postgres_url: str) -> None:
    root = make_repository(tmp_path / "shop", {"a.py": b"x = 1\n"})
    home = tmp_path / "home"
    with redis_server() as redis:
        fleet = {"OPTIMIZER_DATABASE_URL": postgres_url, "OPTIMIZER_BROKER_URL": redis.url}
        fleet |= {"OPTIMIZER_API_SCHEMES": "https,file"}
        allowed = _token(home, **fleet)
        with serving(home, **fleet) as server, httpx.Client(base_url=server.url, headers=allowed) as client:
            assert client.get("/healthz").json()["broker"] == "ok"
            queued = client.post("/v1/jobs", json={"repository": str(root), "settings": {"gate": 1.2}})
            assert (queued.status_code, queued.json()["state"]) == (202, "queued")
            assert client.get(queued.headers["location"]).json()["left"] == {"scan": 1}
            inside = client.post("/v1/jobs", json={"repository": "https://127.0.0.1/team/shop"})
            assert (inside.status_code, "not a public address" in inside.json()["error"]) == (422, True)
            redis.stop()
            assert client.get("/healthz").status_code == 503
            lost = client.post("/v1/jobs", json={"repository": "https://1.1.1.1/team/shop"})
            assert (lost.status_code, "broker" in lost.json()["error"]) == (503, True)
    (job,) = json.loads(program(home, "jobs", "--json", more=fleet).stdout)
    assert (job["state"], job["repository"]["url"]) == ("queued", str(root))


@pytest.mark.parametrize(
    ("arguments", "more", "code", "said"),
    [
        (("--host", "203.0.113.7"), {}, 2, "cannot listen on 203.0.113.7, port 0"),
        (("--host", "no such host"), {}, 2, "cannot listen on no such host"),
        (("--port", "70000"), {}, 2, "70000"),
        ((), {"OPTIMIZER_DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:1/x"}, 6, "Cannot reach"),
        ((), {"OPTIMIZER_API_SCHEMES": "gopher"}, 2, "api_schemes: there is no 'gopher'"),
        (("--set", "api_private=perhaps"), {}, 2, "true or false"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    arguments: tuple[str, ...], more: dict[str, str], code: int, said: str, tmp_path: Path
) -> None:
    refused = program(tmp_path, "serve", "--port", "0", *arguments, more=more)
    assert (refused.returncode, refused.stdout) == (code, "")
    assert said in refused.stderr
    assert "hunter2" not in refused.stderr
    assert refused.stderr.startswith(("optimizer: error: ", "Usage: "))
    assert "Traceback" not in refused.stderr


def test_a_broker_on_the_embedded_database_is_refused(tmp_path: Path) -> None:
    _token(tmp_path)
    refused = program(tmp_path, "serve", more={"OPTIMIZER_BROKER_URL": "redis://127.0.0.1:1/0"})
    assert (refused.returncode, "a broker needs a database that all" in refused.stderr) == (2, True)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = program(tmp_path, "serve", "--port", port)
    assert refused.returncode == 2
    said = f"optimizer: error: cannot listen on 127.0.0.1, port {port} (Address already in use): "
    assert refused.stderr == f"{said}choose others with --host and --port\n"


def test_a_token_is_printed_once_and_never_again(tmp_path: Path) -> None:
    created = program(tmp_path, "token", "create", "ci", "--expires", "90d")
    secret = created.stdout.strip()
    assert (created.returncode, secret.startswith("opt_"), len(secret)) == (0, True, 47)
    assert secret not in created.stderr
    listed = program(tmp_path, "token", "list")
    assert re.search(r"^ci\s+valid\s", listed.stdout, re.MULTILINE)
    assert secret[4:] not in listed.stdout + program(tmp_path, "token", "list", "--json").stdout
    assert secret[4:].encode() not in (tmp_path / "optimizer.db").read_bytes()
    revoked = program(tmp_path, "token", "revoke", "ci")
    assert (revoked.returncode, revoked.stdout) == (0, "the token 'ci' is revoked\n")
    (row,) = json.loads(program(tmp_path, "token", "list", "--json").stdout)
    assert (row["name"], row["state"], row["used_at"]) == ("ci", "revoked", None)
    assert [*row] == ["name", "state", "created_at", "expires_at", "used_at"]


def test_a_token_as_json_for_programs(tmp_path: Path) -> None:
    created = program(tmp_path, "token", "create", "ci", "--json")
    data = json.loads(created.stdout)
    assert (data["name"], data["expires_at"], created.stderr) == ("ci", None, "")
    assert data["token"].startswith("opt_")
    assert json.loads(program(tmp_path, "token", "revoke", "ci", "--json").stdout)["revoked_at"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("create", "two words"), 2, "is no name for a token"),
        (("create", "x" * 65), 2, "is no name for a token"),
        (("create", "me"), 2, "there is a token 'me' already: choose another name"),
        (("create", "you", "--expires", "soon"), 2, "'soon' is not a time such as 90d"),
        (("create", "you", "--expires", "0d"), 2, "'0d' is not a time such as 90d"),
        (("create",), 2, "NAME"),
        (("revoke", "nobody"), 7, "There is no token 'nobody'"),
    ],
)
def test_what_is_wrong_with_a_token_is_said(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    _token(tmp_path)
    refused = program(tmp_path, "token", *arguments)
    assert (refused.returncode, refused.stdout) == (code, "")
    assert said in refused.stderr
