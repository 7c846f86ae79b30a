"""Stopped or killed at every stage, resumed, and compared with a run that nobody disturbed."""

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cli import PROGRAM, environment, program
from tests.support.gitrepo import git, make_repository
from tests.support.hostile import FASTER, GOOD
from tests.support.scanned import QUICK, left_over, write_candidates
from tests.support.untouched import cgroups_of, our_branches, processes_of, state

# As on a terminal, whatever started these tests: a shell's background jobs ignore the signal.
STARTER = ("env", "--default-signal=INT", *PROGRAM)
WRONG = "def {}(prices: list[int]) -> list[int]:\n    return prices[:1]\n"
NAMES = ("running", "wrong", "undone")
MODULE = "".join(GOOD.replace("running", name) for name in NAMES)
TESTS = "from shop import running\n\n\ndef test_running():\n    assert running([1, 2]) == [1, 3]\n"
CHOSEN = {
    "shop.py::running": FASTER,
    "shop.py::wrong": WRONG.format("wrong"),
}
STAGES = ("checkout: ", "extract", "environment", "propose: ", "test: ", "record: ", "judge: ", "accepted ")


@dataclass(frozen=True)
class Work:
    """One repository with its own home; every run of the program on it."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    @property
    def repository(self) -> Path:
        return self.folder / "shop"

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("submit", str(self.repository), *write_candidates(self.folder / "c.jsonl", CHOSEN))

    def start(self, *more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*STARTER, *self.arguments, *more],
            env=environment(self.home, **QUICK, TMPDIR=str(self.scratch)),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def stop(self, sign: str, number: signal.Signals) -> tuple[int, int]:
        """The signal goes to the program alone when a line of progress begins with the sign.

        Returns its exit code and process id."""
        with self.start(*(["--resume"] if self.begun() else [])) as process:
            assert process.stderr is not None
            next(line for line in process.stderr if line.startswith(sign))
            process.send_signal(number)
            process.stderr.read()
        return process.returncode, process.pid

    def begun(self) -> bool:
        return (self.home / "optimizer.db").exists() and bool(self.rows("SELECT id FROM jobs"))

    def rows(self, query: str) -> list[tuple[str, ...]]:
        with sqlite3.connect(f"file:{self.home / 'optimizer.db'}?mode=ro", uri=True) as database:
            return database.execute(query).fetchall()

    def finish(self) -> None:
        resume = ["--resume"] if self.begun() else []
        more = QUICK | {"TMPDIR": str(self.scratch)}
        done = program(self.home, *self.arguments, *resume, more=more)
        assert done.returncode == 0, done.stderr

    def decisions(self) -> list[tuple[str, ...]]:
        """Each saved exactly once."""
        return sorted(self.rows("SELECT qualname, reason FROM functions"))

    def patches(self) -> dict[str, str]:
        done = program(self.home, "patches", "--json")
        return {patch["branch"]: patch["commit"] for patch in json.loads(done.stdout)}

    def jobs(self) -> list[str]:
        return [job["state"] for job in json.loads(program(self.home, "jobs", "--json").stdout)]


def new_work(folder: Path) -> Work:
    files = {"shop.py": MODULE.lstrip("\n").encode(), "test_shop.py": TESTS.encode()}
    make_repository(folder / "shop", files)
    (folder / "scratch").mkdir()
    return Work(folder)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return new_work(tmp_path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    found = new_work(tmp_path_factory.mktemp("undisturbed"))
    found.finish()
    assert found.decisions() == [
        ("running", "accepted"), ("undone", "no-candidate"), ("wrong", "none-accepted"),
    ]  # fmt: skip
    yield found


def ends_like(undisturbed: Work, work: Work) -> None:
    work.finish()
    assert work.decisions() == undisturbed.decisions()
    assert work.patches().keys() == undisturbed.patches().keys()
    assert our_branches(work.repository) == work.patches()
    assert work.jobs() == ["done"]
    assert left_over(work.home, work.scratch) == []
    assert processes_of(work.home) == []


def gone(mark: Path) -> bool:
    """Whether every process that names the folder has ended; they are given ten seconds."""
    for _ in range(100):
        if not processes_of(mark):
            return True
        time.sleep(0.1)
    return False


def test_what_is_stopped_at_every_stage_ends_like_an_undisturbed_run(work: Work, undisturbed: Work) -> None:
    before = state(work.repository)
    for sign in STAGES:
        code, pid = work.stop(sign, signal.SIGINT)
        assert (sign, code) == (sign, 130)
        assert processes_of(work.home) == []
        assert cgroups_of(pid) == []
        assert left_over(work.home, work.scratch) == []
    ends_like(undisturbed, work)
    assert state(work.repository) == before


def test_what_is_killed_at_every_stage_ends_like_an_undisturbed_run(work: Work, undisturbed: Work) -> None:
    before = state(work.repository)
    killed = []
    for sign in STAGES:
        code, pid = work.stop(sign, signal.SIGKILL)
        assert (sign, code) == (sign, -signal.SIGKILL)
        assert gone(work.home)
        killed.append(pid)
    ends_like(undisturbed, work)
    assert [cgroup for pid in killed for cgroup in cgroups_of(pid)] == []
    assert state(work.repository) == before


def test_a_kill_between_a_branch_and_its_record_leaves_one_branch(work: Work, undisturbed: Work) -> None:
    with work.start() as process:
        assert process.stderr is not None
        next(line for line in process.stderr if line.startswith("judge: "))
        holder = sqlite3.connect(work.home / "optimizer.db", isolation_level=None, timeout=60)
        holder.execute("BEGIN IMMEDIATE")  # nothing can be saved from now on
        while not our_branches(work.repository):
            time.sleep(0.05)
        process.kill()
        holder.close()
    assert "accepted" not in [reason for _, reason in work.decisions()]
    (branch,) = our_branches(work.repository)
    assert branch in undisturbed.patches()
    ends_like(undisturbed, work)


def test_a_repository_that_moved_on_is_resumed_at_the_commit_of_the_job(
    work: Work, undisturbed: Work
) -> None:
    work.stop("judge: ", signal.SIGINT)
    commit = git(work.repository, "rev-parse", "HEAD")
    git(work.repository, "rm", "--quiet", "shop.py")
    git(work.repository, "commit", "--quiet", "-m", "gone")
    ends_like(undisturbed, work)
    for branch in our_branches(work.repository):
        assert git(work.repository, "rev-parse", f"{branch}^") == commit
