"""What goes wrong before a fleet begins to work: one line that says what to do, and the right exit code."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.upgrade import downgrade, upgrade
from optimizer.testing import postgres, redis
from optimizer.testing.fleet import COMPOSE, PROGRAM, environment
from optimizer.testing.services import Service
from tests.support.orders import orders
from tests.support.scanned import one_line

_NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def broker_url() -> Iterator[str]:
    with redis.throwaway() as service:
        yield redis.url_of(service)


def _run(home: Path, database: str, broker: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PROGRAM, *arguments], env=environment(home, database, broker), cwd=COMPOSE.parent,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("command", [("worker", "--queues", "scan"), ("scheduler",), ("retry", "1")])
def test_a_broker_that_does_not_answer(command: tuple[str, ...], postgres_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path, postgres_url, _NOBODY, *command)
    assert done.returncode == 10
    assert one_line(done).startswith("the broker redis://127.0.0.1:1/0 cannot be reached (")
    assert one_line(done).endswith("is Redis running there?")


def test_nothing_is_queued_when_the_broker_does_not_answer(postgres_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path / "home", postgres_url, _NOBODY, "submit", str(orders(tmp_path / "orders")))
    assert done.returncode == 10
    assert "cannot be reached" in one_line(done)
    assert _run(tmp_path / "home", postgres_url, _NOBODY, "jobs", "--json").stdout.strip() == "[]"


def test_a_broker_that_refuses_us(postgres_url: str, tmp_path: Path) -> None:
    with redis.throwaway(password="secret") as service:
        for url in (redis.url_of(service), redis.url_of(service, "wrong")):
            done = _run(tmp_path, postgres_url, url, "worker", "--queues", "scan")
            assert done.returncode == 10
            assert "refuses us: check user and password in broker_url" in one_line(done)
            assert "wrong" not in done.stderr


def test_an_address_that_is_no_brokers(postgres_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path, postgres_url, "amqp://host", "worker")
    assert done.returncode == 2
    assert one_line(done) == "broker_url has to be redis://HOST:PORT/NUMBER, or rediss:// for TLS"


def test_a_worker_without_a_broker(postgres_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path, postgres_url, "", "worker")
    assert done.returncode == 2
    assert one_line(done).startswith("there is no broker: set OPTIMIZER_BROKER_URL")


@pytest.mark.parametrize("command", [("worker", "--queues", "scan"), ("scheduler",)])
def test_a_database_that_does_not_answer(command: tuple[str, ...], broker_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path, "postgresql://me@127.0.0.1:1/optimizer", broker_url, *command)
    assert done.returncode == 6
    assert one_line(done).startswith("Cannot reach the database optimizer at 127.0.0.1:1:")


def test_a_database_that_refuses_us(broker_url: str, tmp_path: Path) -> None:
    with postgres.throwaway(password="right") as url:
        done = _run(tmp_path, url.replace("right", "wrong"), broker_url, "scheduler")
    assert done.returncode == 6
    assert "wrong credentials for the user 'postgres'" in one_line(done)


@pytest.mark.parametrize("command", [("worker", "--queues", "scan"), ("scheduler",)])
def test_a_database_with_an_older_schema(
    command: tuple[str, ...], postgres_server: str, broker_url: str, tmp_path: Path
) -> None:
    with postgres.fresh_database(postgres_server) as url:
        upgrade(url)
        downgrade(url, "0003")
        done = _run(tmp_path, url, broker_url, *command)
    assert done.returncode == 6
    assert "older than this version; run: optimizer db upgrade" in one_line(done)


def test_a_file_as_the_database_of_a_fleet(sqlite_url: str, broker_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path, sqlite_url, broker_url, "worker", "--queues", "propose")
    assert done.returncode == 2
    assert "a broker needs a database that all workers reach" in one_line(done)


def test_a_queue_that_there_is_not(postgres_url: str, broker_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path, postgres_url, broker_url, "worker", "--queues", "scan,evalute")
    assert done.returncode == 2
    assert one_line(done) == "there is no queue 'evalute': known are scan, propose, evaluate, publish"


def test_more_processes_than_cores_to_time_on(postgres_url: str, broker_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path, postgres_url, broker_url, "worker", "--queues", "evaluate", "--concurrency", "3")
    assert done.returncode == 2
    assert one_line(done) == "3 processes cannot time on 1 core: set bench_cores, or start fewer"


def test_a_second_scheduler(postgres_url: str, broker_url: str, tmp_path: Path) -> None:
    variables = environment(tmp_path / "home", postgres_url, broker_url)
    first = Service("first", [*PROGRAM, "scheduler"], tmp_path / "log", variables, COMPOSE.parent)
    first.ready = lambda: "beat: Starting" in first.log.read_text()
    first.start()
    try:
        first.wait_ready()
        done = _run(tmp_path / "home", postgres_url, broker_url, "scheduler")
        assert done.returncode == 11
        assert one_line(done) == "a scheduler runs already: one is enough, stop that one first"
        first.kill()
        second = Service("second", [*PROGRAM, "scheduler"], tmp_path / "log2", variables, COMPOSE.parent)
        second.ready = lambda: "beat: Starting" in second.log.read_text()
        second.start()
        second.wait_ready()  # a killed one stands in nobody's way
        assert second.stop() in (0, 130)
    finally:
        first.kill()


def test_a_second_job_of_a_repository_under_way(postgres_url: str, broker_url: str, tmp_path: Path) -> None:
    repository = str(orders(tmp_path / "orders"))
    assert _run(tmp_path / "home", postgres_url, broker_url, "submit", repository).returncode == 0
    done = _run(tmp_path / "home", postgres_url, broker_url, "submit", repository)
    assert done.returncode == 11
    assert one_line(done) == f"job 1 of {repository} is under way: wait for it, or `optimizer cancel 1`"
    assert _run(tmp_path / "home", postgres_url, broker_url, "cancel", "1").returncode == 0
    done = _run(tmp_path / "home", postgres_url, broker_url, "cancel", "1")
    assert done.returncode == 1
    assert one_line(done) == "job 1 is cancelled: there is nothing to cancel"
    retried = _run(tmp_path / "home", postgres_url, broker_url, "retry", "1")
    assert (retried.returncode, retried.stdout) == (0, "job 1 is queued again\n")
    assert _run(tmp_path / "home", postgres_url, broker_url, "retry", "1").returncode == 1


def test_a_password_in_an_address_does_not_travel(postgres_url: str, broker_url: str, tmp_path: Path) -> None:
    done = _run(tmp_path, postgres_url, broker_url, "submit", "https://me:secret@example.org/shop.git")
    assert done.returncode == 3
    assert "leave the password out of the address" in one_line(done)
    assert "secret" not in done.stderr


@pytest.mark.parametrize("arguments", [("--resume",), ("--proofs", "proofs")])
def test_what_only_a_job_in_this_process_can_do(
    arguments: tuple[str, ...], postgres_url: str, broker_url: str, tmp_path: Path
) -> None:
    repository = str(orders(tmp_path / "orders"))
    done = _run(tmp_path / "home", postgres_url, broker_url, "submit", repository, *arguments)
    assert done.returncode == 2
    assert "where jobs are queued" in one_line(done) or "jobs are queued here" in one_line(done)
