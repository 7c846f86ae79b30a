"""What every Store remembers of earlier work, asked of each implementation on each database."""

from dataclasses import replace

import pytest

from optimizer.domain.errors import NotFoundError
from optimizer.domain.evidence import Reason
from optimizer.domain.jobs import FunnelRow, JobState
from optimizer.domain.patches import PatchState
from optimizer.domain.workloads import workload_hash
from optimizer.ports import Store
from tests.support.results import (
    URL,
    candidate,
    ended,
    function,
    guarded,
    new_job,
    new_patch,
    refused,
    with_patch,
    workload,
)

# --- what need not be done again


def test_a_finished_scan_is_done_and_of_the_same_tree_and_fingerprint(store: Store) -> None:
    job = store.create_job(new_job()).id
    store.save_result(job, ended())
    assert store.finished_scan(URL, "t" * 40, "f1") is None
    store.move_job(job, JobState.RUNNING, JobState.DONE)
    found = store.finished_scan(URL, "t" * 40, "f1")
    assert found is not None
    assert found.id == job
    for other in ((URL, "t" * 40, "f2"), (URL, "u" * 40, "f1"), ("/else", "t" * 40, "f1")):
        assert store.finished_scan(*other) is None


def test_a_scan_that_ran_out_of_its_budget_is_not_finished(store: Store) -> None:
    complete, cut = store.create_job(new_job()).id, store.create_job(new_job()).id
    store.save_result(cut, ended(reason=Reason.BUDGET))
    store.move_job(cut, JobState.RUNNING, JobState.DONE)
    assert store.finished_scan(URL, "t" * 40, "f1") is None
    store.move_job(complete, JobState.RUNNING, JobState.DONE)
    found = store.finished_scan(URL, "t" * 40, "f1")
    assert found is not None
    assert found.id == complete


def test_tried_are_functions_whose_trial_ended(store: Store) -> None:
    job = store.create_job(new_job()).id
    ends = {"f": Reason.NO_CANDIDATE, "g": Reason.BUDGET, "h": Reason.UNCHANGED, "i": Reason.NONE_ACCEPTED}
    for name, reason in ends.items():
        store.save_result(job, ended(function(name), reason))
    load = workload_hash(workload(b"two", b"one"))
    assert store.tried(URL, "f1") == {
        (function(name).label, function(name).content_hash, load) for name in "fi"
    }
    assert store.tried(URL, "f2") == store.tried("/else", "f1") == frozenset()


def test_what_was_tried_of_one_function_can_be_asked_alone(store: Store) -> None:
    job = store.create_job(new_job()).id
    other = replace(function("f"), path="shop/other.py")
    for one in (function("f"), function("g"), other):
        store.save_result(job, ended(one))
    found = store.tried(URL, "f1", function("f"))
    assert {label for label, _, _ in found} == {"shop/cart.py::f"}
    assert found < store.tried(URL, "f1")
    assert store.tried(URL, "f1", function("h")) == store.tried(URL, "f2", other) == frozenset()


def test_a_scan_that_the_cap_on_open_patches_cut_short_is_not_finished(store: Store) -> None:
    job = store.create_job(new_job()).id
    store.save_result(job, ended(reason=Reason.MAX_OPEN))
    store.move_job(job, JobState.RUNNING, JobState.DONE)
    assert store.finished_scan(URL, "t" * 40, "f1") is None


def test_what_was_only_spared_was_not_tried(store: Store) -> None:
    job = store.create_job(new_job()).id
    for name, reason in {"f": Reason.UNDER_REVIEW, "g": Reason.REVERIFIED, "h": Reason.MAX_OPEN}.items():
        store.save_result(job, ended(function(name), reason))
    assert store.tried(URL, "f1") == frozenset()


def test_a_function_without_a_workload_is_tried_with_none(store: Store) -> None:
    job = store.create_job(new_job()).id
    store.save_result(job, replace(ended(reason=Reason.NO_WORKLOAD), workload=None))
    assert store.tried(URL, "f1") == {(function().label, function().content_hash, "")}


