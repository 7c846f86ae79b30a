"""The change of an open patch on a newer commit: through the real referee, onto a real branch."""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from db.refreshing import SqlRefreshing
from db.store import SqlStore, open_store
from db.upgrade import upgrade
from db.work import SqlWork
from optimizer import vcs
from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Reason
from optimizer.domain.functions import Function
from optimizer.domain.jobs import JobState, Submission
from optimizer.domain.patches import Patch, PatchState
from optimizer.domain.refresh import Recheck, Rechecked
from optimizer.domain.results import FunctionResult
from optimizer.domain.settings import Settings
from optimizer.domain.work import NewItem, Plan, Queue
from optimizer.encoding import pack, unpack
from optimizer.engine import Engine
from optimizer.environment import build_environment
from optimizer.languages.python import PYTHON
from optimizer.proof.bundle import bundle_of
from optimizer.sandbox import bubblewrap
from optimizer.stages.checkout import job_for
from optimizer.stages.publish import publish
from optimizer.stages.refresh import rebase, recheck, refresh_patches
from optimizer.stages.reverify import reverify
from optimizer.stages.target import TargetUnderTest, prepare_target
from tests.support import results
from tests.support.gitrepo import commit_files, git, make_repository
from tests.support.quiet import Kept

_PLAN = b'''\
"""Orders."""

MONTHS = 60


def plan(prices: list[int]) -> list[int]:
    """What the prices come to after one month, two months, and so on."""
    result = []
    for month in range(1, MONTHS + 1):
        total = 0
        for index in range(len(prices)):
            total = total + prices[index]
        result.append(total * month)
    return result
'''
_TESTS = b"""\
from orders import plan


def test_plan():
    assert plan([1, 2, 3])[:3] == [6, 12, 18]
    assert plan(list(range(400)))[0] == 79800
    assert plan(list(range(90)))[1] == 8010
    assert plan([])[0] == 0
"""
# Many times faster at every size, and right as long as there are 60 months.
_FASTER = '''\
def plan(prices: list[int]) -> list[int]:
    """What the prices come to after one month, two months, and so on."""
    total = 0
    for index in range(len(prices)):
        total = total + prices[index]
    return [total * month for month in range(1, 61)]
'''
_FILES = {
    "orders.py": _PLAN,
    "tests/test_orders.py": _TESTS,
    "pyproject.toml": b"[tool.pytest.ini_options]\npythonpath = ['.']\n",
}
_CHANGE = Candidate(_FASTER, Provenance("file", "x", "1"), summary="The prices are added up once")
_BRANCH = "optimizer/orders-plan-added-up-123456"
_SETTINGS = Settings(install=False, python=sys.executable, search_seconds=0.3, max_inputs=12)


@dataclass
class Shop:
    root: Path
    engine: Engine
    store: SqlStore
    watcher: Kept = field(default_factory=Kept)

    @contextlib.contextmanager
    def target(self) -> Iterator[TargetUnderTest]:
        """The newest commit, with its tests run."""
        checkout = vcs.checkout(str(self.root), None, self.engine.home)
        engine = self.engine
        environment = build_environment(
            checkout.worktree, engine.settings, engine.home, engine.sandbox, checkout.repository.url
        )
        functions = [_function(checkout)]
        with prepare_target(
            checkout, environment, functions, engine, self.watcher.note, self.watcher
        ) as target:
            yield target
        vcs.remove_worktree(checkout)

    def publish(self) -> Patch:
        """The change as a branch and an open patch, as if it had been measured."""
        with self.target() as target:
            function, won = _function(target.checkout), results.accepted(_CHANGE)
            kept = FunctionResult(function, won.decision, target.workload(function), None, (won,), _CHANGE.id)
            published = publish(kept, target, self.engine, _BRANCH)
            job = self.store.create_job(job_for(target.checkout, "f1", "{}"))
            patch_id = self.store.save_result(job.id, published)
            self.store.move_job(job.id, JobState.RUNNING, JobState.DONE)
        assert patch_id is not None
        return self.store.patch(patch_id)

    def recheck_of(self, target: TargetUnderTest) -> Recheck:
        """As it comes out of the queue."""
        patches = SqlRefreshing(self.store.sessions).under_review(str(self.root), target.checkout.ref)
        (wanted,) = refresh_patches(patches, target.checkout, self.store, self.watcher.note).rechecks
        return unpack(pack(wanted), Recheck)

    def finish(self, wanted: Recheck, found: Rechecked, target: TargetUnderTest) -> None:
        """As workers do it."""
        work, checkout = SqlWork(self.store.sessions), target.checkout
        _, scan = work.submit(Submission(str(self.root), scheduled=True), checkout.repository)
        claim = work.claim(scan.id, Queue.SCAN, 60.0)
        assert claim is not None
        work.found(claim, job_for(checkout, "f1", results.new_job().settings))
        items = work.plan(claim, Plan((), (NewItem(wanted.function.label, pack(wanted)),), b""))
        assert items is not None
        held = work.claim(items[0].id, Queue.PROPOSE, 60.0)
        assert held is not None
        assert SqlRefreshing(self.store.sessions).finish(held, wanted, found)
        work.close_job(held.item.job_id)


def _function(checkout: vcs.Checkout) -> Function:
    functions = PYTHON.extract("orders.py", vcs.read_blob(checkout, "orders.py"))
    assert isinstance(functions, tuple)
    return next(one for one in functions if one.name == "plan")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    umask = os.umask(0o022)
    url = f"sqlite:///{tmp_path}/results.sqlite"
    upgrade(url)
    cores = sorted(os.sched_getaffinity(0))
    with open_store(url) as store:
        engine = Engine(
            store, bubblewrap.detect(), (), _SETTINGS, tmp_path / "home", cores[-1], Protocol(max_launches=10)
        )
        yield Shop(make_repository(tmp_path / "shop", _FILES), engine, store)
    os.umask(umask)


