"""What the scheduler does with schedules, on a real Postgres and a real Redis."""

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import update

from db.fleet_tables import ScheduleRow
from db.schedules import SqlSchedules
from optimizer.domain.errors import AnotherRunsError, BrokerError
from optimizer.domain.jobs import JobState, Repository, Submission
from optimizer.domain.schedules import NewSchedule, Turn
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue
from tests.support.cli import PROGRAM, environment
from tests.support.redis_server import RedisServer, redis_server
from workers.control import reconcile
from workers.fleet import Fleet, open_fleet
from workers.schedules import first_turn, run_now, tick

_NOW = datetime(2026, 3, 5, 2, 30, tzinfo=UTC)
_NIGHT = timedelta(days=1)
_SCHEDULERS = 4
_PATIENCE = 120.0  # seconds for a process to start on a busy machine


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def fleet(postgres_url: str, redis: RedisServer) -> Iterator[Fleet]:
    opened = open_fleet(Settings(broker_url=redis.url, database_url=postgres_url))
    with Redis.from_url(redis.url) as client:
        client.flushdb()
    yield opened
    opened.close()


def _new(name: str = "shop") -> NewSchedule:
    where = Repository(f"https://example.org/{name}.git", name)
    return NewSchedule(where, Submission(where.url, scheduled=True), "0 2 * * *", "UTC")


def _add(fleet: Fleet, name: str = "shop", nights: int = 0) -> int:
    """Due half an hour before `_NOW`, or so many nights earlier."""
    at = _NOW.replace(minute=0) - nights * _NIGHT
    return SqlSchedules(fleet.sessions).add(_new(name), at).id


def _waiting(fleet: Fleet) -> frozenset[int]:
    return fleet.broker.items(Queue.SCAN)


def test_a_turn_that_is_due_becomes_a_job_that_workers_are_told_of(fleet: Fleet) -> None:
    schedule_id = _add(fleet)
    (turn,) = tick(fleet, _NOW)
    assert turn.item is not None
    assert _waiting(fleet) == {turn.item.id}
    assert fleet.store.job(turn.item.job_id).state is JobState.QUEUED
    found = SqlSchedules(fleet.sessions).get(schedule_id)
    assert found.next_at == datetime(2026, 3, 6, 2, tzinfo=UTC)
    assert tick(fleet, _NOW) == []


def test_nothing_is_due_before_its_time(fleet: Fleet) -> None:
    _add(fleet)
    assert tick(fleet, _NOW - timedelta(hours=1)) == []
    assert fleet.store.jobs() == []


def test_turns_that_were_missed_are_made_up_for_by_one(fleet: Fleet) -> None:
    schedule_id = _add(fleet, nights=9)
    assert len(tick(fleet, _NOW)) == 1
    assert tick(fleet, _NOW) == []
    assert len(fleet.store.jobs()) == 1
    assert SqlSchedules(fleet.sessions).get(schedule_id).next_at == datetime(2026, 3, 6, 2, tzinfo=UTC)