def test_the_hash_of_a_workload_ignores_order_and_sees_every_input() -> None:
    assert workload_hash(workload(b"one", b"two")) == workload_hash(workload(b"two", b"one"))
    assert workload_hash(workload(b"one", b"two")) != workload_hash(workload(b"one"))
    assert workload_hash(workload(b"one")) != workload_hash(workload())


def test_a_candidate_that_a_person_rejected_is_remembered(store: Store) -> None:
    job = store.create_job(new_job()).id
    patch_id = store.save_result(job, with_patch())
    assert patch_id is not None
    assert store.rejected_candidates(URL) == frozenset()
    store.review(patch_id, PatchState.OPEN, PatchState.REJECTED, "too clever")
    assert store.rejected_candidates(URL) == {candidate().id}
    assert store.rejected_candidates("/else") == frozenset()


@pytest.mark.parametrize("end", [PatchState.REJECTED, PatchState.MERGED, PatchState.EXPIRED])
def test_a_function_is_under_review_from_its_patch_until_that_is_decided_on(
    store: Store, end: PatchState
) -> None:
    assert store.under_review(URL) == frozenset()
    patch_id = store.save_result(store.create_job(new_job()).id, with_patch())
    assert patch_id is not None
    held = {(function().label, function().content_hash)}
    assert store.under_review(URL) == held
    assert store.under_review("/else") == frozenset()
    store.review(patch_id, PatchState.OPEN, PatchState.APPROVED, "")
    assert store.under_review(URL) == held
    store.review(patch_id, PatchState.APPROVED, end, "")
    assert store.under_review(URL) == frozenset()


# --- patches


def test_a_patch_says_what_was_published_and_the_second_measurement(store: Store) -> None:
    job = store.create_job(new_job()).id
    patch_id = store.save_result(job, with_patch(estimate=3.0))
    assert patch_id is not None
    patch = store.patch(patch_id)
    assert (patch.speedup, patch.low, patch.high) == (3.0, 2.75, 3.5)
    assert (patch.repository, patch.function, patch.job_id) == (URL, "shop/cart.py::total", job)
    new = new_patch()
    assert (patch.branch, patch.base_commit, patch.commit) == (new.branch, new.base_commit, new.commit)
    assert (patch.title, patch.text, patch.diff) == (new.title, new.text, new.diff)
    assert patch.state is PatchState.OPEN


def test_patches_are_listed_newest_first_by_job_and_state(store: Store) -> None:
    job, other = store.create_job(new_job()).id, store.create_job(new_job()).id
    first = store.save_result(job, with_patch(function("f")))
    second = store.save_result(job, with_patch(function("g")))
    third = store.save_result(other, with_patch(function("f")))
    assert first is not None
    store.review(first, PatchState.OPEN, PatchState.APPROVED, "")
    assert [p.id for p in store.patches()] == [third, second, first]
    assert [p.id for p in store.patches(job_id=job)] == [second, first]
    assert [p.id for p in store.patches(state=PatchState.OPEN)] == [third, second]
    assert [p.id for p in store.patches(job, PatchState.APPROVED)] == [first]


def test_patches_are_counted_for_each_job(store: Store) -> None:
    job, other = store.create_job(new_job()).id, store.create_job(new_job()).id
    for name in ("f", "g"):
        store.save_result(job, with_patch(function(name)))
    store.save_result(other, ended())
    assert store.patch_counts([job, other, 77]) == {job: 2}
    assert store.patch_counts([other]) == store.patch_counts([]) == {}


