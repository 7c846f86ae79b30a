"""Work that waits, on both databases: who may hold it, and what becomes of it."""

from datetime import UTC, datetime

import pytest

from db.store import SqlStore
from db.work import SqlWork
from optimizer.domain.errors import AnotherRunsError, ConfigError, NotFoundError
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.jobs import Job, JobState, Repository, Stage, Submission
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, NewItem, Plan, Queue, Worker, WorkItem
from tests.support.results import ended, function, new_job, with_patch

_WHERE = Repository("https://example.org/team/shop.git", "shop")
_LONG = 60.0


@pytest.fixture
def work(sql_store: SqlStore) -> SqlWork:
    return SqlWork(sql_store.sessions)


def _submitted(work: SqlWork, where: Repository = _WHERE) -> tuple[Job, WorkItem]:
    return work.submit(Submission(where.url, "main", {"gate": 1.1, "include": ("a", "b")}), where)


def _claimed(work: SqlWork, item: WorkItem, queue: Queue = Queue.SCAN, seconds: float = _LONG) -> Claim:
    claim = work.claim(item.id, queue, seconds)
    assert claim is not None
    return claim


def _planned(work: SqlWork, *labels: str) -> tuple[Job, list[WorkItem]]:
    job, scan = _submitted(work)
    plan = Plan((), tuple(NewItem(label, label.encode()) for label in labels), b"facts")
    items = work.plan(_claimed(work, scan), plan)
    assert items is not None
    return job, list(items)


def test_a_submitted_job_waits_with_all_that_was_asked_for(work: SqlWork, sql_store: SqlStore) -> None:
    job, item = _submitted(work)
    assert (job.state, job.started_at) == (JobState.QUEUED, None)
    assert work.submission(job.id) == Submission(_WHERE.url, "main", {"gate": 1.1, "include": ("a", "b")})
    assert sql_store.job(job.id) == job
    assert (item.queue, item.label, item.deaths) == (Queue.SCAN, "", 0)
    assert [(one.waiting, one.held) for one in work.backlog()] == [(1, 0), (0, 0), (0, 0), (0, 0)]


def test_a_job_that_was_not_queued_has_no_submission(work: SqlWork, sql_store: SqlStore) -> None:
    job = sql_store.create_job(new_job())
    assert work.submission(job.id) is None
    with pytest.raises(ConfigError, match="--resume"):
        work.retry(job.id)
    with pytest.raises(NotFoundError):
        work.submission(99)


def test_a_second_job_of_one_repository_is_refused_until_the_first_is_over(work: SqlWork) -> None:
    job, _ = _submitted(work)
    with pytest.raises(AnotherRunsError, match=f"job {job.id} .* is under way"):
        _submitted(work)
    _submitted(work, Repository("https://example.org/other.git", "other"))
    assert work.cancel(job.id)
    assert _submitted(work)[0].id > job.id


def test_an_item_is_held_by_one_at_a_time(work: SqlWork, sql_store: SqlStore) -> None:
    job, item = _submitted(work)
    claim = _claimed(work, item)
    assert claim.item.deaths == 1
    assert work.claim(item.id, Queue.SCAN, _LONG) is None
    assert sql_store.job(job.id).state is JobState.RUNNING
    assert work.extend(claim, _LONG)
    assert next((one.waiting, one.held) for one in work.backlog()) == (0, 1)


def test_a_message_of_another_queue_claims_nothing(work: SqlWork) -> None:
    _, item = _submitted(work)
    assert work.claim(item.id, Queue.EVALUATE, _LONG) is None
    assert work.claim(item.id + 1, Queue.SCAN, _LONG) is None


def test_what_a_dead_worker_held_is_free_again_and_the_dead_can_change_nothing(work: SqlWork) -> None:
    _, item = _submitted(work)
    dead = _claimed(work, item, seconds=-1.0)
    assert [one.id for one in work.free()] == [item.id]
    assert work.free() == []
    alive = _claimed(work, item)
    assert alive.item.deaths == 2
    assert not work.extend(dead, _LONG)
    assert not work.advance(dead, Queue.EVALUATE, b"")
    assert not work.finish(dead, with_patch())
    assert not work.release(dead, 0.0)
    assert not work.found(dead, new_job())
    assert not work.end_job(dead, JobState.FAILED, "no")
    assert work.plan(dead, Plan((), (), b"")) is None
    assert work.extend(alive, _LONG)


def test_an_overdue_item_can_be_claimed_before_anybody_freed_it(work: SqlWork) -> None:
    _, item = _submitted(work)
    _claimed(work, item, seconds=-1.0)
    assert _claimed(work, item).item.deaths == 2


