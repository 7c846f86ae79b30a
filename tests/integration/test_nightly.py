"""What a scheduled job does besides looking for something new, on a real Postgres and a real repository."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer import vcs
from optimizer.domain.jobs import Job, NewJob, Submission
from optimizer.domain.patches import PatchState
from optimizer.domain.settings import Settings
from optimizer.stages.refresh import Refreshed
from tests.support.gitrepo import commit_files, git, make_repository
from tests.support.results import URL, function, new_job, with_patch
from workers.fleet import Fleet, open_fleet
from workers.nightly import is_full, refresh

_NIGHTLY, _ASKED_FOR = Submission(URL, scheduled=True), Submission(URL)


@pytest.fixture
def fleet(postgres_url: str) -> Iterator[Fleet]:
    """Nobody asks the broker here."""
    opened = open_fleet(Settings(broker_url="redis://127.0.0.1:1/0", database_url=postgres_url, max_open=2))
    yield opened
    opened.close()


def _patched(fleet: Fleet, name: str, new: NewJob) -> tuple[Job, int]:
    job = fleet.store.create_job(new)
    patch_id = fleet.store.save_result(job.id, with_patch(function(name)))
    assert patch_id is not None
    return job, patch_id


def test_a_scheduled_job_is_full_while_as_many_patches_are_open_as_may_be(fleet: Fleet) -> None:
    job, first = _patched(fleet, "f", new_job())
    assert not is_full(fleet, job, _NIGHTLY)
    _patched(fleet, "g", new_job())
    _patched(fleet, "h", new_job("/else"))
    assert is_full(fleet, job, _NIGHTLY)
    assert not is_full(fleet, job, _ASKED_FOR)
    fleet.store.review(first, PatchState.OPEN, PatchState.APPROVED, "")
    assert not is_full(fleet, job, _NIGHTLY)


def test_only_a_scheduled_job_keeps_patches_up_and_only_those_of_its_ref(
    fleet: Fleet, tmp_path: Path
) -> None:
    root = make_repository(tmp_path / "shop", {"other.py": b"x = 1\n"})
    git(root, "branch", "next")
    commit_files(root, {"other.py": b"x = 2\n"})
    job, ours = _patched(fleet, "f", new_job(str(root)))
    _, theirs = _patched(fleet, "g", replace(new_job(str(root)), ref="next"))
    checkout = vcs.checkout(str(root), None, tmp_path / "home")
    notes: list[str] = []

    assert refresh(fleet, job, _ASKED_FOR, checkout, notes.append) == Refreshed()
    assert (fleet.store.patch(ours).state, notes) == (PatchState.OPEN, [])

    for _ in range(2):  # as after a kill
        assert refresh(fleet, job, _NIGHTLY, checkout, notes.append) == Refreshed()
    assert fleet.store.patch(ours).state is PatchState.EXPIRED
    assert fleet.store.patch(theirs).state is PatchState.OPEN
    assert notes == [f"patch {ours} of shop/cart.py::f expired: its function is not there any more"]
