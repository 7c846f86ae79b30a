"""Wrong places, names, settings and machines: one line that says what to do, and an exit code."""

import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import PROGRAM, environment, program
from tests.support.gitrepo import commit_files, git, make_repository
from tests.support.hostile import FASTER, GOOD
from tests.support.scanned import QUICK, one_line, scan, write_candidates
from tests.support.untouched import state


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    repository = make_repository(tmp_path / "shop", {"top.py": GOOD.lstrip("\n").encode()})
    git(repository, "branch", "develop")
    git(repository, "tag", "v1.0")
    return repository


def submitted(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return program(folder / "home", "submit", *arguments, more=QUICK | more, directory=folder)


@pytest.fixture(scope="module", autouse=True)
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A command whose database another program holds; it waits while the other tests run."""
    folder = tmp_path_factory.mktemp("blocked")
    assert program(folder, "jobs").returncode == 0
    holder = sqlite3.connect(folder / "optimizer.db", isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    repository = make_repository(folder / "shop", {"top.py": GOOD.lstrip("\n").encode()})
    process = subprocess.Popen(
        [*PROGRAM, "submit", str(repository)],
        env=environment(folder, **QUICK), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.communicate()
    holder.close()


@pytest.mark.parametrize(
    ("source", "what_to_do"),
    [
        ("https://127.0.0.1:1/team/shop.git", "check the address and the network"),
        ("https://nowhere.invalid/team/shop.git", "check the address and the network"),
        ("ssh://git@127.0.0.1:1/team/shop.git", "check the address and the network"),
        ("https://nowhere.invalid", "the form is https://host/path"),
        ("ftp://nowhere.invalid/shop.git", "use https, http, ssh or git URLs"),
        ("no-such-folder", "no such directory"),
        ("folder", "run `git init` and commit there first"),
        ("file.txt", "name the folder of a git repository"),
        ("empty", "it has no commits yet"),
        ("bare.git", "it has no commits yet"),
        ("broken", "git"),
        ("", "not a URL or a path"),
        ("-x", "No such option"),
    ],
)  # fmt: skip
def test_a_place_without_a_repository(source: str, what_to_do: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").touch()
    git(tmp_path, "init", "--quiet", "empty")
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    done = submitted(tmp_path, source)
    assert done.stdout == ""
    assert what_to_do in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if source == "-x" else 3)


@pytest.mark.parametrize(
    ("ref", "named"),
    [("mian", "there is main"), ("developp", "there is develop"), ("v1.1", "there is v1.0"),
     ("0123456789abcdef0123456789abcdef01234567", "no branch, tag or commit"), ("main:top.py", "main")],
)  # fmt: skip
def test_a_ref_that_is_not_there(ref: str, named: str, shop: Path, tmp_path: Path) -> None:
    before = state(shop)
    done = submitted(tmp_path, str(shop), "--ref", ref)
    assert named in one_line(done)
    assert done.returncode == 3
    assert state(shop) == before


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        (".optimizer.toml", "bugdet-seconds = 3", "did you mean 'budget_seconds'?"),
        (".optimizer.toml", "gate = [", "is not TOML"),
        ("pyproject.toml", "[tool.optimizer]\ngate = 'x'", "gate has to be a number"),
        ("pyproject.toml", "[tool.optimizer]\nhome = '/tmp'", "cannot be set by a repository"),
        ("pyproject.toml", "[tool]\noptimizer = 3", "has to be a table"),
        ("pyproject.toml", "tool = 3", "has to be a table"),
    ],
)
def test_wrong_settings_of_the_repository(
    name: str, text: str, complaint: str, shop: Path, tmp_path: Path
) -> None:
    commit_files(shop, {name: text.encode()})
    done = submitted(tmp_path, str(shop))
    line = one_line(done)
    assert line.startswith(name)
    assert complaint in line
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("more", "code", "what_to_do"),
    [
        ({"OPTIMIZER_PYTHON": "/no/such/python"}, 4, "change the setting `python`"),
        ({"OPTIMIZER_PYTHON": "2.7"}, 4, "change the setting `python`"),
        ({"OPTIMIZER_BRANCH_PREFIX": "../"}, 2, "branch_prefix"),
        ({"OPTIMIZER_TEST_COMMAND": "pytest 'x"}, 2, "test_command"),
        ({"OPTIMIZER_DATABASE_URL": "nonsense"}, 6, "expected sqlite:///PATH"),
        ({"OPTIMIZER_DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:1/x"}, 6, "Is it running there?"),
        ({"OPTIMIZER_DATABASE_URL": "sqlite:////proc/x.db"}, 6, "/proc/x.db"),
        ({"OPTIMIZER_HOME": "/proc/nowhere"}, 2, "set OPTIMIZER_HOME to another folder"),
        ({"PATH": "/nonexistent"}, 3, "install the package `git`"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_environment(
    more: dict[str, str], code: int, what_to_do: str, shop: Path, tmp_path: Path
) -> None:
    before = state(shop)
    done = submitted(tmp_path, str(shop), **more)
    assert what_to_do in one_line(done)
    assert done.returncode == code
    assert "hunter2" not in done.stderr
    assert state(shop) == before


def test_a_file_that_is_no_database(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "optimizer.db").write_text("something else " * 100)
    done = submitted(tmp_path, str(shop))
    assert "file is not a database" in one_line(done)
    assert done.returncode == 6


def test_a_home_on_a_read_only_disk(shop: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    starter = ("bwrap", "--dev-bind", "/", "/", "--ro-bind", str(home), str(home), *PROGRAM)
    done = program(home, "submit", str(shop), more=QUICK, starter=starter)
    assert "set OPTIMIZER_HOME to another folder" in one_line(done)
    assert done.returncode == 2


def test_two_scans_of_one_repository_at_once(shop: Path, tmp_path: Path) -> None:
    commit_files(shop, {"test_slow.py": b"import time\n\n\ndef test_slow():\n    time.sleep(3)\n"})
    candidates = write_candidates(tmp_path / "candidates.jsonl", {"top.py::running": FASTER})
    (tmp_path / "scratch").mkdir()
    settings = environment(tmp_path / "home", **QUICK, TMPDIR=str(tmp_path / "scratch"))
    arguments = [*PROGRAM, "submit", str(shop), *candidates, "--dry-run"]
    with subprocess.Popen(
        arguments, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as first:
        assert first.stderr is not None
        next(line for line in first.stderr if line.startswith("test: "))
        second = submitted(tmp_path, str(shop), *candidates)
        assert "is being scanned by another process: wait for it, or stop it" in one_line(second)
        assert second.returncode == 3
        out, err = first.communicate()
    assert first.returncode == 0, err
    assert "1 function made faster" in out


def test_a_repository_with_nothing_to_do(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "shop", {"README": b"no code here\n"})
    found = scan(tmp_path, repository)
    assert found.done.returncode == 0, found.done.stderr
    assert "no functions made faster" in found.done.stdout


def test_a_database_that_another_program_keeps_locked(blocked: subprocess.Popen[str]) -> None:
    out, err = blocked.communicate()
    line = one_line(subprocess.CompletedProcess((), blocked.returncode, out, err))
    assert "locked" in line
    assert blocked.returncode == 6
