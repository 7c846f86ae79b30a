"""Patches through the API: listed, read with diff, evidence and proof, reviewed. On both databases."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from api.parts import Parts
from db.store import SqlStore
from optimizer.domain.evidence import Evaluation
from optimizer.domain.patches import PatchState
from optimizer.domain.results import FunctionResult
from optimizer.domain.settings import Settings
from optimizer.proof.export import bundle_bytes
from tests.support import results as made
from tests.support.http import Stage, open_stage

_OTHER = "https://example.org/team/pay.git"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as opened:
        yield opened


@pytest.fixture
def client(stage: Stage, sql_store: SqlStore) -> Iterator[httpx.Client]:
    with stage.client(Parts(Settings(), sql_store.sessions)) as opened:
        yield opened


@pytest.fixture
def patch_id(sql_store: SqlStore) -> int:
    return _saved(sql_store, made.with_patch())


def _saved(store: SqlStore, result: FunctionResult, url: str = made.URL) -> int:
    found = store.save_result(store.create_job(made.new_job(url)).id, result)
    assert found is not None
    return found


def test_a_patch_is_read_whole(client: httpx.Client, sql_store: SqlStore, patch_id: int) -> None:
    kept, seen = sql_store.patch(patch_id), client.get(f"/v1/patches/{patch_id}").json()
    assert seen == {
        "id": patch_id,
        "job_id": kept.job_id,
        "repository": made.URL,
        "function": "shop/cart.py::total",
        "branch": "optimizer/cart-total",
        "base_commit": "c" * 40,
        "commit": "d" * 40,
        "title": "Make total 2 times faster",
        "state": "open",
        "speedup": 2.0,
        "low": 1.75,
        "high": 2.5,
        "impact": 0.25,
        "created_at": kept.created_at.isoformat().replace("+00:00", "Z"),
        "text": "Make total 2 times faster\n\nOne pass instead of two.\n",
    }
    (listed,) = client.get("/v1/patches").json()["patches"]
    assert listed == {name: value for name, value in seen.items() if name != "text"}


def test_patches_are_paged_and_filtered(client: httpx.Client, sql_store: SqlStore) -> None:
    ids = [_saved(sql_store, made.with_patch()) for _ in range(3)]
    other = _saved(sql_store, made.with_patch(), _OTHER)
    sql_store.review(ids[0], PatchState.OPEN, PatchState.MERGED, "")

    def listed(**params: object) -> list[int]:
        found = client.get("/v1/patches", params={name: str(value) for name, value in params.items()})
        return [patch["id"] for patch in found.json()["patches"]]

    assert listed() == [other, *ids[::-1]]
    assert listed(repository=_OTHER) == [other]
    assert listed(repository=made.URL, state="open") == [ids[2], ids[1]]
    assert listed(state="merged") == [ids[0]]
    assert listed(job=sql_store.patch(ids[1]).job_id) == [ids[1]]
    assert listed(job=999) == []
    first = client.get("/v1/patches", params={"limit": 3}).json()
    assert first["next"] == ids[1]
    assert listed(limit=3, before=first["next"]) == [ids[0]]
    assert client.get("/v1/patches", params={"before": ids[1]}).json()["next"] is None


def test_a_diff_comes_byte_for_byte(client: httpx.Client, sql_store: SqlStore) -> None:
    text = "--- a/x.py\n+++ b/x.py\n-é\t\x1b[2J\r\n+<script>\n"
    number = _saved(sql_store, replace(made.with_patch(), patch=replace(made.new_patch(), diff=text)))
    answer = client.get(f"/v1/patches/{number}/diff")
    assert answer.content == text.encode()
    assert answer.headers["content-type"] == "text/x-diff; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_evidence_has_what_was_checked_and_measured(client: httpx.Client, patch_id: int) -> None:
    seen = client.get(f"/v1/patches/{patch_id}/evidence").json()
    won = made.accepted()
    assert (seen["candidate"], seen["expert"], seen["rule"]) == (won.candidate.id, "rules", "sum-builtin")
    assert (seen["verdict"]["kind"], seen["verdict"]["counterexample"]) == ("equivalent", None)
    contract = seen["verdict"]["contract"]
    assert contract["argument_types"] == {"items": "list[int]"}
    assert contract["inputs_by_origin"] == {"recorded": 3, "generated": 40}
    assert (contract["held_out"], contract["not_checked"]) == (20, ["threads", "subclasses of list"])
    assert seen["second"]["wall"] == {"estimate": 2.0, "low": 1.75, "high": 2.5, "level": 0.99}
    assert seen["first"]["wall"]["estimate"] == 3.0
    (row,) = seen["second"]["rows"]
    assert (row["label"], row["original_ns"], row["ratio"]["low"]) == ("1,000 elements", 52_000.5, 1.75)
    assert seen["memory"] == {"original": 5_000_000_000, "candidate": 1_000}
    assert seen["instructions"] == {"original": 2**40, "candidate": 123_456}
    assert seen["scaling"]["crossover"] == 12.5
    assert [point["elements"] for point in seen["scaling"]["points"]] == [10, 1000]
    assert seen["scaling"]["candidate"] == {"estimate": 1.01, "low": 0.9, "high": 1.1, "level": 0.95}


def test_raw_samples_come_when_they_are_asked_for(client: httpx.Client, patch_id: int) -> None:
    path = f"/v1/patches/{patch_id}/evidence"
    without = client.get(path).json()
    assert (without["first"]["samples"], without["second"]["samples"]) == ([], [])
    samples = client.get(path, params={"samples": "true"}).json()["second"]["samples"]
    assert len(samples) == 3
    assert samples[1] == {
        "launch": 0, "size": 1, "pair": 2, "side": "candidate", "calls": 1000, "wall_ns": 3_123_456,
        "cpu_ns": 3_000_001, "cold": True,
    }  # fmt: skip


def test_what_is_no_number_is_null(client: httpx.Client, sql_store: SqlStore) -> None:
    odd = _odd()
    result = replace(made.with_patch(), evaluations=(odd,), winner=odd.candidate.id)
    number = _saved(sql_store, result)
    seen = client.get(f"/v1/patches/{number}/evidence").json()
    assert seen["second"]["wall"] == {"estimate": None, "low": None, "high": None, "level": 0.99}
    assert seen["second"]["rows"][0]["candidate_ns"] is None
    assert seen["verdict"] is None
    assert client.get(f"/v1/patches/{number}").json()["speedup"] is None
    assert client.get("/v1/patches").json()["patches"][0]["low"] is None


def _odd() -> Evaluation:
    endless = made.endless()
    return replace(endless, second=endless.first, decision=made.accepted().decision)


def test_names_that_are_not_utf_8_are_shown_as_escapes(client: httpx.Client, sql_store: SqlStore) -> None:
    number = _saved(sql_store, made.with_patch(made.function(path="shop/\udcff.py")))
    assert client.get(f"/v1/patches/{number}").json()["function"] == "shop/\\udcff.py::total"
    assert client.get("/v1/patches").status_code == 200


def test_the_proof_is_the_file_that_the_command_line_writes(
    client: httpx.Client, sql_store: SqlStore, patch_id: int
) -> None:
    answer = client.get(f"/v1/patches/{patch_id}/proof")
    assert answer.headers["content-type"] == "application/gzip"
    assert "filename*=UTF-8''cart-total.proof.jsonl.gz" in answer.headers["content-disposition"]
    assert answer.content == bundle_bytes(sql_store, sql_store.patch(patch_id))


def test_a_patch_without_evidence_says_so(client: httpx.Client, sql_store: SqlStore) -> None:
    number = _saved(sql_store, replace(made.with_patch(), evaluations=(), winner=None))
    for part in ("evidence", "proof"):
        answer = client.get(f"/v1/patches/{number}/{part}")
        assert (answer.status_code, "no evidence" in answer.json()["error"]) == (404, True)


def test_a_review_is_kept_and_may_be_changed(
    client: httpx.Client, sql_store: SqlStore, patch_id: int
) -> None:
    approved = client.post(f"/v1/patches/{patch_id}/approve", json={"note": "reads well"})
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert client.post(f"/v1/patches/{patch_id}/approve").status_code == 200
    rejected = client.post(f"/v1/patches/{patch_id}/reject", json={})
    assert rejected.json()["state"] == "rejected"
    assert sql_store.rejected_candidates(made.URL) == {made.with_patch().winner}
    assert client.post(f"/v1/patches/{patch_id}/approve").json()["state"] == "approved"


@pytest.mark.parametrize("state", [PatchState.MERGED, PatchState.EXPIRED])
def test_what_is_over_cannot_be_reviewed(
    state: PatchState, client: httpx.Client, sql_store: SqlStore, patch_id: int
) -> None:
    sql_store.review(patch_id, PatchState.OPEN, state, "")
    for word, past in (("approve", "approved"), ("reject", "rejected")):
        refused = client.post(f"/v1/patches/{patch_id}/{word}")
        said = f"patch {patch_id} is {state.value}: it cannot become {past}"
        assert (refused.status_code, refused.json()) == (409, {"error": said})


def test_a_note_has_its_limits(client: httpx.Client, patch_id: int) -> None:
    for note, status in (("x" * 10_001, 422), (7, 422), ("x" * 70_000, 413), ("x" * 10_000, 200)):
        assert client.post(f"/v1/patches/{patch_id}/approve", json={"note": note}).status_code == status


def test_a_patch_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    for path in ("", "/diff", "/evidence", "/proof", "/approve", "/reject"):
        method = "POST" if path in ("/approve", "/reject") else "GET"
        answer = client.request(method, f"/v1/patches/77{path}")
        assert (answer.status_code, "There is no " in answer.json()["error"]) == (404, True), path
