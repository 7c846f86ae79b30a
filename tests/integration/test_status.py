"""`optimizer status`: on both databases, with a broker, without one, and with one that is down."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db.rates import Rate, activity
from db.store import SqlStore
from db.upgrade import upgrade
from db.work import SqlWork
from optimizer.cli.main import run
from optimizer.domain.evidence import Reason
from optimizer.domain.jobs import JobState, Repository, Submission
from optimizer.domain.settings import Settings
from optimizer.domain.work import NewItem, Plan, Queue, Worker
from tests.support.redis_server import RedisServer, redis_server
from tests.support.results import ended, function, new_job, with_patch
from workers.fleet import Fleet, open_fleet

_SHOP = Repository("/srv/shop", "shop")


@dataclass
class _Command:
    captured: pytest.CaptureFixture[str]
    given: dict[str, str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        settings = [part for name, value in self.given.items() for part in ("--set", f"{name}={value}")]
        code = run(["status", *arguments, *settings])
        return code, *self.captured.readouterr()

    def data(self) -> dict[str, Any]:
        code, out, _ = self("--json")
        assert code == 0
        found: dict[str, Any] = json.loads(out)
        return found


@pytest.fixture
def alone(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> _Command:
    """Without a broker, on both databases."""
    return _Command(capsys, {"database_url": database_url, "home": str(tmp_path)})


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def fleet(postgres_url: str, redis: RedisServer) -> Iterator[Fleet]:
    with closing(open_fleet(Settings(database_url=postgres_url, broker_url=redis.url))) as opened:
        yield opened


@pytest.fixture
def together(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> _Command:
    given = {"database_url": fleet.settings.database_url, "broker_url": fleet.settings.broker_url}
    return _Command(capsys, given)


def _age(store: SqlStore, table: str, column: str, age: timedelta, where: str = "true") -> None:
    """Makes rows older, in whatever form the database keeps times."""
    then = datetime.now(UTC) - age
    value = then.replace(tzinfo=None) if store.sessions.url.get_backend_name() == "sqlite" else then
    with store.sessions.writing() as session:
        session.execute(
            text(f"UPDATE {table} SET {column} = :then WHERE {where}"), {"then": value.isoformat(" ")}
        )


def _table(out: str, heading: str) -> list[list[str]]:
    """The rows under a heading, without the columns' names."""
    lines = out.split(f"\n{heading}\n")[1].split("\n\n", maxsplit=1)[0].splitlines()
    return [line.split() for line in lines[1:]]


def test_an_empty_database_without_a_broker_shows_that_nothing_waits(alone: _Command) -> None:
    code, out, err = alone()
    assert (code, err) == (0, "")
    assert out.startswith("no broker is configured: jobs run in the process that submits them\n")
    assert _table(out, "Queues") == [[queue.value, "0", "0"] for queue in Queue]
    assert _table(out, "Jobs") == [[state.value, "0"] for state in JobState]
    assert "Workers" not in out
    data = alone.data()
    assert data["broker"] is None
    assert data["workers"] == []
    assert {one["messages"] for one in data["queues"]} == {None}


def test_what_was_done_in_the_last_hour_and_day_is_counted(alone: _Command, sql_store: SqlStore) -> None:
    job = sql_store.create_job(new_job())
    for name in ("a", "b", "c"):
        sql_store.save_result(job.id, with_patch(function(name)))
    of_b, of_c = "qualname = 'b'", "qualname = 'c'"
    for age, which in ((timedelta(hours=2), of_b), (timedelta(days=2), of_c)):
        functions = f"SELECT id FROM functions WHERE {which}"
        candidates = f"SELECT id FROM candidates WHERE function_id IN ({functions})"
        _age(sql_store, "evaluations", "created_at", age, f"candidate_id IN ({candidates})")
        _age(sql_store, "patches", "created_at", age, f"function_id IN ({functions})")
        _age(sql_store, "functions", "created_at", age, which)
    assert alone.data()["rates"] == {
        "functions": {"hour": 1, "day": 2},
        "candidates": {"hour": 2, "day": 4},
        "patches": {"hour": 1, "day": 2},
    }
    assert _table(alone()[1], "Done") == [
        ["functions", "ended", "1", "2"], ["candidates", "judged", "2", "4"], ["patches", "1", "2"],
    ]  # fmt: skip


def test_jobs_are_counted_by_state_and_functions_that_were_set_aside_until_a_retry(
    alone: _Command, sql_store: SqlStore
) -> None:
    work = SqlWork(sql_store.sessions)
    job, scan = work.submit(Submission(_SHOP.url), _SHOP)
    claim = work.claim(scan.id, Queue.SCAN, 60.0)
    assert claim
    (item,) = work.plan(claim, Plan((), (NewItem("g", b""),), b"")) or ()
    held = work.claim(item.id, Queue.PROPOSE, 60.0)
    assert held
    assert work.finish(held, ended(function("g"), Reason.SET_ASIDE))
    assert work.close_job(job.id)
    sql_store.create_job(new_job())
    data = alone.data()
    assert data["jobs"] == {state.value: 0 for state in JobState} | {"done": 1, "running": 1}
    assert data["set_aside"] == 1
    assert alone()[1].endswith("\nFunctions set aside, since workers died over them: 1\n")
    assert work.retry(job.id)
    assert alone.data()["set_aside"] == 0


