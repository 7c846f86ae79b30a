import base64
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from optimizer.domain.errors import RepositoryError
from optimizer.domain.refresh import Branch
from optimizer.vcs import (
    Change,
    branch_states,
    checkout,
    commit_branch,
    deliver_branch,
    push_branch,
    remove_worktree,
)
from tests.support.gitrepo import commit_files, git, make_repository

BRANCH = "optimizer/a-f-set-123456"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    root = make_repository(tmp_path / "work", {"a.py": b"one\n"})
    git(root, "tag", "-a", "-m", "one", "v1")
    commit_files(root, {"a.py": b"two\n"})
    git(root, "branch", "side")
    served = tmp_path / "served"
    served.mkdir()
    git(served, "clone", "--quiet", "--bare", str(root), "project.git")
    return served / "project.git"


@pytest.fixture
def url(origin: Path) -> Iterator[str]:
    """A git daemon on a free port, which takes pushes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["git", "daemon", "--reuseaddr", f"--port={port}", "--listen=127.0.0.1", "--export-all",
               f"--base-path={origin.parent}", "--enable=receive-pack", "--informative-errors"]  # fmt: skip
    daemon = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    _wait_for(port)
    yield f"git://127.0.0.1:{port}/project.git"
    os.killpg(daemon.pid, 15)
    daemon.wait()


class DumbServer(SimpleHTTPRequestHandler):
    """The simplest way to serve a repository: static files, here behind a password."""

    expected = "Basic " + base64.b64encode(b"ada:s3cr3t-word").decode()

    def do_GET(self) -> None:
        if self.headers.get("Authorization") == self.expected:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def http_port(origin: Path) -> Iterator[int]:
    git(origin, "update-server-info")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(DumbServer, directory=str(origin.parent))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def failure(source: str, ref: str | None, home: Path) -> str:
    with pytest.raises(RepositoryError) as caught:
        checkout(source, ref, home)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_url_is_copied_shallow(url: str, origin: Path, tmp_path: Path) -> None:
    found = checkout(url, None, tmp_path / "home")
    assert (found.worktree / "a.py").read_bytes() == b"two\n"
    assert (found.ref, found.local, found.repository.url, found.repository.name) == (
        "main",
        None,
        url,
        "project",
    )
    assert found.commit == git(origin, "rev-parse", "main")
    assert git(found.mirror, "rev-list", "--all", "--count") == "1"


@pytest.mark.parametrize("ref", ["v1", "refs/tags/v1", "full"])
def test_a_tag_or_commit_of_a_url_can_be_asked_for(ref: str, url: str, origin: Path, tmp_path: Path) -> None:
    first = git(origin, "rev-parse", "main~1")
    assert checkout(url, first if ref == "full" else ref, tmp_path / "home").commit == first


def test_a_later_scan_brings_what_is_new(url: str, origin: Path, tmp_path: Path) -> None:
    remove_worktree(checkout(url, None, tmp_path / "home"))
    commit = commit_files(tmp_path / "work", {"b.py": b"new\n"})
    git(tmp_path / "work", "push", "--quiet", str(origin), "main")
    found = checkout(url, None, tmp_path / "home")
    assert found.commit == commit
    assert (found.worktree / "b.py").exists()


def test_a_missing_ref_of_a_url_names_the_nearest(url: str, tmp_path: Path) -> None:
    assert "there is side" in failure(url, "sid", tmp_path / "home")


def test_an_abbreviated_commit_of_a_url_asks_for_all_digits(url: str, origin: Path, tmp_path: Path) -> None:
    assert "all its digits" in failure(url, git(origin, "rev-parse", "main")[:8], tmp_path / "home")


def test_a_commit_that_is_in_the_mirror_needs_no_network(url: str, origin: Path, tmp_path: Path) -> None:
    commit = checkout(url, None, tmp_path / "home").commit
    origin.rename(origin.with_name("gone.git"))
    assert checkout(url, commit, tmp_path / "home").commit == commit


def test_our_branch_stays_in_the_mirror_and_is_pushed_on_request(
    url: str, origin: Path, tmp_path: Path
) -> None:
    base = checkout(url, None, tmp_path / "home")
    commit = commit_branch(base, BRANCH, Change("a.py", b"three\n"), "Speed up a\n")
    deliver_branch(base, BRANCH)
    assert "optimizer" not in git(origin, "for-each-ref")
    assert checkout(url, BRANCH, tmp_path / "home").commit == commit
    assert push_branch(url, BRANCH, tmp_path / "home") == url
    assert git(origin, "rev-parse", BRANCH) == commit
    assert not (origin / "shallow").exists()


def test_a_branch_of_the_same_name_at_the_origin_is_not_overwritten(
    url: str, origin: Path, tmp_path: Path
) -> None:
    git(origin, "branch", BRANCH, "main")
    base = checkout(url, "v1", tmp_path / "home")
    commit_branch(base, BRANCH, Change("a.py", b"three\n"), "Speed up a\n")
    with pytest.raises(RepositoryError, match="already"):
        push_branch(url, BRANCH, tmp_path / "home")


def test_a_newer_version_of_our_branch_replaces_what_we_pushed(
    url: str, origin: Path, tmp_path: Path
) -> None:
    base = checkout(url, None, tmp_path / "home")
    for content in (b"three\n", b"four\n"):
        commit = commit_branch(base, BRANCH, Change("a.py", content), "Speed up a\n")
        push_branch(url, BRANCH, tmp_path / "home")
        assert git(origin, "rev-parse", BRANCH) == commit


@pytest.mark.parametrize("home", ["home", "another machine"])
def test_a_branch_behind_a_url_is_ours_until_somebody_commits_to_it(
    home: str, url: str, origin: Path, tmp_path: Path
) -> None:
    base = checkout(url, None, tmp_path / "home")
    commit_branch(base, BRANCH, Change("a.py", b"three\n"), "Speed up a\n")
    asked = checkout(url, None, tmp_path / home)
    assert branch_states(asked, [BRANCH, "other"]) == {BRANCH: Branch.OURS, "other": Branch.OURS}
    push_branch(url, BRANCH, tmp_path / "home")
    assert branch_states(asked, [BRANCH]) == {BRANCH: Branch.OURS}
    git(tmp_path, "clone", "--quiet", "--branch", BRANCH, str(origin), "colleague")
    commit_files(tmp_path / "colleague", {"c.py": b"c\n"})
    git(tmp_path / "colleague", "push", "--quiet")
    assert branch_states(asked, [BRANCH]) == {BRANCH: Branch.CHANGED}


def test_nothing_is_asked_about_no_branch(url: str, origin: Path, tmp_path: Path) -> None:
    base = checkout(url, None, tmp_path / "home")
    origin.rename(origin.with_name("gone.git"))
    assert branch_states(base, []) == {}
    with pytest.raises(RepositoryError):
        branch_states(base, [BRANCH])


def test_a_remote_without_commits_says_so(url: str, origin: Path, tmp_path: Path) -> None:
    git(origin.parent, "init", "--quiet", "--bare", "empty.git")
    assert "no commits yet" in failure(url.replace("project", "empty"), None, tmp_path / "home")


def test_a_wrong_path_on_a_server_says_so(url: str, tmp_path: Path) -> None:
    assert "no git repository there" in failure(url.replace("project", "wrong"), None, tmp_path / "home")


def test_a_server_that_is_not_there_says_so(tmp_path: Path) -> None:
    for scheme in ("https", "git"):
        assert "cannot be reached" in failure(f"{scheme}://127.0.0.1:1/x/y.git", None, tmp_path / "home")


def test_a_host_that_does_not_exist_says_so(tmp_path: Path) -> None:
    assert "cannot be reached" in failure("https://nowhere.invalid/x/y.git", None, tmp_path / "home")


@pytest.mark.parametrize(
    "source", ["https://", "https://host", "ftp://host/x", "https://host:port/x", "ssh://-oX/y"]
)
def test_a_malformed_url_is_refused_before_any_connection(source: str, tmp_path: Path) -> None:
    assert failure(source, None, tmp_path / "home")


def test_credentials_in_a_url_are_used_and_never_kept(http_port: int, tmp_path: Path) -> None:
    home = tmp_path / "home"
    found = checkout(f"http://ada:s3cr3t-word@127.0.0.1:{http_port}/project.git", "side", home)
    assert (found.worktree / "a.py").read_bytes() == b"two\n"
    assert found.repository.url == f"http://127.0.0.1:{http_port}/project.git"
    kept = [path for path in home.rglob("*") if path.is_file() and _holds_secret(path.read_bytes())]
    assert kept == []


def test_wrong_credentials_are_not_printed(http_port: int, tmp_path: Path) -> None:
    message = failure(f"http://ada:wr0ng-word@127.0.0.1:{http_port}/project.git", None, tmp_path / "home")
    assert "needs credentials" in message
    assert "wr0ng" not in message
    assert "ada" not in message


def test_a_users_credential_helper_is_asked(
    http_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text(
        '[credential]\n\thelper = "!f() { echo username=ada; echo password=s3cr3t-word; }; f"\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    found = checkout(f"http://127.0.0.1:{http_port}/project.git", None, tmp_path / "home")
    assert (found.worktree / "a.py").exists()


def _holds_secret(content: bytes) -> bool:
    return b"s3cr3t-word" in content or DumbServer.expected.removeprefix("Basic ").encode() in content


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("git daemon did not start")
