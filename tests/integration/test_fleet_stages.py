"""A job from queue to queue in one process: real git, sandbox and database, a broker in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.fault_jobs import LABELS, make_job
from optimizer.domain.jobs import JobState, Submission
from optimizer.domain.work import Queue
from optimizer.vcs.source import local_repository
from tests.support.fleets import FLAGS, broker_of, drain, metrics, quick_context, submitted
from tests.support.gitrepo import commit_files, git
from workers.context import Context
from workers.handling import STEPS, work_on
from workers.submitting import enqueue


def _shop(folder: Path) -> tuple[Path, str]:
    """A repository, and candidates for it: one function can be made many times faster, whatever else runs."""
    job = make_job(folder, 2)
    return job.repository, job.candidates.read_text()


@pytest.fixture
def context(sqlite_url: str, tmp_path: Path) -> Iterator[Context]:
    with quick_context(sqlite_url, tmp_path) as made:
        yield made


def test_a_job_goes_through_all_queues_and_leaves_a_branch(context: Context, tmp_path: Path) -> None:
    repository, candidates = _shop(tmp_path)
    job = submitted(context.fleet, repository, candidates, FLAGS)
    drain(context)
    done = context.fleet.store.job(job.id)
    assert (done.state, done.error) == (JobState.DONE, "")
    assert done.commit == git(repository, "rev-parse", "HEAD")
    (patch,) = context.fleet.store.patches(job.id)
    assert patch.function == "prices.py::plan"
    assert git(repository, "rev-parse", patch.branch) == patch.commit
    reasons = {row.reason for row in context.fleet.store.funnel(job.id) if row.unit == "candidate"}
    assert reasons == {"accepted", "different-result", "not-faster"}
    assert context.fleet.store.finished_labels(job.id) == LABELS
    assert context.fleet.work.left(job.id) == {}

    again = submitted(context.fleet, repository, candidates, FLAGS)
    drain(context)
    done = context.fleet.store.job(again.id)
    assert (done.state, done.error) == (JobState.DONE, f"nothing changed since job {job.id}")

    commit_files(repository, {"README.md": b"Prices.\n"})
    third = submitted(context.fleet, repository, candidates, FLAGS)
    drain(context)
    counts = {row.reason: row.count for row in context.fleet.store.funnel(third.id)}
    assert counts == {"under-review": 1, "unchanged": 2}
    assert len(context.fleet.store.patches()) == 1


def test_a_job_that_cannot_be_scanned_fails_with_one_line(context: Context, tmp_path: Path) -> None:
    repository, _ = _shop(tmp_path)
    job = enqueue(context.fleet, Submission(str(repository), "no-such-branch"), local_repository(repository))
    drain(context)
    done = context.fleet.store.job(job.id)
    assert done.state is JobState.FAILED
    assert "no branch, tag or commit 'no-such-branch'" in done.error
    assert "\n" not in done.error


def test_a_cancelled_job_is_not_gone_on_with(context: Context, tmp_path: Path) -> None:
    job = submitted(context.fleet, *_shop(tmp_path), FLAGS)
    assert context.fleet.work.cancel(job.id)
    drain(context)
    assert context.fleet.store.job(job.id).state is JobState.CANCELLED
    assert context.fleet.store.funnel(job.id) == []
    assert broker_of(context.fleet).held(Queue.SCAN) == 0


def test_a_retried_job_tries_only_what_was_left(context: Context, tmp_path: Path) -> None:
    job = submitted(context.fleet, *_shop(tmp_path), FLAGS)
    messages = broker_of(context.fleet).delivered()
    for queue, item_id in messages:  # until the first function has its result
        work_on(queue, [item_id], context, metrics(), STEPS[queue])
        if context.fleet.store.finished_labels(job.id):
            break
    assert context.fleet.work.cancel(job.id)
    before = context.fleet.store.finished_labels(job.id)
    item = context.fleet.work.retry(job.id)
    assert item is not None
    broker_of(context.fleet).messages = [(item.queue, item.id)]
    drain(context)
    assert context.fleet.store.job(job.id).state is JobState.DONE
    assert context.fleet.store.finished_labels(job.id) == before | LABELS
    assert len(context.fleet.store.patches(job.id)) == 1
