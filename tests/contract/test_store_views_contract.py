"""The documented views, asked of each implementation on each database."""

from dataclasses import replace
from datetime import datetime

import pytest

from optimizer.domain.errors import NotFoundError
from optimizer.domain.patches import PatchState
from optimizer.ports import Store
from tests.support.results import URL, ended, function, guarded, new_job, refused, with_patch


@pytest.fixture
def filled(store: Store) -> Store:
    """Two jobs, two patches (one approved), and refusals of two kinds."""
    first, second = store.create_job(new_job()).id, store.create_job(new_job("/other")).id
    store.save_result(first, with_patch())
    patch = store.save_result(first, with_patch(function("g"), estimate=4.0))
    assert patch is not None
    store.review(patch, PatchState.OPEN, PatchState.APPROVED, "")
    store.save_result(second, replace(ended(), evaluations=(guarded(), refused("x"), refused("y", 1.5))))
    return store


def test_accepted_patches_names_function_rule_and_speedup(filled: Store) -> None:
    columns, rows = filled.view("accepted_patches")
    assert columns == (
        *("patch_id", "job_id", "repository", "function", "language", "expert", "rule", "summary"),
        *("speedup", "low", "high", "impact", "state", "branch", "commit_id", "title", "created_at"),
    )
    newest, oldest = (dict(zip(columns, row, strict=True)) for row in rows)
    assert isinstance(newest.pop("created_at"), datetime)
    assert newest == {
        "patch_id": 2,
        "job_id": 1,
        "repository": URL,
        "function": "shop/cart.py::g",
        "language": "python",
        "expert": "rules",
        "rule": "sum-builtin",
        "summary": "One pass instead of two",
        "speedup": 4.0,
        "low": 3.75,
        "high": 4.5,
        "impact": 0.375,
        "state": "approved",
        "branch": "optimizer/cart-total",
        "commit_id": "d" * 40,
        "title": "Make total 2 times faster",
    }
    assert (oldest["patch_id"], oldest["state"]) == (1, "open")


def test_the_funnel_view_has_the_newest_job_first_and_the_largest_count(filled: Store) -> None:
    columns, rows = filled.view("funnel")
    assert columns == ("job_id", "repository", "unit", "stage", "reason", "count")
    assert list(rows) == [
        (2, "/other", "function", "propose", "no-candidate", 1),
        (2, "/other", "candidate", "verify", "different-result", 2),
        (2, "/other", "candidate", "guard", "signature-changed", 1),
        (1, URL, "function", "publish", "accepted", 2),
        (1, URL, "candidate", "decide", "accepted", 2),
        (1, URL, "candidate", "verify", "different-result", 2),
    ]


def test_rejections_by_reason_counts_candidates_and_functions(filled: Store) -> None:
    columns, rows = filled.view("rejections_by_reason")
    assert columns == ("repository", "expert", "stage", "reason", "candidates", "functions", "latest_at")
    assert [row[:6] for row in rows] == [
        ("/other", "rules", "verify", "different-result", 2, 1),
        (URL, "rules", "verify", "different-result", 2, 2),
        ("/other", "rules", "guard", "signature-changed", 1, 1),
    ]
    assert all(isinstance(row[6], datetime) and row[6].tzinfo for row in rows)


def test_expert_yield_says_what_came_of_each_rule(filled: Store) -> None:
    columns, rows = filled.view("expert_yield")
    assert columns == (
        *("expert", "rule", "candidates", "equivalent", "accepted", "superseded"),
        *("patches", "approved", "rejected", "best_speedup", "seconds"),
    )
    assert list(rows) == [
        ("rules", "sum-builtin", 3, 2, 2, 0, 2, 1, 0, 4.0, 1.0),
        ("rules", "constant", 4, 0, 0, 0, 0, 0, 0, None, 2.25),
    ]


def test_a_view_gives_no_more_rows_than_asked_for(filled: Store) -> None:
    assert len(filled.view("funnel", limit=2)[1]) == 2


@pytest.mark.parametrize("limit", [1, 2, 5, 12, 50])
def test_a_page_of_the_funnel_is_its_beginning_however_many_jobs_have_none_of_it(
    store: Store, limit: int
) -> None:
    """Jobs without functions among them, the newest ones, too."""
    jobs = [store.create_job(new_job(f"/{number}")).id for number in range(40)]
    for job in jobs[:36:3]:
        store.save_result(job, ended())
        store.save_result(job, replace(with_patch(function("g")), patch=None))
    whole = store.view("funnel")[1]
    assert len(whole) == 12 * 4
    assert list(store.view("funnel", limit)[1]) == list(whole[:limit])


def test_an_empty_store_has_every_view_without_rows(store: Store) -> None:
    for name in ("accepted_patches", "funnel", "rejections_by_reason", "expert_yield"):
        assert not store.view(name)[1]


@pytest.mark.parametrize("name", ["jobs", "funel", "funnel; DROP TABLE jobs", ""])
def test_an_unknown_view_is_refused_with_the_list_of_views(store: Store, name: str) -> None:
    with pytest.raises(NotFoundError, match=r"accepted_patches, funnel, rejections_by_reason, expert_yield"):
        store.view(name)


def test_a_misspelt_view_is_refused_with_the_nearest_one(store: Store) -> None:
    with pytest.raises(NotFoundError, match="Did you mean 'funnel'"):
        store.view("funel")
