"""Whether a fleet can do its work: asked of a real Postgres and a real Redis, and what the command says."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from optimizer.cli.main import run
from optimizer.domain.jobs import Repository, Submission
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue, Worker
from tests.support.redis_server import RedisServer, redis_server
from workers.fleet import Fleet, open_fleet
from workers.health import fleet_health, health, seen, worker_health

_EVER = 1e6
_NOBODY = "postgresql://me:s3cr3t@127.0.0.1:1/nothing"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(password="s3cr3t") as server:
        yield server


@pytest.fixture
def settings(postgres_url: str, redis: RedisServer) -> Settings:
    return Settings(database_url=postgres_url, broker_url=redis.url)


@pytest.fixture
def fleet(settings: Settings) -> Iterator[Fleet]:
    with closing(open_fleet(settings)) as opened:
        yield opened


def _report(fleet: Fleet, name: str, *queues: str) -> None:
    now = datetime.now(UTC)
    fleet.work.report(Worker(name, queues, "host", 7, 1, now, now))


def _whole(fleet: Fleet) -> None:
    _report(fleet, "scheduler@a/1")
    _report(fleet, "cpu@b/1", "scan", "publish")
    _report(fleet, "cpu@b/2", "scan", "publish")
    _report(fleet, "gpu@c/1", "propose")
    _report(fleet, "bench@d/1", "evaluate")


def _failing(fleet: Fleet, *queues: Queue, oldest: float = _EVER) -> dict[str, str]:
    return {one.name: one.detail for one in health(fleet, queues or tuple(Queue), 60.0, oldest) if not one.ok}


def test_a_fleet_in_which_everything_lives_is_well(fleet: Fleet) -> None:
    _whole(fleet)
    found = {one.name: one.detail for one in health(fleet, tuple(Queue), 60.0)}
    assert _failing(fleet) == {}
    assert found["scan workers"] == "cpu@b"
    assert found["scheduler"] == "scheduler@a"
    assert found["propose oldest"] == "nothing waits"
    assert list(found)[:3] == ["database", "broker", "scheduler"]


def test_a_queue_on_which_nobody_works_is_told_with_what_to_do(fleet: Fleet) -> None:
    _report(fleet, "scheduler@a/1")
    _report(fleet, "cpu@b/1", "scan", "publish")
    advice = "none: run `optimizer worker --queues {}`"
    assert _failing(fleet) == {
        "propose workers": advice.format("propose"), "evaluate workers": advice.format("evaluate"),
    }  # fmt: skip
    assert _failing(fleet, Queue.SCAN) == {}


def test_who_was_not_heard_of_for_too_long_counts_as_dead(fleet: Fleet) -> None:
    _whole(fleet)
    with fleet.sessions.writing() as session:
        statement = "UPDATE workers SET seen_at = seen_at - interval '2 minutes' WHERE name LIKE 'scheduler%'"
        session.execute(text(statement))
    assert _failing(fleet) == {"scheduler": "none: run `optimizer scheduler`"}
    assert seen(fleet, "cpu@b", 60.0).ok
    assert not seen(fleet, "scheduler@a", 60.0).ok
    assert not seen(fleet, "cpu", 60.0).ok


def test_what_waits_for_too_long_is_told_by_queue(fleet: Fleet) -> None:
    _whole(fleet)
    fleet.work.submit(Submission("/srv/shop"), Repository("/srv/shop", "shop"))
    with fleet.sessions.writing() as session:
        session.execute(text("UPDATE work SET queued_at = queued_at - interval '2 hours'"))
    failing = _failing(fleet, oldest=3600.0)
    assert list(failing) == ["scan oldest"]
    assert failing["scan oldest"].endswith("of 3600 s at most")
    assert _failing(fleet, oldest=3 * 3600.0) == {}


def test_many_workers_are_named_in_part(fleet: Fleet) -> None:
    for number in range(8):
        _report(fleet, f"cpu@{number}/1", "scan")
    found = {one.name: one.detail for one in health(fleet, [Queue.SCAN], 60.0)}
    assert found["scan workers"] == "cpu@0, cpu@1, cpu@2, cpu@3, cpu@4 and 3 more"


def test_a_broker_that_is_down_is_told_beside_what_can_be_known(fleet: Fleet, redis: RedisServer) -> None:
    _whole(fleet)
    redis.stop()
    failing = _failing(fleet)
    assert list(failing) == ["broker"]
    assert "cannot be reached" in failing["broker"]
    assert "s3cr3t" not in failing["broker"]


def test_a_database_that_is_down_is_told_beside_the_broker(settings: Settings, redis: RedisServer) -> None:
    down = Settings(database_url=_NOBODY, broker_url=redis.url)
    found = fleet_health(down, tuple(Queue), 60.0)
    assert [(one.name, one.ok) for one in found] == [("database", False), ("broker", True)]
    assert "Cannot reach the database nothing at 127.0.0.1:1" in found[0].detail
    assert "s3cr3t" not in found[0].detail
    assert [one.ok for one in worker_health(down, "cpu@b", 60.0)] == [False, True]


def test_a_database_that_goes_away_is_told_by_a_fleet_that_was_open(fleet: Fleet) -> None:
    _whole(fleet)
    with fleet.sessions.writing() as session:
        session.execute(text("ALTER TABLE workers RENAME TO gone"))
    try:
        assert list(_failing(fleet)) == ["database"]
    finally:
        with fleet.sessions.writing() as session:
            session.execute(text("ALTER TABLE gone RENAME TO workers"))


@dataclass
class _Command:
    settings: Settings
    captured: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, **other: str) -> tuple[int, str, str]:
        given = {"database_url": self.settings.database_url, "broker_url": self.settings.broker_url} | other
        code = run(
            [*arguments, *(part for name, value in given.items() for part in ("--set", f"{name}={value}"))]
        )
        return code, *self.captured.readouterr()


@pytest.fixture
def command(settings: Settings, capsys: pytest.CaptureFixture[str]) -> _Command:
    return _Command(settings, capsys)


def test_the_command_says_a_line_for_each_check_and_exits_with_1_when_one_fails(
    command: _Command, fleet: Fleet
) -> None:
    code, out, err = command("health")
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert len(lines) == 3 + 2 * len(Queue)
    assert lines[1] == "ok      broker:           answers"
    assert lines[2] == "failing scheduler:        none: run `optimizer scheduler`"
    _whole(fleet)
    assert command("health")[0] == 0


def test_the_command_looks_at_the_queues_that_are_asked_for(command: _Command, fleet: Fleet) -> None:
    _report(fleet, "scheduler@a/1")
    _report(fleet, "gpu@c/1", "propose")
    code, out, _ = command("health", "--queue", "propose", "--json")
    assert code == 0
    assert [check["name"] for check in json.loads(out)] == [
        "database", "broker", "scheduler", "propose workers", "propose oldest",
    ]  # fmt: skip
    assert command("health", "--queue", "propose", "--queue", "scan")[0] == 1


def test_the_command_asks_for_one_worker_alone(command: _Command, fleet: Fleet) -> None:
    _report(fleet, "cpu@b/1", "scan")
    assert command("health", "--self", "cpu@b")[0] == 0
    code, out, _ = command("health", "--self", "cpu@z")
    assert code == 1
    assert "failing worker:           cpu@z was not seen in the last 60 s" in out
    assert command("health", "--self", "cpu@z", lease_seconds="90")[1].endswith("the last 90 s\n")


def test_bad_input_gives_one_line(command: _Command) -> None:
    code, out, err = command("health", "--queue", "scam")
    assert (code, out) == (2, "")
    assert err == "optimizer: error: there is no queue 'scam': known are scan, propose, evaluate, publish\n"
    assert command("health", "--queue", "scan", "--self", "x")[0] == 2
    code, out, err = command("health", broker_url="")
    assert (code, out) == (2, "")
    assert "there is no broker: set OPTIMIZER_BROKER_URL" in err


def test_a_wrong_password_of_the_broker_is_told_without_it(command: _Command, redis: RedisServer) -> None:
    wrong = redis.url.replace("s3cr3t", "0th3r")
    code, out, _ = command("health", broker_url=wrong)
    assert code == 1
    assert "refuses us" in out
    assert "0th3r" not in out
