"""What becomes of an item when something breaks while it is worked on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.errors import DatabaseError, OptimizerError, RepositoryError, UnreachableError
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.jobs import Job, JobState, Repository, Stage, Submission
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, NewItem, Plan, Queue
from optimizer.domain.workloads import Workload
from tests.support.fleets import broker_of, context_of, fleet_on, metrics
from tests.support.results import ended, function
from workers.context import Context
from workers.handling import MOST_RETRIES, Step, patiently, work_on
from workers.outcomes import Advanced, Finished, Outcome, Planned
from workers.subjects import Subject, Trial

_WHERE = Repository("https://example.org/team/shop.git", "shop")


@pytest.fixture
def context(database_url: str, tmp_path: Path) -> Iterator[Context]:
    with context_of(fleet_on(database_url, tmp_path, max_deaths=2)) as made:
        yield made


def _planned(context: Context, *names: str) -> tuple[Job, list[int]]:
    """A job whose scan is done, and the items of these functions."""
    work = context.fleet.work
    job, item = work.submit(Submission(_WHERE.url), _WHERE)
    claim = work.claim(item.id, Queue.SCAN, 60.0)
    assert claim is not None
    items = [NewItem(function(name).label, _subject(name)) for name in names]
    planned = work.plan(claim, Plan((), tuple(items), b""))
    assert planned is not None
    return job, [one.id for one in planned]


def _subject(name: str) -> bytes:
    return Subject(ProposalRequest(function(name), "text"), Workload(())).packed()


def _raising(error: Exception) -> Step:
    def step(claims: Sequence[Claim], context: Context) -> list[Outcome]:
        raise error

    return step


def _run(context: Context, ids: Sequence[int], step: Step, queue: Queue = Queue.PROPOSE) -> None:
    work_on(queue, ids, context, metrics(), step)


def _reasons(context: Context, job: Job) -> dict[str, int]:
    return {row.reason: row.count for row in context.fleet.store.funnel(job.id)}


def test_an_item_that_is_done_goes_on_to_the_next_queue_and_the_broker_is_told(context: Context) -> None:
    _, (item,) = _planned(context, "f")
    _run(context, [item], lambda claims, context: [Advanced(Queue.EVALUATE, Trial())])
    assert broker_of(context.fleet).messages == [(Queue.EVALUATE, item)]
    assert context.fleet.work.claim(item, Queue.EVALUATE, 60.0) is not None


def test_the_last_result_of_a_job_ends_it(context: Context) -> None:
    job, (item,) = _planned(context, "f")
    _run(context, [item], lambda claims, context: [Finished(ended(function("f")))])
    assert context.fleet.store.job(job.id).state is JobState.DONE


def test_a_message_that_comes_twice_does_nothing_the_second_time(context: Context) -> None:
    job, (item, _) = _planned(context, "f", "g")
    seen: list[int] = []

    def step(claims: Sequence[Claim], context: Context) -> list[Outcome]:
        seen.extend(claim.item.id for claim in claims)
        _run(context, [item], step)  # delivered to another worker meanwhile
        return [Finished(ended(function("f")))]

    _run(context, [item], step)
    _run(context, [item], step)
    assert seen == [item]
    assert _reasons(context, job) == {"no-candidate": 1}


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("the network is gone"),
        DatabaseError("away"),
        OSError(28, "No space left on device"),
        RepositoryError("git init failed in /home/x: unable to write symref: No space left on device"),
    ],
)
def test_a_fault_of_the_machines_gives_the_item_back_and_counts_no_death(
    context: Context, error: Exception
) -> None:
    job, (item,) = _planned(context, "f")
    _run(context, [item], _raising(error))
    assert context.fleet.work.left(job.id) == {Queue.PROPOSE: 1}
    assert context.fleet.work.claim(item, Queue.PROPOSE, 60.0) is None  # not due yet
    assert _reasons(context, job) == {}


def test_faults_that_do_not_end_set_the_function_aside(context: Context) -> None:
    job, (item,) = _planned(context, "f")
    claim = context.fleet.work.claim(item, Queue.PROPOSE, 60.0)
    for _ in range(MOST_RETRIES):
        assert claim is not None
        assert context.fleet.work.release(claim, -1.0)
        claim = context.fleet.work.claim(item, Queue.PROPOSE, 60.0)
    assert claim is not None
    assert claim.item.retries == MOST_RETRIES
    assert context.fleet.work.release(replace(claim), -1.0)
    _run(context, [item], _raising(UnreachableError("the network is gone")))
    assert _reasons(context, job) == {"set-aside": 1}
    assert context.fleet.store.job(job.id).state is JobState.DONE


def test_a_function_over_which_workers_die_is_set_aside_with_the_reason(context: Context) -> None:
    job, (poison, other) = _planned(context, "f", "g")
    for _ in range(2):  # whoever claims it dies
        assert context.fleet.work.claim(poison, Queue.PROPOSE, -1.0) is not None
    touched: list[int] = []

    def step(claims: Sequence[Claim], context: Context) -> list[Outcome]:
        touched.extend(claim.item.id for claim in claims)
        return [Advanced(Queue.EVALUATE, Trial()) for _ in claims]

    _run(context, [poison, other], step)
    assert touched == [other]
    assert _reasons(context, job) == {"set-aside": 1}
    (row,) = context.fleet.store.funnel(job.id)
    assert row.stage == "propose"


def test_a_scan_over_which_workers_die_ends_its_job(context: Context) -> None:
    job, item = context.fleet.work.submit(Submission(_WHERE.url), _WHERE)
    for _ in range(2):
        assert context.fleet.work.claim(item.id, Queue.SCAN, -1.0) is not None
    _run(context, [item.id], _raising(AssertionError("not to be called")), Queue.SCAN)
    found = context.fleet.store.job(job.id)
    assert (found.state, found.error) == (JobState.FAILED, "2 workers died over it")


def test_what_breaks_in_a_batch_is_tried_alone_and_the_others_go_on(context: Context) -> None:
    job, ids = _planned(context, "f", "g", "h")

    def step(claims: Sequence[Claim], context: Context) -> list[Outcome]:
        if any(claim.item.id == ids[1] for claim in claims):
            raise ZeroDivisionError("a defect")
        return [Advanced(Queue.EVALUATE, Trial()) for _ in claims]

    _run(context, ids, step)
    assert context.fleet.work.left(job.id) == {Queue.EVALUATE: 2}
    assert _reasons(context, job) == {"set-aside": 1}


def test_an_error_that_is_the_functions_own_sets_it_aside_at_once(context: Context) -> None:
    job, (item,) = _planned(context, "f")
    _run(context, [item], _raising(RepositoryError("branch b is checked out")))
    assert _reasons(context, job) == {"set-aside": 1}


def test_an_item_whose_description_cannot_be_read_is_set_aside_by_its_name(context: Context) -> None:
    work = context.fleet.work
    job, scan = work.submit(Submission(_WHERE.url), _WHERE)
    claim = work.claim(scan.id, Queue.SCAN, 60.0)
    assert claim is not None
    items = work.plan(claim, Plan((), (NewItem("a.py::f", _subject("f")[:-7]),), b""))
    assert items is not None
    _run(context, [items[0].id], _raising(OptimizerError("no")))
    assert context.fleet.store.finished_labels(job.id) == {"a.py::f"}


def test_a_broker_that_is_down_loses_nothing(context: Context) -> None:
    job, (item,) = _planned(context, "f")
    broker_of(context.fleet).down = True
    _run(context, [item], lambda claims, context: [Advanced(Queue.EVALUATE, Trial())])
    assert context.fleet.work.left(job.id) == {Queue.EVALUATE: 1}


def test_work_done_for_a_job_that_was_cancelled_meanwhile_is_thrown_away(context: Context) -> None:
    job, (item,) = _planned(context, "f")

    def step(claims: Sequence[Claim], context: Context) -> list[Outcome]:
        assert context.fleet.work.cancel(job.id)
        return [Finished(ended(function("f")))]

    _run(context, [item], step)
    assert _reasons(context, job) == {}
    assert context.fleet.store.job(job.id).state is JobState.CANCELLED


def test_a_scan_with_nothing_worth_judging_ends_its_job(context: Context) -> None:
    job, item = context.fleet.work.submit(Submission(_WHERE.url), _WHERE)
    settled = FunctionResult(function("f"), Decision(Stage.PROPOSE, Reason.NO_CANDIDATE))
    _run(context, [item.id], lambda claims, context: [Planned(Plan((settled,), (), b""))], Queue.SCAN)
    assert context.fleet.store.job(job.id).state is JobState.DONE
    assert _reasons(context, job) == {"no-candidate": 1}


def test_a_database_that_was_away_for_a_moment_is_asked_again() -> None:
    answers: list[object] = [DatabaseError("away"), DatabaseError("away"), "here"]

    def call() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert patiently(call) == "here"