def test_a_plan_saves_what_is_settled_and_queues_the_rest_in_order(
    work: SqlWork, sql_store: SqlStore
) -> None:
    job, scan = _submitted(work)
    claim = _claimed(work, scan)
    assert work.found(claim, new_job())
    settled = FunctionResult(function("alone"), Decision(Stage.PROPOSE, Reason.NO_CANDIDATE))
    items = work.plan(claim, Plan((settled,), (NewItem("b", b"B"), NewItem("a", b"A")), b"facts"))
    assert items is not None
    assert [(item.label, item.queue) for item in items] == [("b", Queue.PROPOSE), ("a", Queue.PROPOSE)]
    assert work.facts(job.id) == b"facts"
    assert sql_store.job(job.id).tree == new_job().tree
    assert sql_store.finished_labels(job.id) == {settled.function.label}
    assert _claimed(work, items[1], Queue.PROPOSE).subject == b"A"
    assert work.left(job.id) == {Queue.PROPOSE: 2}


def test_an_item_goes_from_queue_to_queue_and_its_result_ends_it(work: SqlWork, sql_store: SqlStore) -> None:
    job, (item,) = _planned(work, "f")
    assert work.advance(_claimed(work, item, Queue.PROPOSE), Queue.EVALUATE, b"trial")
    claim = _claimed(work, item, Queue.EVALUATE)
    assert (claim.trial, claim.item.deaths) == (b"trial", 1)
    assert not work.close_job(job.id)
    assert work.finish(claim, with_patch())
    assert not work.finish(claim, with_patch())
    assert work.close_job(job.id)
    assert sql_store.job(job.id).state is JobState.DONE
    assert [patch.job_id for patch in sql_store.patches()] == [job.id]


def test_a_fault_of_the_machine_is_no_death_and_is_due_later(work: SqlWork) -> None:
    _, item = _submitted(work)
    assert work.release(_claimed(work, item), 3600.0)
    assert work.claim(item.id, Queue.SCAN, _LONG) is None
    assert work.due(Queue.SCAN, 0.0) == []
    _, other = _submitted(work, Repository("https://example.org/other.git", "other"))
    assert work.release(_claimed(work, other), -1.0)
    (due,) = work.due(Queue.SCAN, 1000.0)
    assert (due.id, due.retries, due.deaths) == (other.id, 1, 0)
    work.sent([due])
    assert work.due(Queue.SCAN, 1000.0) == []


def test_a_cancelled_job_leaves_nothing_to_do(work: SqlWork, sql_store: SqlStore) -> None:
    job, (first, _) = _planned(work, "f", "g")
    claim = _claimed(work, first, Queue.PROPOSE)
    assert work.cancel(job.id)
    assert not work.cancel(job.id)
    assert not work.finish(claim, with_patch())
    assert work.left(job.id) == {}
    assert sql_store.job(job.id).state is JobState.CANCELLED
    assert work.close_jobs() == []


def test_retrying_queues_the_scan_and_forgets_what_was_set_aside(work: SqlWork, sql_store: SqlStore) -> None:
    job, (first, second) = _planned(work, "f", "g")
    assert work.retry(job.id) is None
    work.finish(_claimed(work, first, Queue.PROPOSE), ended(function("f")))
    poison = ended(function("g"), Reason.SET_ASIDE)
    work.finish(_claimed(work, second, Queue.PROPOSE), poison)
    assert work.close_jobs() == [job.id]
    item = work.retry(job.id)
    assert item is not None
    assert item.queue is Queue.SCAN
    assert sql_store.job(job.id).state is JobState.QUEUED
    assert sql_store.finished_labels(job.id) == {function("f").label}


def test_a_job_that_cannot_be_done_says_why(work: SqlWork, sql_store: SqlStore) -> None:
    job, item = _submitted(work)
    assert work.end_job(_claimed(work, item), JobState.FAILED, "no such branch")
    found = sql_store.job(job.id)
    assert (found.state, found.error) == (JobState.FAILED, "no such branch")
    assert found.finished_at is not None


def test_workers_are_known_by_what_they_last_said(work: SqlWork) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC)
    work.report(Worker("w1", ("scan", "publish"), "host", 7, 2, now, now))
    work.report(Worker("w1", ("scan",), "host", 7, 2, now, now))
    (found,) = work.workers(60.0)
    assert (found.name, found.queues) == ("w1", ("scan",))
    assert found.seen_at > now
    assert work.workers(-60.0) == []