def test_rates_are_by_the_clock_of_the_times_that_are_kept(sql_store: SqlStore) -> None:
    job = sql_store.create_job(new_job())
    sql_store.save_result(job.id, ended())
    found = activity(sql_store.sessions)
    assert found.functions == Rate(1, 1)
    assert (found.at.tzinfo, found.candidates) == (UTC, Rate(0, 0))


def test_queues_show_what_waits_for_how_long_and_what_the_broker_holds(
    together: _Command, fleet: Fleet
) -> None:
    _, first = fleet.work.submit(Submission(_SHOP.url), _SHOP)
    _, second = fleet.work.submit(Submission("/srv/b"), Repository("/srv/b", "b"))
    _, third = fleet.work.submit(Submission("/srv/c"), Repository("/srv/c", "c"))
    assert fleet.work.claim(first.id, Queue.SCAN, 60.0)
    fleet.broker.send([second, third, third])
    _age(fleet.store, "work", "queued_at", timedelta(minutes=10), f"id = {second.id}")
    code, out, err = together()
    assert (code, err) == (0, "")
    assert _table(out, "Queues")[0] == ["scan", "2", "1", "10", "min", "3"]
    scan = together.data()["queues"][0]
    assert (scan["waiting"], scan["held"], scan["messages"]) == (2, 1, 3)
    assert 600 <= scan["oldest_seconds"] < 1200


def test_a_broker_that_is_down_is_said_so_and_the_rest_is_shown(
    together: _Command, fleet: Fleet, redis: RedisServer
) -> None:
    fleet.work.submit(Submission(_SHOP.url), _SHOP)
    redis.stop()
    code, out, err = together()
    assert code == 0
    assert err.startswith("optimizer: the broker redis://127.0.0.1:")
    assert err.count("\n") == 1
    assert [row[-1] for row in _table(out, "Queues")] == ["unreachable"] * len(Queue)
    assert _table(out, "Queues")[0][:3] == ["scan", "1", "0"]
    data = together.data()
    assert data["broker"]["reachable"] is False
    assert "cannot be reached" in data["broker"]["error"]
    assert {one["messages"] for one in data["queues"]} == {None}


def _report(fleet: Fleet, name: str, queues: tuple[str, ...], concurrency: int = 1) -> None:
    now = datetime.now(UTC)
    fleet.work.report(Worker(name, queues, "host-a", 7, concurrency, now, now))


def test_a_worker_is_one_row_however_many_processes_it_has_or_had(together: _Command, fleet: Fleet) -> None:
    for process in (1, 2, 3):
        _report(fleet, f"cpu@a/{process}", ("scan", "publish"), 2)
    _report(fleet, "gpu@b/1", ("propose",))
    _report(fleet, "scheduler@c/1", ())
    _age(fleet.store, "workers", "seen_at", timedelta(hours=2), "name IN ('cpu@a/1', 'gpu@b/1')")
    _, out, _ = together()
    rows = {row[0]: row[1:] for row in _table(out, "Workers")}
    assert rows["cpu@a"][:7] == ["alive", "2", "of", "2", "scan,", "publish", "host-a"]
    assert rows["gpu@b"][:6] == ["silent", "0", "of", "1", "propose", "host-a"]
    assert rows["gpu@b"][-3:] == ["2.0", "h", "ago"]
    assert rows["scheduler@c"][0] == "alive"
    told = {one["name"]: one["alive"] for one in together.data()["workers"]}
    assert told == {
        "cpu@a/1": False,
        "cpu@a/2": True,
        "cpu@a/3": True,
        "gpu@b/1": False,
        "scheduler@c/1": True,
    }


def test_every_field_of_the_json_is_documented(together: _Command, fleet: Fleet) -> None:
    _report(fleet, "cpu@a/1", ("scan",))
    text = Path("docs/operations.md").read_text("utf-8")
    named = set(re.findall(r"`(\w+)`", text.partition("`--json` has")[2].partition("## Logs")[0]))
    assert set(_keys(together.data(), "jobs")) - {state.value for state in JobState} == named


def _keys(value: object, *leaves: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _keys(item, *leaves)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from () if name in leaves else _keys(inner, *leaves)


def test_a_fleet_without_workers_says_so(together: _Command) -> None:
    assert "Workers: none was seen in the last day" in together()[1]


def test_how_long_silence_may_last_is_a_setting(together: _Command, fleet: Fleet) -> None:
    _report(fleet, "cpu@a/1", ("scan",))
    _age(fleet.store, "workers", "seen_at", timedelta(seconds=80))
    assert together.data()["workers"][0]["alive"] is False
    together.given["lease_seconds"] = "600"
    assert together.data()["workers"][0]["alive"] is True


def test_a_database_that_does_not_answer_and_a_fleet_on_a_file_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], redis: RedisServer
) -> None:
    down = _Command(capsys, {"database_url": "postgresql://me@127.0.0.1:1/x", "broker_url": redis.url})
    code, out, err = down()
    assert (code, out) == (6, "")
    assert err.startswith("optimizer: error: Cannot reach the database x at 127.0.0.1:1")
    upgrade(f"sqlite:///{tmp_path}/optimizer.db")
    file = _Command(capsys, {"home": str(tmp_path), "broker_url": redis.url})
    code, out, err = file()
    assert (code, out) == (2, "")
    assert err.startswith("optimizer: error: a broker needs a database that all workers reach")