def test_several_schedulers_at_once_take_each_turn_once(fleet: Fleet) -> None:
    for number in range(6):
        _add(fleet, f"shop{number}")
    start, turns = threading.Barrier(_SCHEDULERS), list[Sequence[Turn]]()

    def ticking() -> None:
        start.wait()
        turns.append(tick(fleet, _NOW))

    threads = [threading.Thread(target=ticking) for _ in range(_SCHEDULERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [turn.schedule.id for found in turns for turn in found]
    assert len(turns) == _SCHEDULERS
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == len(fleet.store.jobs()) == len(_waiting(fleet)) == 6


def test_a_turn_is_skipped_while_its_last_job_is_under_way(fleet: Fleet) -> None:
    schedule_id = _add(fleet)
    (first,) = tick(fleet, _NOW)
    assert first.item is not None
    (second,) = tick(fleet, _NOW + _NIGHT)
    assert second.outcome == f"skipped: job {first.item.job_id} is under way"
    assert len(fleet.store.jobs()) == 1
    fleet.work.cancel(first.item.job_id)
    (third,) = tick(fleet, _NOW + 2 * _NIGHT)
    assert third.item is not None
    assert SqlSchedules(fleet.sessions).get(schedule_id).last_job_id == third.item.job_id


def test_a_paused_schedule_has_no_turns(fleet: Fleet) -> None:
    SqlSchedules(fleet.sessions).pause(_add(fleet))
    assert tick(fleet, _NOW) == []
    assert fleet.store.jobs() == []


def test_a_schedule_that_cannot_go_on_does_not_keep_the_others_from_it(fleet: Fleet) -> None:
    broken, fine = _add(fleet, "broken"), _add(fleet, "fine")
    with fleet.sessions.writing() as session:
        session.execute(update(ScheduleRow).where(ScheduleRow.id == broken).values(timezone="Old/Name"))
    turns = {turn.schedule.id: turn for turn in tick(fleet, _NOW)}
    assert turns[broken].outcome.startswith("paused: there is no time zone 'Old/Name'")
    assert turns[fine].item is not None
    assert tick(fleet, _NOW) == []


def test_a_turn_outlives_a_broker_that_is_away(postgres_url: str, fleet: Fleet, tmp_path: Path) -> None:
    with redis_server() as gone:
        lonely = open_fleet(Settings(broker_url=gone.url, database_url=postgres_url))
    _add(lonely)
    (turn,) = tick(lonely, _NOW)
    lonely.close()
    assert turn.item is not None
    assert _waiting(fleet) == frozenset()
    assert reconcile(fleet.work, fleet.broker, grace=0.0).resent == 1
    assert _waiting(fleet) == {turn.item.id}


def test_a_schedule_run_by_hand_queues_its_job_now(fleet: Fleet) -> None:
    schedule_id = _add(fleet, nights=-1)
    job = run_now(fleet, schedule_id)
    submission = fleet.work.submission(job.id)
    assert submission is not None
    assert submission.scheduled
    assert len(_waiting(fleet)) == 1
    with pytest.raises(AnotherRunsError):
        run_now(fleet, schedule_id)


def test_without_a_broker_a_schedule_run_by_hand_queues_nothing(
    postgres_url: str, fleet: Fleet, tmp_path: Path
) -> None:
    schedule_id = _add(fleet)
    with redis_server() as gone:
        lonely = open_fleet(Settings(broker_url=gone.url, database_url=postgres_url))
    with pytest.raises(BrokerError, match="cannot be reached"):
        run_now(lonely, schedule_id)
    lonely.close()
    assert fleet.store.jobs() == []


def test_the_scheduler_takes_turns_until_it_is_stopped(fleet: Fleet, tmp_path: Path) -> None:
    _add(fleet)
    started = subprocess.Popen(
        [*PROGRAM, "scheduler"],
        env=environment(
            tmp_path / "home",
            OPTIMIZER_BROKER_URL=fleet.settings.broker_url,
            OPTIMIZER_DATABASE_URL=fleet.settings.database_url,
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + _PATIENCE
        while not fleet.store.jobs():
            assert started.poll() is None, started.communicate()[1]
            assert time.monotonic() < end, "no turn was taken"
            time.sleep(0.1)
    finally:
        started.terminate()
        started.communicate()
    assert [job.state for job in fleet.store.jobs()] == [JobState.QUEUED]


def test_the_jitter_of_a_schedule_is_the_same_wherever_it_is_asked_for() -> None:
    new = replace(_new(), jitter_seconds=3600.0)
    assert first_turn(new, _NOW) == first_turn(new, _NOW + timedelta(hours=2))
    other = replace(new, submission=replace(new.submission, ref="next"))
    assert first_turn(new, _NOW) != first_turn(other, _NOW)
