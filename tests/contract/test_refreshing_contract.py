"""Patches that go on from another commit, on both databases: what they stand on, and who was first."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from db.refreshing import SqlRefreshing
from db.store import SqlStore
from db.tables import ReviewRow
from db.work import SqlWork
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Span
from optimizer.domain.jobs import FunnelRow, JobState, Repository, Stage, Submission
from optimizer.domain.patches import PatchState
from optimizer.domain.refresh import Recheck, Rechecked
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, NewItem, Plan, Queue
from optimizer.encoding import pack, unpack
from optimizer.proof.bundle import bundle_of
from tests.support.results import URL, function, new_job, refused, with_patch, workload

_BEFORE, _AFTER = new_job().commit, "e" * 40
_WHERE = Repository(URL, "shop")


@pytest.fixture
def refreshing(sql_store: SqlStore) -> SqlRefreshing:
    return SqlRefreshing(sql_store.sessions)


@pytest.fixture
def patch_id(sql_store: SqlStore) -> int:
    job = sql_store.create_job(new_job()).id
    found = sql_store.save_result(job, with_patch())
    sql_store.move_job(job, JobState.RUNNING, JobState.DONE)
    assert found is not None
    return found


def _recheck(patch_id: int) -> Recheck:
    """The function moved down by some lines."""
    moved = replace(function(), span=Span(220, 220 + len(function().source)), line=17, end_line=19)
    won = with_patch().winning
    assert won is not None
    return Recheck(patch_id, "optimizer/cart-total", _BEFORE, moved, won.candidate, workload(b"one"))


def _again(wanted: Recheck, estimate: float = 3.0) -> FunctionResult:
    """As it is judged on the newer commit."""
    found = with_patch(wanted.function, estimate)
    assert found.patch is not None
    newer = replace(found.patch, base_commit=_AFTER, commit="f" * 40, text="Again\n", title="Again")
    decision = Decision(Stage.PUBLISH, Reason.REVERIFIED, f"patch {wanted.patch_id} goes on from here")
    return replace(found, decision=decision, patch=newer, workload=wanted.workload)


def _given_up(wanted: Recheck) -> Rechecked:
    decision = Decision(Stage.PUBLISH, Reason.REVERIFIED, f"patch {wanted.patch_id} expired: crash")
    result = FunctionResult(wanted.function, decision, wanted.workload, evaluations=(refused(),))
    return Rechecked(result, "crash")


def _left(wanted: Recheck) -> Rechecked:
    decision = Decision(Stage.PUBLISH, Reason.REVERIFIED, f"patch {wanted.patch_id} stays as it is: busy")
    return Rechecked(FunctionResult(wanted.function, decision, wanted.workload))


def _claimed(sql_store: SqlStore, wanted: Recheck) -> Claim:
    """The recheck as an item of a newer job, in somebody's hands."""
    work = SqlWork(sql_store.sessions)
    _, scan = work.submit(Submission(URL, scheduled=True), _WHERE)
    held = work.claim(scan.id, Queue.SCAN, 60.0)
    assert held is not None
    assert work.found(held, replace(new_job(tree="u" * 40), commit=_AFTER))
    items = work.plan(held, Plan((), (NewItem(wanted.function.label, pack(wanted)),), b""))
    assert items is not None
    claim = work.claim(items[0].id, Queue.PROPOSE, 60.0)
    assert claim is not None
    return claim


def _reviews(sql_store: SqlStore) -> list[tuple[str, str, str]]:
    with sql_store.sessions.reading() as session:
        rows = session.scalars(select(ReviewRow).order_by(ReviewRow.id))
        return [(row.from_state, row.to_state, row.note) for row in rows]


def test_a_recheck_survives_the_queue(sql_store: SqlStore, patch_id: int) -> None:
    wanted = _recheck(patch_id)
    assert unpack(_claimed(sql_store, wanted).subject, Recheck) == wanted
    found = Rechecked(_again(wanted))
    assert unpack(pack(found), Rechecked) == found


def test_a_rebased_patch_stands_on_the_new_evidence(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int
) -> None:
    wanted = _recheck(patch_id)
    claim, found = _claimed(sql_store, wanted), Rechecked(_again(wanted))
    assert refreshing.finish(claim, wanted, found)
    (patch,) = sql_store.patches()
    assert (patch.id, patch.job_id, patch.state) == (patch_id, claim.item.job_id, PatchState.OPEN)
    assert (patch.base_commit, patch.commit, patch.title) == (_AFTER, "f" * 40, "Again")
    assert (patch.speedup, patch.low, patch.high) == (3.0, 2.75, 3.5)
    assert sql_store.patch_result(patch_id) == found.result
    assert _reviews(sql_store) == [("open", "open", f"rebased from {_BEFORE[:12]} onto {_AFTER[:12]}")]
    assert [event.message for event in sql_store.events(patch.job_id)] == [found.result.decision.detail]


def test_the_bundle_of_a_rebased_patch_is_of_the_commit_it_stands_on(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int
) -> None:
    wanted = _recheck(patch_id)
    refreshing.finish(_claimed(sql_store, wanted), wanted, Rechecked(_again(wanted)))
    patch = sql_store.patch(patch_id)
    bundle = bundle_of(sql_store.job(patch.job_id), sql_store.patch_result(patch_id))
    assert (bundle.base_tree, bundle.patch.base_commit) == ("u" * 40, _AFTER)
    assert bundle.function == wanted.function


