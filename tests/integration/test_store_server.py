"""The Postgres that tests get: a real one, found or started, never skipped."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from optimizer.domain.errors import DatabaseError
from optimizer.testing import postgres


def test_a_server_is_started_where_there_is_none_and_leaves_nothing_behind() -> None:
    with postgres.throwaway() as url:
        assert postgres.answers(url)
        folder = Path(url.split("host=")[1])
        assert folder.is_dir()
    assert not postgres.answers(url)
    assert not folder.exists()


def test_a_fresh_database_is_empty_of_its_own_and_dropped_even_when_in_use(postgres_server: str) -> None:
    with postgres.fresh_database(postgres_server) as one, postgres.fresh_database(postgres_server) as two:
        assert one != two
        still_open = psycopg.connect(one)
    still_open.close()
    assert not postgres.answers(one)


def test_the_named_server_is_taken(postgres_server: str) -> None:
    with postgres.server({postgres.VARIABLE: postgres_server}) as url:
        assert url == postgres_server


def test_a_named_server_that_does_not_answer_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        named = f"postgresql://postgres@127.0.0.1:{taken.getsockname()[1]}/postgres"
        with (
            pytest.raises(DatabaseError, match="OPTIMIZER_TEST_POSTGRES names does not answer"),
            postgres.server({postgres.VARIABLE: named}),
        ):
            pass


def test_missing_binaries_are_an_error_that_names_the_package(tmp_path: Path) -> None:
    with (
        pytest.raises(DatabaseError, match="apt-get install postgresql"),
        postgres.throwaway(binaries=tmp_path, path=str(tmp_path)),
    ):
        pass


def test_a_started_server_stops_when_its_test_run_is_killed() -> None:
    program = (
        "from optimizer.testing.postgres import throwaway\n"
        "with throwaway() as url:\n"
        "    print(url, flush=True)\n"
        "    input()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    folder = Path(url.split("host=")[1])
    server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    gone = os.pidfd_open(server)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert _ended(gone)
    assert not postgres.answers(url)
    shutil.rmtree(folder)


def _ended(process: int) -> bool:
    """True once the process behind the descriptor is gone; a minute is far more than it needs."""
    ready, _, _ = select.select([process], [], [], 60)
    os.close(process)
    return bool(ready)
