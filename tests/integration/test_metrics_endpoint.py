"""The metrics of a real worker with real children, and of a real scheduler, asked for over HTTP."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.upgrade import upgrade
from optimizer.domain.errors import ConfigError, DatabaseError
from optimizer.domain.jobs import Repository, Submission
from optimizer.domain.settings import Settings
from optimizer.testing import postgres
from tests.support.redis_server import redis_server
from tests.support.scraped import get, scrape
from workers.fleet import open_fleet
from workers.health import Check
from workers.metrics import make_metrics
from workers.metrics_fleet import collector
from workers.metrics_server import Endpoint, serve

_DEATHS = 'optimizer_deaths_total{queue="evaluate"}'
_TOOK = 'optimizer_stage_seconds_count{stage="evaluate"}'


@dataclass
class _Metered:
    process: "subprocess.Popen[str]"
    port: int
    folder: Path

    def child(self, counts: int) -> int:
        assert self.process.stdout
        self._tell(str(counts))
        return int(self.process.stdout.readline())

    def disk_is_full(self) -> None:
        self._tell("full")

    def _tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@pytest.fixture
def start(tmp_path: Path) -> Iterator["_Start"]:
    with ExitStack() as stack:
        yield _Start(tmp_path, stack)


@dataclass
class _Start:
    home: Path
    stack: ExitStack

    def __call__(self) -> _Metered:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.metered", str(self.home)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.stack.callback(_end, process)
        assert process.stdout
        told = json.loads(process.stdout.readline())
        return _Metered(process, told["port"], Path(told["folder"]))


def _end(process: "subprocess.Popen[str]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _gone(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)


def test_what_the_children_of_a_worker_count_is_added_up(start: _Start) -> None:
    worker = start()
    worker.child(2)
    worker.child(3)
    found = scrape(worker.port)
    assert found[_DEATHS] == 5
    assert found[_TOOK] == 5
    assert found['optimizer_stage_seconds_bucket{le="1.0",stage="evaluate"}'] == 0
    assert found['optimizer_stage_seconds_bucket{le="2.5",stage="evaluate"}'] == 5
    assert found['optimizer_stage_seconds_sum{stage="evaluate"}'] == 10
    assert found['optimizer_deaths_total{queue="scan"}'] == 1


def test_what_killed_children_counted_stays_and_their_files_go(start: _Start) -> None:
    worker = start()
    first, second = worker.child(2), worker.child(3)
    before = scrape(worker.port)
    _gone(first)
    assert scrape(worker.port) == before
    _gone(second)
    assert scrape(worker.port) == before
    worker.child(4)
    found = scrape(worker.port)
    assert (found[_DEATHS], found[_TOOK]) == (9, 9)
    names = {path.name for path in worker.folder.glob("*.db")}
    assert not any(str(pid) in name for name in names for pid in (first, second))
    assert {"counter_0.db", "histogram_0.db"} <= names


def test_a_child_without_room_on_the_disk_counts_nothing_and_lives(start: _Start) -> None:
    worker = start()
    first = worker.child(1)
    worker.disk_is_full()
    second = worker.child(1)
    assert scrape(worker.port)[_DEATHS] == 1
    _gone(first)
    _gone(second)
    assert scrape(worker.port)[_DEATHS] == 1
    names = [path.name for path in worker.folder.iterdir()]
    assert any(str(first) in name for name in names)
    assert not any(str(second) in name for name in names)


def test_a_worker_removes_what_dead_workers_left_and_nothing_of_the_living(start: _Start) -> None:
    dead, alive = start(), start()
    dead.process.kill()
    dead.process.wait()
    start()
    assert not dead.folder.exists()
    alive.child(1)
    assert scrape(alive.port)[_DEATHS] == 1


def test_a_folder_is_in_use_for_as_long_as_a_child_counts_in_it(start: _Start) -> None:
    worker = start()
    child = worker.child(1)
    worker.process.kill()
    worker.process.wait()
    start()
    assert worker.folder.exists()
    _gone(child)
    start()
    assert not worker.folder.exists()


def test_a_child_that_outlives_its_worker_does_not_keep_the_port(start: _Start) -> None:
    worker = start()
    worker.child(1)
    worker.process.kill()
    worker.process.wait()
    with closing(serve(worker.port)) as endpoint:
        assert get(f"http://127.0.0.1:{endpoint.port}/healthz") == (200, "ok\n")


def test_the_scheduler_tells_of_a_real_queue_and_of_what_is_down(
    postgres_server: str, tmp_path: Path
) -> None:
    with redis_server() as redis, ExitStack() as stack:
        with postgres.fresh_database(postgres_server) as url:
            upgrade(url)
            fleet = stack.enter_context(closing(open_fleet(Settings(database_url=url, broker_url=redis.url))))
            source = collector(fleet.work, fleet.broker)
            endpoint = stack.enter_context(closing(serve(0, sources=[make_metrics().source(), source])))
            _, item = fleet.work.submit(Submission("/srv/shop"), Repository("/srv/shop", "shop"))
            fleet.broker.send([item, item])
            found = scrape(endpoint.port)
            assert found['optimizer_queue_waiting{queue="scan"}'] == 1
            assert found['optimizer_broker_messages{queue="scan"}'] == 2
            assert found['optimizer_deaths_total{queue="scan"}'] == 0
            assert (found["optimizer_database_up"], found["optimizer_broker_up"]) == (1, 1)
            redis.stop()
            found = scrape(endpoint.port)
            assert found["optimizer_broker_up"] == 0
            assert found['optimizer_queue_waiting{queue="scan"}'] == 1
            assert not any(name.startswith("optimizer_broker_messages") for name in found)
        found = scrape(endpoint.port)  # the database is dropped by now
        assert found["optimizer_database_up"] == 0
        assert not any(name.startswith("optimizer_queue_waiting") for name in found)


@pytest.fixture
def checks() -> list[Check]:
    return []


@pytest.fixture
def endpoint(checks: list[Check]) -> Iterator[Endpoint]:
    with closing(serve(0, checks=lambda: checks)) as served:
        yield served


def test_health_is_200_while_all_is_well_and_503_with_the_reason_when_not(
    endpoint: Endpoint, checks: list[Check]
) -> None:
    url = f"http://127.0.0.1:{endpoint.port}/healthz"
    checks.append(Check("database", True, "answers"))
    assert get(url) == (200, "ok database: answers\n")
    checks.append(Check("worker", False, "bench@a was not seen in the last 60 s"))
    status, text = get(url)
    assert status == 503
    assert text.splitlines()[1] == "failing worker: bench@a was not seen in the last 60 s"


def test_health_that_cannot_be_told_is_no_health() -> None:
    def broken() -> list[Check]:
        raise DatabaseError("Cannot reach postgresql://me:s3cr3t@db/x")

    with closing(serve(0, checks=broken)) as endpoint:
        status, text = get(f"http://127.0.0.1:{endpoint.port}/healthz")
    assert status == 503
    assert "Cannot reach postgresql://db/x" in text


def test_nothing_else_is_served(endpoint: Endpoint) -> None:
    status, text = get(f"http://127.0.0.1:{endpoint.port}/")
    assert (status, text) == (404, "ask for /metrics or /healthz\n")


def test_it_is_served_to_this_machine_alone_unless_told_otherwise(endpoint: Endpoint) -> None:
    assert endpoint.host == "127.0.0.1"


def test_a_port_that_is_taken_and_an_address_that_is_not_ours_say_so(endpoint: Endpoint) -> None:
    with pytest.raises(ConfigError, match=f"127.0.0.1:{endpoint.port}: Address already in use"):
        serve(endpoint.port)
    with pytest.raises(ConfigError, match=r"metrics cannot be served on 192\.0\.2\.1:0"):
        serve(0, "192.0.2.1")
    with pytest.raises(ConfigError, match=r"metrics cannot be served on no such host:0"):
        serve(0, "no such host")
