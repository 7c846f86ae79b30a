"""A scheduled job from queue to queue: open patches keep up with their repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.fault_jobs import FaultJob, make_job
from optimizer.domain.jobs import Job, JobState, Submission
from optimizer.domain.patches import Patch, PatchState
from optimizer.vcs.source import local_repository
from tests.support.fleets import FLAGS, drain, quick_context
from tests.support.gitrepo import commit_files, git
from workers.context import Context
from workers.submitting import enqueue

_FLAGS = {**FLAGS, "functions": ("plan",)}


@pytest.fixture
def context(sqlite_url: str, tmp_path: Path) -> Iterator[Context]:
    with quick_context(sqlite_url, tmp_path) as made:
        yield made


def _nightly(context: Context, shop: FaultJob) -> Job:
    repository = local_repository(shop.repository)
    candidates = shop.candidates.read_text()
    submission = Submission(str(shop.repository), None, _FLAGS, candidates, scheduled=True)
    job = enqueue(context.fleet, submission, repository)
    drain(context)
    done = context.fleet.store.job(job.id)
    assert (done.state, done.error) == (JobState.DONE, "")
    return done


def _patch(context: Context) -> Patch:
    (patch,) = context.fleet.store.patches()
    return patch


def test_a_patch_whose_base_moved_is_verified_again_and_rebased_then_found_merged(
    context: Context, tmp_path: Path
) -> None:
    shop = make_job(tmp_path, 2)
    first = _nightly(context, shop)
    before = _patch(context)
    assert (before.job_id, before.base_commit) == (first.id, git(shop.repository, "rev-parse", "HEAD"))

    prices = (shop.repository / "prices.py").read_bytes()
    moved = prices.replace(b'"""Prices of shop 2."""', b'"""Prices of shop 2.\n\nIn cents.\n"""')
    newer = commit_files(shop.repository, {"prices.py": moved})
    second = _nightly(context, shop)
    after = _patch(context)
    assert (after.id, after.branch, after.state) == (before.id, before.branch, PatchState.OPEN)
    assert (after.job_id, after.base_commit) == (second.id, newer)
    assert after.commit != before.commit
    assert git(shop.repository, "rev-parse", after.branch) == after.commit
    assert git(shop.repository, "rev-parse", f"{after.branch}~1") == newer
    notes = [event.message for event in context.fleet.store.events(second.id) if event.stage == "note"]
    assert any(f"patch {after.id}" in note for note in notes), notes

    git(shop.repository, "merge", "--quiet", "--no-edit", after.branch)
    _nightly(context, shop)
    assert _patch(context).state is PatchState.MERGED


def test_a_patch_whose_function_was_changed_has_expired_and_the_function_is_tried_anew(
    context: Context, tmp_path: Path
) -> None:
    shop = make_job(tmp_path, 2)
    _nightly(context, shop)
    prices = (shop.repository / "prices.py").read_bytes()
    commit_files(shop.repository, {"prices.py": prices.replace(b"range(300)", b"range(301)")})
    job = _nightly(context, shop)
    assert _patch(context).state is PatchState.EXPIRED
    reasons = {row.reason for row in context.fleet.store.funnel(job.id) if row.unit == "function"}
    assert reasons == {"excluded", "none-accepted"}  # the candidate of the file is for 300


def test_with_too_many_open_patches_a_scheduled_job_looks_for_nothing_new(
    sqlite_url: str, tmp_path: Path
) -> None:
    with quick_context(sqlite_url, tmp_path, max_open=1) as context:
        shop = make_job(tmp_path, 2)
        _nightly(context, shop)
        prices = (shop.repository / "prices.py").read_bytes()
        commit_files(shop.repository, {"prices.py": prices + b"\n\nLIMIT = 3\n"})
        other = FaultJob(shop.repository, shop.candidates)
        job = _nightly(context, other)
        reasons = {row.reason for row in context.fleet.store.funnel(job.id) if row.unit == "function"}
        assert "max-open" in reasons
        assert _patch(context).base_commit == job.commit  # the open one is kept up all the same