def test_the_older_job_keeps_what_it_learned(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int
) -> None:
    job_id = sql_store.patch(patch_id).job_id
    before = sql_store.funnel(job_id)
    wanted = _recheck(patch_id)
    refreshing.finish(_claimed(sql_store, wanted), wanted, Rechecked(_again(wanted)))
    assert sql_store.funnel(job_id) == before
    assert sql_store.patches(job_id) == []
    assert sql_store.save_result(job_id, with_patch()) is None
    assert len(sql_store.patches()) == 1


def test_an_approved_patch_stays_approved(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int
) -> None:
    sql_store.review(patch_id, PatchState.OPEN, PatchState.APPROVED, "fine")
    wanted = _recheck(patch_id)
    refreshing.finish(_claimed(sql_store, wanted), wanted, Rechecked(_again(wanted)))
    patch = sql_store.patch(patch_id)
    assert (patch.state, patch.base_commit) == (PatchState.APPROVED, _AFTER)


def test_a_patch_that_did_not_hold_expires_with_the_reason(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int
) -> None:
    wanted = _recheck(patch_id)
    claim = _claimed(sql_store, wanted)
    assert refreshing.finish(claim, wanted, _given_up(wanted))
    patch = sql_store.patch(patch_id)
    assert (patch.state, patch.base_commit) == (PatchState.EXPIRED, _BEFORE)
    assert _reviews(sql_store) == [("open", "expired", "crash")]
    assert sql_store.funnel(claim.item.job_id) == [
        FunnelRow("function", "publish", "reverified", 1),
        FunnelRow("candidate", "verify", "different-result", 1),
    ]
    assert sql_store.under_review(URL) == frozenset()


def test_a_patch_that_was_left_alone_is_as_it_was(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int
) -> None:
    before, wanted = sql_store.patch(patch_id), _recheck(patch_id)
    claim = _claimed(sql_store, wanted)
    assert refreshing.finish(claim, wanted, _left(wanted))
    assert sql_store.patch(patch_id) == before
    assert _reviews(sql_store) == []
    assert [event.message for event in sql_store.events(claim.item.job_id)] == [
        f"patch {patch_id} stays as it is: busy"
    ]


@pytest.mark.parametrize("make", [lambda wanted: Rechecked(_again(wanted)), _given_up])
def test_what_a_person_decided_meanwhile_holds(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int, make: Callable[[Recheck], Rechecked]
) -> None:
    wanted = _recheck(patch_id)
    claim = _claimed(sql_store, wanted)
    sql_store.review(patch_id, PatchState.OPEN, PatchState.REJECTED, "no")
    before = sql_store.patch(patch_id)
    assert refreshing.finish(claim, wanted, make(wanted))
    assert sql_store.patch(patch_id) == before
    assert [event.message for event in sql_store.events(claim.item.job_id)] == [
        f"patch {patch_id} was decided on while it was verified again"
    ]


def test_who_was_given_up_changes_nothing(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int
) -> None:
    before, wanted = sql_store.patch(patch_id), _recheck(patch_id)
    claim = _claimed(sql_store, wanted)
    dead = replace(claim, token="another")
    assert not refreshing.finish(dead, wanted, Rechecked(_again(wanted)))
    assert sql_store.patch(patch_id) == before
    assert refreshing.finish(claim, wanted, Rechecked(_again(wanted)))
    assert not refreshing.finish(claim, wanted, _given_up(wanted))
    assert sql_store.patch(patch_id).state is PatchState.OPEN


def test_under_review_are_the_patches_of_that_ref_that_are_open_or_approved(
    sql_store: SqlStore, refreshing: SqlRefreshing
) -> None:
    job = sql_store.create_job(new_job()).id
    other = sql_store.create_job(replace(new_job(), ref="next")).id
    elsewhere = sql_store.create_job(new_job("/else")).id
    ids = [sql_store.save_result(job, with_patch(function(name))) for name in "fghij"]
    sql_store.save_result(other, with_patch(function("f")))
    sql_store.save_result(elsewhere, with_patch(function("f")))
    states = (PatchState.APPROVED, PatchState.REJECTED, PatchState.MERGED, PatchState.EXPIRED)
    for one, state in zip(ids[1:], states, strict=True):
        assert one is not None
        sql_store.review(one, PatchState.OPEN, state, "")
    assert [patch.id for patch in refreshing.under_review(URL, "main")] == [ids[1], ids[0]]
    assert refreshing.open_count(URL) == 2
    assert refreshing.open_count("/nowhere") == 0


def test_what_was_verified_again_counts_as_not_tried(
    sql_store: SqlStore, refreshing: SqlRefreshing, patch_id: int
) -> None:
    before, wanted = sql_store.tried(URL, "f1"), _recheck(patch_id)
    assert len(before) == 1
    refreshing.finish(_claimed(sql_store, wanted), wanted, _given_up(wanted))
    assert sql_store.tried(URL, "f1") == before
