"""What a worker's process keeps for itself, and gives up when it dies: leases, cores, temporary files."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from optimizer.domain.errors import ConfigError
from optimizer.domain.jobs import Repository, Submission
from optimizer.domain.work import Queue
from optimizer.sandbox.cores import own_core
from tests.support.fleets import fleet_on
from workers.fleet import Fleet
from workers.leases import held
from workers.running import post_of
from workers.scratch import own_scratch

_WHERE = Repository("https://example.org/team/shop.git", "shop")


@pytest.fixture
def fleet(database_url: str, tmp_path: Path) -> Iterator[Fleet]:
    opened = fleet_on(database_url, tmp_path)
    yield opened
    opened.close()


@contextmanager
def _child(program: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that has run the program, and lives until it is killed."""
    text = f"{program}\nprint('ready', flush=True)\nimport time; time.sleep(600)"
    command = [sys.executable, "-c", text, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def test_what_is_worked_on_stays_ours_for_longer_than_one_lease(fleet: Fleet) -> None:
    _, item = fleet.work.submit(Submission(_WHERE.url), _WHERE)
    claim = fleet.work.claim(item.id, Queue.SCAN, 0.3)
    assert claim is not None
    with held(fleet.work, [claim], 0.3):
        threading.Event().wait(1.0)
        assert fleet.work.claim(item.id, Queue.SCAN, 60.0) is None
        assert fleet.work.free() == []
    threading.Event().wait(0.5)
    assert [one.id for one in fleet.work.free()] == [item.id]


def test_each_process_has_a_core_of_its_own_until_it_dies(tmp_path: Path) -> None:
    program = "import sys, pathlib\nfrom optimizer.sandbox.cores import own_core\n"
    program += "own_core(pathlib.Path(sys.argv[1]), [6, 7])"
    with _child(program, str(tmp_path)):
        assert own_core(tmp_path, [6, 7]) == 7
        with pytest.raises(ConfigError, match="all 2 cores for timing are taken"):
            own_core(tmp_path, [6, 7])
    assert own_core(tmp_path, [6, 7]) == 6


def test_temporary_files_of_the_dead_go_and_those_of_the_living_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    program = "import sys, pathlib, tempfile\nfrom workers.scratch import own_scratch\n"
    program += "own_scratch(pathlib.Path(sys.argv[1]))\ntempfile.mkdtemp()"
    with _child(program, str(tmp_path)) as living:
        with _child(program, str(tmp_path)):
            pass
        mine = own_scratch(tmp_path)
        folders = {path.name.partition("-")[0] for path in mine.parent.iterdir() if path.is_dir()}
        assert folders == {str(os.getpid()), str(living.pid)}
        assert Path(tempfile.mkdtemp()).parent == mine


def test_a_post_says_what_it_cannot_be() -> None:
    with pytest.raises(ConfigError, match="no queue 'gpu'"):
        post_of(["scan", "gpu"], 1, "", "", "INFO")
    with pytest.raises(ConfigError, match="one thing at a time"):
        post_of(["propose"], 2, "solo", "", "INFO")
    assert post_of(["propose"], 1, "", "", "INFO").pool == "solo"
    assert post_of(["scan", "scan"], 2, "", "", "INFO").queues == (Queue.SCAN,)
    assert post_of(["scan"], 1, "", "", "INFO").name.startswith("scan@")