def _seemingly_fine(wanted: Recheck) -> Rechecked:
    """As if the referee had accepted it: what is asked here comes after that."""
    won = results.accepted(wanted.candidate)
    return Rechecked(
        FunctionResult(wanted.function, won.decision, wanted.workload, None, (won,), wanted.candidate.id)
    )


def test_a_change_that_still_holds_goes_on_from_the_newer_commit_with_new_evidence(shop: Shop) -> None:
    before = shop.publish()
    newer = commit_files(shop.root, {"orders.py": b"# Ours.\n\n" + _PLAN, "README": b"Orders.\n"})
    with shop.target() as target:
        wanted = shop.recheck_of(target)
        judged = recheck(wanted, target)
        assert judged.result.winner == _CHANGE.id
        found = rebase(wanted, unpack(pack(judged), Rechecked), target)
        shop.finish(wanted, found, target)
    after = shop.store.patch(before.id)
    assert (after.branch, after.state, after.base_commit) == (_BRANCH, PatchState.OPEN, newer)
    assert git(shop.root, "rev-parse", _BRANCH) == after.commit != before.commit
    assert git(shop.root, "rev-parse", f"{_BRANCH}^") == newer
    content = git(shop.root, "show", f"{_BRANCH}:orders.py")
    assert content.startswith("# Ours.")
    assert _FASTER.rstrip() in content
    assert before.speedup == 2.0
    assert after.speedup > 3.0
    assert f"base commit {newer[:12]}" in after.text
    bundle = bundle_of(shop.store.job(after.job_id), shop.store.patch_result(after.id))
    again = reverify(bundle, str(shop.root), shop.engine, shop.watcher)
    assert (again.contradictions, again.claimed.estimate) == ((), after.speedup)


def test_a_change_that_is_wrong_on_the_newer_commit_is_given_up(shop: Shop) -> None:
    before = shop.publish()
    commit_files(shop.root, {"orders.py": _PLAN.replace(b"MONTHS = 60", b"MONTHS = 61")})
    with shop.target() as target:
        wanted = shop.recheck_of(target)
        judged = recheck(wanted, target)
        assert judged.expired.startswith("different-result: ")
        assert rebase(wanted, judged, target) is judged
        shop.finish(wanted, judged, target)
    after = shop.store.patch(before.id)
    assert (after.state, after.commit) == (PatchState.EXPIRED, before.commit)
    assert git(shop.root, "rev-parse", _BRANCH) == before.commit
    assert shop.store.under_review(str(shop.root)) == frozenset()


def test_where_the_function_cannot_be_run_any_more_the_patch_is_left_alone(shop: Shop) -> None:
    before = shop.publish()
    commit_files(shop.root, {"orders.py": b"import not_installed_here\n" + _PLAN})
    with shop.target() as target:
        wanted = shop.recheck_of(target)
        judged = recheck(wanted, target)
        assert (judged.expired, judged.result.winner) == ("", None)
        assert judged.result.decision.reason is Reason.REVERIFIED
        assert "could not be judged: not-callable" in judged.result.decision.detail
        shop.finish(wanted, rebase(wanted, judged, target), target)
    assert shop.store.patch(before.id) == before


def test_a_test_that_ends_otherwise_on_the_branch_gives_the_patch_up(shop: Shop) -> None:
    before = shop.publish()
    sees = b"\n\nimport inspect\n\n\ndef test_text():\n    assert 'append' in inspect.getsource(plan)\n"
    commit_files(shop.root, {"tests/test_orders.py": _TESTS + sees})
    with shop.target() as target:
        wanted = shop.recheck_of(target)
        found = rebase(wanted, _seemingly_fine(wanted), target)
    assert found.expired.startswith("tests-differ: ")
    assert found.result.winner is None
    assert git(shop.root, "rev-parse", _BRANCH) == before.commit


def test_a_branch_that_somebody_looks_at_is_not_pulled_from_under_him(shop: Shop) -> None:
    before = shop.publish()
    commit_files(shop.root, {"README": b"Orders.\n"})
    with shop.target() as target:
        wanted = shop.recheck_of(target)
        git(shop.root, "switch", "--quiet", _BRANCH)
        found = rebase(wanted, _seemingly_fine(wanted), target)
        shop.finish(wanted, found, target)
    assert (found.expired, found.result.patch) == ("", None)
    assert "stays as it is: " in found.result.decision.detail
    assert "is checked out" in found.result.decision.detail
    assert shop.store.patch(before.id) == before
    assert git(shop.root, "rev-parse", _BRANCH) == before.commit


def test_a_branch_that_somebody_went_on_with_meanwhile_is_his(shop: Shop) -> None:
    shop.publish()
    commit_files(shop.root, {"README": b"Orders.\n"})
    with shop.target() as target:
        wanted = shop.recheck_of(target)
        git(shop.root, "switch", "--quiet", _BRANCH)
        tip = commit_files(shop.root, {"notes.md": b"Thoughts.\n"})
        git(shop.root, "switch", "--quiet", "main")
        found = rebase(wanted, _seemingly_fine(wanted), target)
    assert found.expired == "its branch was changed meanwhile"
    assert git(shop.root, "rev-parse", _BRANCH) == tip
