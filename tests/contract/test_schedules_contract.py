"""Schedules, on both databases: whose turn it is, and who may take it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.schedules import SqlSchedules
from db.store import SqlStore
from db.work import SqlWork
from optimizer.domain.errors import AnotherRunsError, ConfigError, NotFoundError
from optimizer.domain.jobs import JobState, Repository, Submission
from optimizer.domain.schedules import NewSchedule, Schedule
from optimizer.domain.work import Queue

_SHOP = Repository("https://example.org/team/shop.git", "shop")
_WISH = Submission(_SHOP.url, "main", {"gate": 1.1, "include": ("a", "b")}, scheduled=True)
_NEW = NewSchedule(_SHOP, _WISH, "0 2 * * *", "Europe/Berlin", 900.0)
_PAST = datetime(2026, 1, 1, 2, tzinfo=UTC)
_LATER = _PAST + timedelta(days=1)


@pytest.fixture
def schedules(sql_store: SqlStore) -> SqlSchedules:
    return SqlSchedules(sql_store.sessions)


@pytest.fixture
def work(sql_store: SqlStore) -> SqlWork:
    return SqlWork(sql_store.sessions)


def _of(name: str) -> NewSchedule:
    return replace(_NEW, repository=Repository(f"https://example.org/{name}.git", name))


def _due(schedules: SqlSchedules) -> list[int]:
    return [one.id for one in schedules.due(_PAST)]


def test_a_schedule_comes_back_as_it_was_given(schedules: SqlSchedules) -> None:
    added = schedules.add(_NEW, _PAST)
    assert schedules.get(added.id) == added
    assert schedules.all() == [added]
    given = (added.repository, added.submission, added.cron, added.timezone, added.jitter_seconds)
    assert given == (_SHOP, _WISH, "0 2 * * *", "Europe/Berlin", 900.0)
    assert (added.paused, added.next_at, added.last_at, added.last_outcome) == (False, _PAST, None, "")
    assert added.created_at <= schedules.now()


def test_the_same_schedule_twice_is_refused(schedules: SqlSchedules) -> None:
    added = schedules.add(_NEW, _PAST)
    with pytest.raises(ConfigError, match=f"schedule {added.id} does the same already"):
        schedules.add(_NEW, _LATER)
    schedules.add(replace(_NEW, submission=replace(_WISH, ref="next")), _PAST)
    schedules.add(replace(_NEW, cron="0 3 * * *"), _PAST)
    schedules.add(_of("other"), _PAST)
    assert len(schedules.all()) == 4


def test_due_are_those_whose_turn_has_come_the_longest_waiting_first(schedules: SqlSchedules) -> None:
    second = schedules.add(_NEW, _PAST)
    first = schedules.add(_of("other"), _PAST - timedelta(hours=1))
    schedules.add(_of("third"), _PAST + timedelta(seconds=1))
    assert _due(schedules) == [first.id, second.id]


def test_a_turn_that_is_taken_queues_its_job_and_moves_on(
    schedules: SqlSchedules, work: SqlWork, sql_store: SqlStore
) -> None:
    due = schedules.add(_NEW, _PAST)
    turn = schedules.take(due, _LATER)
    assert turn is not None
    assert turn.item is not None
    job = sql_store.job(turn.item.job_id)
    assert (job.state, job.repository, turn.item.queue) == (JobState.QUEUED, _SHOP, Queue.SCAN)
    assert work.submission(job.id) == _WISH
    after = schedules.get(due.id)
    assert (after.next_at, after.last_job_id, after.last_job_state) == (_LATER, job.id, JobState.QUEUED)
    assert after.last_at is not None
    assert after.last_outcome == turn.outcome == f"queued job {job.id}"


def test_a_turn_is_taken_once(schedules: SqlSchedules, sql_store: SqlStore) -> None:
    due = schedules.add(_NEW, _PAST)
    assert schedules.take(due, _LATER) is not None
    assert schedules.take(due, _LATER) is None
    assert schedules.take(due, _LATER + timedelta(days=1)) is None
    assert len(sql_store.jobs()) == 1


def test_while_its_own_job_is_under_way_a_turn_is_skipped(
    schedules: SqlSchedules, work: SqlWork, sql_store: SqlStore
) -> None:
    first = schedules.take(schedules.add(_NEW, _PAST), _LATER)
    assert first is not None
    assert first.item is not None
    again = schedules.take(schedules.get(first.schedule.id), _LATER + timedelta(days=1))
    assert again is not None
    assert (again.item, again.outcome) == (None, f"skipped: job {first.item.job_id} is under way")
    kept = schedules.get(first.schedule.id)
    assert (kept.next_at, kept.last_outcome) == (_LATER + timedelta(days=1), again.outcome)
    assert kept.last_job_id == first.item.job_id
    work.cancel(first.item.job_id)
    third = schedules.take(kept, _LATER + timedelta(days=2))
    assert third is not None
    assert third.item is not None


def test_for_another_job_of_the_repository_a_turn_waits(
    schedules: SqlSchedules, work: SqlWork, sql_store: SqlStore
) -> None:
    busy, _ = work.submit(_WISH, _SHOP)
    due = schedules.add(_NEW, _PAST)
    far = schedules.now() + timedelta(days=1)
    turn = schedules.take(due, far)
    assert turn is not None
    assert (turn.item, turn.outcome) == (None, f"waits: job {busy.id} is under way")
    waiting = schedules.get(due.id)
    assert due.next_at < waiting.next_at < far
    assert waiting.last_at is None
    work.cancel(busy.id)
    taken = schedules.take(waiting, far)
    assert taken is not None
    assert taken.item is not None
    assert schedules.get(due.id).next_at == far


def test_a_paused_schedule_is_never_due_and_nobody_takes_its_turn(schedules: SqlSchedules) -> None:
    due = schedules.add(_NEW, _PAST)
    assert schedules.pause(due.id).paused
    assert _due(schedules) == []
    assert schedules.take(due, _LATER) is None
    assert schedules.resume(due.id, _LATER).next_at == _LATER
    assert _due(schedules) == []
    assert [one.id for one in schedules.due(_LATER)] == [due.id]


def test_a_schedule_that_cannot_go_on_is_paused_with_the_reason(schedules: SqlSchedules) -> None:
    due = schedules.add(_NEW, _PAST)
    turn = schedules.fault(due, "there is no time zone 'Europe/Berlin'")
    assert turn is not None
    found = schedules.get(due.id)
    assert (found.paused, found.last_outcome) == (True, "paused: there is no time zone 'Europe/Berlin'")
    assert schedules.fault(due, "again") is None


def test_a_job_begun_by_hand_leaves_the_next_turn_where_it_is(schedules: SqlSchedules) -> None:
    added = schedules.pause(schedules.add(_NEW, _LATER).id)
    job, item = schedules.start(added.id)
    found = schedules.get(added.id)
    assert item.job_id == job.id == found.last_job_id
    assert (found.next_at, found.paused, found.last_outcome) == (_LATER, True, f"queued job {job.id}")
    with pytest.raises(AnotherRunsError, match=f"job {job.id} .* is under way"):
        schedules.start(added.id)


def test_a_removed_schedule_leaves_its_jobs(schedules: SqlSchedules, sql_store: SqlStore) -> None:
    added = schedules.add(_NEW, _LATER)
    job, _ = schedules.start(added.id)
    schedules.remove(added.id)
    assert schedules.all() == []
    assert sql_store.job(job.id).state is JobState.QUEUED
    uses = (
        lambda: schedules.get(added.id),
        lambda: schedules.pause(added.id),
        lambda: schedules.resume(added.id, _LATER),
        lambda: schedules.start(added.id),
        lambda: schedules.remove(added.id),
    )
    for use in uses:
        with pytest.raises(NotFoundError, match=f"no schedule {added.id}"):
            use()
    assert schedules.take(added, _LATER) is None


def _unchanged(one: Schedule, other: Schedule) -> bool:
    return replace(one, last_job_state=None) == replace(other, last_job_state=None)


def test_a_schedule_outlives_its_last_job_and_says_how_that_ended(
    schedules: SqlSchedules, work: SqlWork
) -> None:
    added = schedules.add(_NEW, _LATER)
    job, _ = schedules.start(added.id)
    before = schedules.get(added.id)
    work.cancel(job.id)
    after = schedules.get(added.id)
    assert _unchanged(before, after)
    assert after.last_job_state is JobState.CANCELLED
