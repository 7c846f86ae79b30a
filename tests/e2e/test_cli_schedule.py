"""The commands of `schedule`, over a real Postgres and a real Redis."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.store import open_store
from optimizer.cli.main import run
from optimizer.domain.jobs import JobState
from tests.support.gitrepo import make_repository
from tests.support.redis_server import RedisServer, redis_server

_URL = "https://example.org/team/shop.git"


class Printed(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


Command = Callable[..., Printed]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The program without a fleet."""
    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path / "home"))

    def command(*arguments: str) -> Printed:
        code = run(["schedule", *arguments])
        return Printed(code, *capsys.readouterr())

    return command


@pytest.fixture
def schedule(
    bare: Command, redis: RedisServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> Command:
    monkeypatch.setenv("OPTIMIZER_DATABASE_URL", postgres_url)
    monkeypatch.setenv("OPTIMIZER_BROKER_URL", redis.url)
    monkeypatch.delenv("OPTIMIZER_EXPERTS")  # a schedule keeps the settings that are given
    return bare


def test_a_schedule_is_added_listed_and_removed(schedule: Command) -> None:
    options = ("--cron", "30 3 * * 1-5", "--timezone", "Europe/Berlin", "--jitter", "1h", "--ref", "main")
    added = schedule("add", _URL, *options, "--set", "gate=1.1", "--json").data
    assert added["repository"] == {"url": _URL, "name": "shop"}
    assert (added["ref"], added["settings"], added["jitter_seconds"]) == ("main", {"gate": 1.1}, 3600.0)
    assert datetime.fromisoformat(added["next_at"]) > datetime.now(UTC)
    assert schedule("list", "--json").data == [added]
    shown = schedule("list").out
    assert all(word in shown for word in (_URL, "30 3 * * 1-5", "Europe/Berlin", "3600 s", "main"))
    assert schedule("remove", "1").out == "schedule 1 is removed\n"
    assert schedule("list", "--json").data == []


def test_every_night_at_two_and_a_little_later_is_what_is_meant_unless_said_otherwise(
    schedule: Command,
) -> None:
    added = schedule("add", _URL, "--json").data
    assert (added["cron"], added["timezone"], added["jitter_seconds"]) == ("0 2 * * *", "UTC", 900.0)
    turn = datetime.fromisoformat(added["next_at"])
    assert (
        timedelta(0) <= turn - turn.replace(hour=2, minute=0, second=0, microsecond=0) < timedelta(minutes=15)
    )


def test_without_jitter_turns_are_on_the_dot(schedule: Command) -> None:
    assert schedule("add", _URL, "--jitter", "0", "--json").data["next_at"].endswith("T02:00:00+00:00")


def test_a_path_is_the_repository_that_it_lies_in(
    schedule: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository(tmp_path / "shop", {"lib/a.py": b"x = 1\n"})
    monkeypatch.chdir(root / "lib")
    assert schedule("add", str(root / "lib"), "--json").data["repository"]["url"] == str(root)
    assert [path.name for path in (root / "lib").iterdir()] == ["a.py"]


def test_a_schedule_rests_and_goes_on(schedule: Command) -> None:
    schedule("add", _URL)
    assert schedule("pause", "1").out == "schedule 1 of shop: paused\n"
    assert "paused" in schedule("list").out
    assert schedule("resume", "1").out.startswith("schedule 1 of shop: next at 20")
    assert schedule("list", "--json").data[0]["paused"] is False


def test_a_job_can_be_queued_now(schedule: Command, postgres_url: str) -> None:
    schedule("add", _URL)
    job = schedule("run", "1", "--json").data["job"]
    with open_store(postgres_url) as store:
        assert store.job(job["id"]).state is JobState.QUEUED
    assert schedule("list", "--json").data[0]["last_job_id"] == job["id"]
    assert f"{job['id']} (queued)" in schedule("list").out
    again = schedule("run", "1")
    assert again.code == 11
    assert f"job {job['id']} of {_URL} is under way" in again.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", _URL, "--cron", "@daily"), 2, "is not a cron line"),
        (("add", _URL, "--timezone", "Berlin"), 2, "no time zone 'Berlin'"),
        (("add", _URL, "--jitter", "2 moons"), 2, "is not a time"),
        (("add", _URL, "--jitter", "30h"), 2, "between 0 and 24 hours"),
        (("add", _URL, "--set", "gate=1"), 2, "gate has to be at least"),
        (("add", "https://ada:s3cret@example.org/shop.git"), 3, "leave the password out"),
        (("add", "/no/such/place"), 3, "no such directory"),
        (("add", _URL, "--ref", "-x"), 3, "is not a branch, tag or commit"),
        (("pause", "7"), 7, "There is no schedule 7"),
        (("run", "7"), 7, "There is no schedule 7"),
        (("remove", "0"), 2, "0 is not in the range"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_and_its_exit_code(
    schedule: Command, arguments: tuple[str, ...], code: int, said: str
) -> None:
    printed = schedule(*arguments)
    assert (printed.code, printed.out) == (code, "")
    last = printed.err.splitlines()[-1]
    assert said in last
    assert "s3cret" not in printed.err
    assert "Traceback" not in printed.err


def test_the_same_schedule_twice_is_refused(schedule: Command) -> None:
    schedule("add", _URL)
    again = schedule("add", _URL)
    assert (again.code, "schedule 1 does the same already" in again.err) == (2, True)


def test_without_a_fleet_there_are_no_schedules(bare: Command, sqlite_url: str) -> None:
    for arguments in (("add", _URL), ("list",), ("list", "--set", f"database_url={sqlite_url}")):
        printed = bare(*arguments)
        assert (printed.code, printed.out) == (2, "")
        assert "schedules are a fleet's: set OPTIMIZER_DATABASE_URL" in printed.err
