"""Open patches of a real repository that went on: merged, given up, or to be verified again. Nothing runs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from optimizer import vcs
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.checkouts import Checkout
from optimizer.domain.patches import UNDER_REVIEW, NewPatch, PatchState
from optimizer.languages.python import PYTHON
from optimizer.stages.checkout import job_for
from optimizer.stages.refresh import Refreshed, refresh_patches
from optimizer.testing.memory_store import MemoryStore
from tests.support.gitrepo import commit_files, git, make_repository
from tests.support.results import accepted, with_patch

_BEFORE = b'''\
"""Sums."""


class Cart:
    def total(self, items):
        """Of all items."""
        result = 0
        for item in items:
            result = result + item
        return result
'''
_FASTER = '''\
def total(self, items):
        """Of all items."""
        return math.fsum(items)
'''
_BRANCH = "optimizer/cart-total-123456"
_CHANGE = Candidate(_FASTER, Provenance("file", "x", "1"), ("import math",), "Sums at once")


@dataclass
class Shop:
    """A repository with one open patch, and what its newer commits make of it."""

    root: Path
    home: Path
    store: MemoryStore = field(default_factory=MemoryStore)
    notes: list[str] = field(default_factory=list)

    def publish(self, branch: str = _BRANCH) -> int:
        base = self.checkout()
        (function,) = PYTHON.extract("cart.py", vcs.read_blob(base, "cart.py"))  # type: ignore[misc]
        changed = PYTHON.splice(vcs.read_blob(base, "cart.py"), function, _CHANGE)
        commit = vcs.commit_branch(base, branch, vcs.Change("cart.py", changed), "Faster\n")
        vcs.deliver_branch(base, branch)
        new = NewPatch(branch, base.commit, commit, "Faster", "Faster\n", vcs.diff(base, commit))
        won = accepted(_CHANGE)
        result = replace(with_patch(function), evaluations=(won,), winner=_CHANGE.id, patch=new)
        patch_id = self.store.save_result(self.store.create_job(job_for(base, "f1", "{}")).id, result)
        vcs.remove_worktree(base)
        assert patch_id is not None
        return patch_id

    def checkout(self) -> Checkout:
        return vcs.checkout(str(self.root), None, self.home)

    def refreshed(self) -> Refreshed:
        base = self.checkout()
        patches = [patch for patch in self.store.patches() if patch.state in UNDER_REVIEW]
        found = refresh_patches(patches, base, self.store, self.notes.append)
        vcs.remove_worktree(base)
        return found

    def state(self, patch_id: int) -> PatchState:
        return self.store.patch(patch_id).state


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(make_repository(tmp_path / "shop", {"cart.py": _BEFORE}), tmp_path / "home")


def _change(old: bytes, new: bytes) -> Callable[[Shop], None]:
    def change(shop: Shop) -> None:
        assert old in _BEFORE
        commit_files(shop.root, {"cart.py": _BEFORE.replace(old, new)})

    return change


def test_a_patch_whose_function_only_moved_is_to_be_verified_again(shop: Shop) -> None:
    patch_id = shop.publish()
    base = shop.store.patch(patch_id).base_commit
    commit_files(shop.root, {"cart.py": b"# A comment.\n" + _BEFORE, "other.py": b"x = 1\n"})
    (wanted,) = shop.refreshed().rechecks
    assert (wanted.patch_id, wanted.branch, wanted.base_commit) == (patch_id, _BRANCH, base)
    assert (wanted.function.line, wanted.candidate) == (6, _CHANGE)
    assert wanted.workload == with_patch().workload
    assert shop.refreshed().labels == {"cart.py::Cart.total"}
    assert (shop.state(patch_id), shop.notes) == (PatchState.OPEN, [])


def test_on_the_same_commit_nothing_is_to_be_done(shop: Shop) -> None:
    shop.publish()
    assert shop.refreshed() == Refreshed()
    assert shop.notes == []


def test_a_branch_that_was_merged_makes_a_merged_patch(shop: Shop) -> None:
    patch_id = shop.publish()
    git(shop.root, "merge", "--quiet", "--no-ff", "-m", "Merge", _BRANCH)
    git(shop.root, "branch", "-D", _BRANCH)
    assert shop.refreshed() == Refreshed()
    assert shop.state(patch_id) is PatchState.MERGED
    assert shop.notes[0].startswith(f"patch {patch_id} of cart.py::Cart.total is merged: in ")


def test_a_change_that_came_in_another_way_with_other_comments_is_merged_too(shop: Shop) -> None:
    patch_id = shop.publish()
    shop.store.review(patch_id, PatchState.OPEN, PatchState.APPROVED, "")
    text = _BEFORE[: _BEFORE.index(b"def total")] + _FASTER.replace("math.", "math . ").encode()
    commit_files(shop.root, {"cart.py": b"import math\n" + text.replace(b"Of all items.", b"The sum.")})
    shop.refreshed()
    assert shop.state(patch_id) is PatchState.MERGED


@pytest.mark.parametrize(
    ("happen", "reason"),
    [
        (_change(b"result = 0", b"result = 1"), "its function was changed"),
        (_change(b"def total", b"def sum_up"), "its function is not there any more"),
        (lambda shop: git(shop.root, "mv", "cart.py", "basket.py"), "its function is not there any more"),
        (lambda shop: git(shop.root, "rm", "-q", "cart.py"), "its function is not there any more"),
    ],
    ids=["changed", "renamed", "moved", "removed"],
)
def test_a_patch_whose_function_is_another_one_expires(
    shop: Shop, happen: Callable[[Shop], object], reason: str
) -> None:
    patch_id = shop.publish()
    happen(shop)
    commit_files(shop.root, {"other.py": b"x = 1\n"})
    assert shop.refreshed() == Refreshed()
    assert shop.state(patch_id) is PatchState.EXPIRED
    assert shop.notes == [f"patch {patch_id} of cart.py::Cart.total expired: {reason}"]


def test_a_branch_that_a_person_went_on_with_is_left_to_him(shop: Shop) -> None:
    patch_id = shop.publish()
    git(shop.root, "switch", "--quiet", _BRANCH)
    tip = commit_files(shop.root, {"notes.md": b"Thoughts.\n"})
    git(shop.root, "switch", "--quiet", "main")
    commit_files(shop.root, {"other.py": b"x = 1\n"})
    shop.refreshed()
    assert shop.state(patch_id) is PatchState.EXPIRED
    assert shop.notes[0].endswith("its branch was changed by somebody")
    assert git(shop.root, "rev-parse", _BRANCH) == tip


def test_a_branch_that_a_person_deleted_is_not_made_again(shop: Shop) -> None:
    patch_id = shop.publish()
    git(shop.root, "branch", "-D", _BRANCH)
    commit_files(shop.root, {"other.py": b"x = 1\n"})
    shop.refreshed()
    assert shop.state(patch_id) is PatchState.EXPIRED
    assert shop.notes[0].endswith("its branch was deleted by somebody")


def test_a_file_that_does_not_parse_for_now_leaves_the_patch_as_it_is(shop: Shop) -> None:
    patch_id = shop.publish()
    commit_files(shop.root, {"cart.py": _BEFORE + b"def (\n"})
    assert shop.refreshed() == Refreshed()
    assert shop.state(patch_id) is PatchState.OPEN
    assert shop.notes[0].startswith(f"patch {patch_id} stays as it is: its file cannot be read: ")


def test_of_two_patches_of_one_function_the_newer_one_goes_on(shop: Shop) -> None:
    older = shop.publish("optimizer/older")
    newer = shop.publish("optimizer/newer")
    commit_files(shop.root, {"other.py": b"x = 1\n"})
    assert [wanted.patch_id for wanted in shop.refreshed().rechecks] == [newer]
    assert shop.state(older) is PatchState.EXPIRED
    assert shop.notes[0].endswith(f"patch {newer} is a newer one of the same function")


def test_what_a_person_decided_meanwhile_holds(shop: Shop) -> None:
    patch_id = shop.publish()
    before = shop.store.patch(patch_id)
    shop.store.review(patch_id, PatchState.OPEN, PatchState.REJECTED, "no")
    git(shop.root, "rm", "-q", "cart.py")
    commit_files(shop.root, {"other.py": b"x = 1\n"})
    base = shop.checkout()
    refresh_patches([before], base, shop.store, shop.notes.append)
    assert (shop.state(patch_id), shop.notes) == (PatchState.REJECTED, [])
