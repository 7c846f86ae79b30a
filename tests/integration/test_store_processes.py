"""Several processes on one database, and processes that are killed."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import URL

from db.connect import make_engine, parse_url
from db.store import SqlStore
from tests.support.results import function, new_job, with_patch

_ROOT = Path(__file__).parents[2]


def _writer(url: str, job: int, prefix: str, count: int) -> "subprocess.Popen[str]":
    arguments = [url, str(job), prefix, str(count)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.writer", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )


def test_two_processes_that_write_at_once_lose_nothing(sql_store: SqlStore, database_url: str) -> None:
    job = sql_store.create_job(new_job()).id
    writers = [_writer(database_url, job, prefix, 60) for prefix in "ab"]
    for writer in writers:
        _, errors = writer.communicate()
        assert (writer.returncode, errors) == (0, "")
    names = {f"{prefix}{number}" for prefix in "ab" for number in range(60)}
    assert sql_store.finished_labels(job) == {function(name).label for name in names}
    assert {patch.function for patch in sql_store.patches(job)} == sql_store.finished_labels(job)
    assert sorted(event.message for event in sql_store.events(job)) == sorted(names)


@pytest.mark.parametrize("seen", [1, 3, 10])
def test_what_a_killed_process_had_saved_is_there_and_whole(
    sql_store: SqlStore, database_url: str, seen: int
) -> None:
    job = sql_store.create_job(new_job()).id
    writer = _writer(database_url, job, "f", 100_000)
    assert writer.stdout is not None
    said = [writer.stdout.readline().strip() for _ in range(seen)]
    writer.kill()  # somewhere in the middle of the next ones
    rest, _ = writer.communicate()
    said += rest.split("\n")[:-1]
    assert {function(name).label for name in said} <= sql_store.finished_labels(job)
    assert len(sql_store.patches(job)) == len(sql_store.finished_labels(job))
    for patch in sql_store.patches(job):
        name = patch.function.split("::")[1]
        assert sql_store.patch_result(patch.id) == with_patch(function(name))


def test_after_a_kill_the_same_work_goes_on_without_duplicates(
    sql_store: SqlStore, database_url: str
) -> None:
    job = sql_store.create_job(new_job()).id
    killed = _writer(database_url, job, "f", 100_000)
    assert killed.stdout is not None
    for _ in range(5):
        killed.stdout.readline()
    killed.kill()
    killed.communicate()
    before = len(sql_store.finished_labels(job))
    again = _writer(database_url, job, "f", before + 10)
    assert again.wait() == 0
    again.communicate()
    assert len(sql_store.finished_labels(job)) == before + 10 == len(sql_store.patches(job))


def test_many_who_open_a_new_file_at_the_same_moment_all_get_in(tmp_path: Path) -> None:
    """Many times, since it is luck whether two make one file a WAL one at once."""
    with ThreadPoolExecutor(4) as threads:
        for number in range(150):
            url = parse_url(f"sqlite:///{tmp_path}/{number}.sqlite")
            together = threading.Barrier(4)
            list(threads.map(_open_after, [url] * 4, [together] * 4))


def _open_after(url: URL, together: threading.Barrier) -> None:
    engine = make_engine(url)
    together.wait()
    engine.connect().close()
    engine.dispose()