def test_patches_are_found_by_branch_newest_first(store: Store) -> None:
    job, other = store.create_job(new_job()).id, store.create_job(new_job("/other")).id
    first, second = (store.save_result(where, with_patch()) for where in (job, other))
    elsewhere = replace(new_patch(), branch="optimizer/" + "long-" * 2000)
    store.save_result(job, replace(with_patch(function("g")), patch=elsewhere))
    assert [patch.id for patch in store.patches_on("optimizer/cart-total")] == [second, first]
    assert [patch.function for patch in store.patches_on(elsewhere.branch)] == ["shop/cart.py::g"]
    assert list(store.patches_on("optimizer/cart")) == []


def test_an_unknown_patch_is_not_found(store: Store) -> None:
    for use in (
        lambda: store.patch(3),
        lambda: store.patch_result(3),
        lambda: store.review(3, PatchState.OPEN, PatchState.MERGED, ""),
    ):
        with pytest.raises(NotFoundError, match="no patch 3"):
            use()


def test_a_review_counts_only_from_the_expected_state(store: Store) -> None:
    patch_id = store.save_result(store.create_job(new_job()).id, with_patch())
    assert patch_id is not None
    assert not store.review(patch_id, PatchState.APPROVED, PatchState.MERGED, "")
    assert store.patch(patch_id).state is PatchState.OPEN
    assert store.review(patch_id, PatchState.OPEN, PatchState.APPROVED, "fine")
    assert store.review(patch_id, PatchState.APPROVED, PatchState.MERGED, "in")
    assert store.patch(patch_id).state is PatchState.MERGED


# --- what people look at


def test_the_funnel_counts_functions_then_candidates_in_the_order_of_stages(store: Store) -> None:
    job, other = store.create_job(new_job()).id, store.create_job(new_job()).id
    store.save_result(job, with_patch())
    for name in ("f", "g"):
        store.save_result(job, ended(function(name)))
    store.save_result(job, replace(ended(function("h")), evaluations=(guarded(), refused("x"), refused("y"))))
    store.save_result(other, ended())
    assert store.funnel(job) == [
        FunnelRow("function", "propose", "no-candidate", 3),
        FunnelRow("function", "publish", "accepted", 1),
        FunnelRow("candidate", "guard", "signature-changed", 1),
        FunnelRow("candidate", "verify", "different-result", 3),
        FunnelRow("candidate", "decide", "accepted", 1),
    ]


def test_refused_candidates_are_listed_newest_first(store: Store) -> None:
    job, other = store.create_job(new_job()).id, store.create_job(new_job()).id
    store.save_result(job, with_patch())
    store.save_result(other, replace(ended(), evaluations=(guarded(), refused("x"))))
    assert [row["reason"] for row in store.rejected()] == [
        "different-result",
        "signature-changed",
        "different-result",
    ]
    assert len(store.rejected(limit=1)) == 1
    assert store.rejected(job) == [
        {
            "job": job,
            "function": "shop/cart.py::total",
            "candidate": refused().candidate.id,
            "expert": "rules",
            "rule": "constant",
            "stage": "verify",
            "reason": "different-result",
            "detail": "differs on items=[nan]",
            "counterexample": {
                "input_id": "b" * 16,
                "input_text": "items=[nan]",
                "origin": "generated",
                "expected": "nan",
                "actual": "0",
                "found_by": "search",
                "first_text": "items=[1, nan]",
                "payload": "gAA=",
            },
        }
    ]
    assert store.rejected(other)[1]["counterexample"] is None


def test_what_was_tried_is_told_oldest_first_and_goes_on_behind_a_number(store: Store) -> None:
    job = store.create_job(new_job()).id
    tried = [
        with_patch(),
        replace(ended(function("g"), Reason.NONE_ACCEPTED), evaluations=(refused("x"), guarded())),
    ]
    store.save_result(job, ended(function("f")))
    for result in tried:
        store.save_result(job, result)
    found = store.tried_results()
    assert [one for _, one in found] == [replace(one, workload=None, patch=None) for one in tried]
    assert store.tried_results(limit=1) == found[:1]
    assert store.tried_results(after=found[0][0]) == found[1:]
    assert store.tried_results(after=found[1][0]) == []
