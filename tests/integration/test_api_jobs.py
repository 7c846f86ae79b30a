"""Jobs through the API: queued through a real broker, listed, looked at, cancelled, tried again."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from api.parts import Parts
from db.store import SqlStore
from optimizer.domain.jobs import JobState, Submission
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue
from tests.support import results as made
from tests.support.gitrepo import make_repository
from tests.support.http import Stage, open_stage
from tests.support.redis_server import RedisServer, redis_server
from workers.fleet import Fleet, open_fleet

_SHOP = "https://example.org/team/shop.git"


def _somewhere(host: str) -> list[str]:
    """Nothing here asks the network for an address."""
    return {"example.org": ["140.82.121.4"], "inside.example.org": ["10.0.0.7"]}.get(host, [])


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as opened:
        yield opened


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def fleet(postgres_url: str, redis: RedisServer, tmp_path: Path) -> Iterator[Fleet]:
    settings = Settings(
        database_url=postgres_url,
        broker_url=redis.url,
        home=str(tmp_path),
        api_schemes=("https", "ssh", "file"),
    )
    with Redis.from_url(redis.url) as client:
        client.flushall()
    with closing(open_fleet(settings)) as opened:
        yield opened


@pytest.fixture
def client(stage: Stage, fleet: Fleet) -> Iterator[httpx.Client]:
    with stage.client(Parts(fleet.settings, fleet.sessions, fleet, _somewhere)) as opened:
        yield opened


@pytest.fixture
def alone(stage: Stage, sql_store: SqlStore) -> Iterator[httpx.Client]:
    """Without a broker, on both databases."""
    with stage.client(Parts(Settings(), sql_store.sessions)) as opened:
        yield opened


def _submitted(client: httpx.Client, **more: object) -> dict[str, Any]:
    answer = client.post("/v1/jobs", json={"repository": _SHOP, **more})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_submitted_repository_is_queued_and_the_broker_is_told(client: httpx.Client, fleet: Fleet) -> None:
    asked = {"repository": _SHOP, "ref": "main", "settings": {"gate": 2, "include": "src/*", "max-inputs": 9}}
    answer = client.post("/v1/jobs", json=asked)
    job = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/v1/jobs/{job['id']}")
    assert (job["state"], job["repository"], job["ref"], job["commit"]) == ("queued", _SHOP, "main", "")
    flags = {"gate": 2.0, "include": ("src/*",), "max_inputs": 9}
    assert fleet.work.submission(job["id"]) == Submission(_SHOP, "main", flags)
    assert fleet.broker.held(Queue.SCAN) == 1


def test_odd_texts_come_through_unchanged(client: httpx.Client, fleet: Fleet) -> None:
    odd = ["\ud800", "a\x00b", "é*", "'; DROP TABLE jobs"]
    content = json.dumps({"repository": _SHOP, "settings": {"include": odd}})
    answer = client.post("/v1/jobs", content=content, headers={"Content-Type": "application/json"})
    submission = fleet.work.submission(answer.json()["id"])
    assert submission is not None
    assert submission.flags == {"include": tuple(odd)}


def test_a_second_job_of_one_repository_is_a_conflict(client: httpx.Client) -> None:
    job = _submitted(client)
    refused = client.post("/v1/jobs", json={"repository": _SHOP})
    assert refused.status_code == 409
    assert f"job {job['id']} of {_SHOP} is under way" in refused.json()["error"]


_NONSENSE: list[tuple[object, str]] = [
    ({"repository": "https://inside.example.org/x"}, "not a public address"),
    ({"repository": "https://nowhere.example.org/x"}, "cannot be found"),
    ({"repository": "http://example.org/x"}, "http:// is not allowed here"),
    ({"repository": "https://me:hunter2@example.org/x"}, "credentials"),
    ({"repository": "ssh://-x.example.org/y"}, "take for something else"),
    ({"repository": "/no/such/folder"}, "no such directory"),
    ({"repository": "https://example.org/\ud800"}, "printable ASCII"),
    ({"repository": _SHOP, "ref": "--upload-pack=id"}, "not a branch, tag or commit"),
    ({"repository": _SHOP, "ref": "a\nb"}, "not a branch, tag or commit"),
    ({"repository": _SHOP, "ref": ""}, "body.ref"),
    ({"repository": _SHOP, "settings": {"gate": 1.0}}, "gate has to be at least 1.03"),
    ({"repository": _SHOP, "settings": {"gate": "much"}}, "settings: gate has to be a number"),
    ({"repository": _SHOP, "settings": {"gate": 10**400}}, "settings: gate is too large"),
    ({"repository": _SHOP, "settings": {"gte": 2}}, "did you mean 'gate'?"),
    ({"repository": _SHOP, "settings": {"home": "/etc"}}, "cannot be set by whoever submits a job"),
    ({"repository": _SHOP, "settings": {"api-private": True}}, "cannot be set by whoever submits"),
    ({"repository": _SHOP, "settings": {"experts": ["nobody"]}}, "there is no expert 'nobody'"),
    ({"repository": _SHOP, "settings": {"experts": ["file"]}}, "submit --candidates"),
    ({"repository": _SHOP, "priority": 1}, "body.priority"),
    ({}, "body.repository"),
    ([], "body"),
]


def test_what_makes_no_sense_is_refused_with_the_reason(client: httpx.Client, fleet: Fleet) -> None:
    for asked, said in _NONSENSE:
        content = json.dumps(asked)  # httpx refuses half a surrogate pair, which a caller may send
        refused = client.post("/v1/jobs", content=content, headers={"Content-Type": "application/json"})
        assert (refused.status_code, [*refused.json()]) == (422, ["error"]), asked
        assert said in refused.json()["error"]
        assert "hunter2" not in refused.text
    assert fleet.store.jobs() == []
    assert fleet.broker.held(Queue.SCAN) == 0


def test_every_setting_of_the_machines_is_refused(client: httpx.Client) -> None:
    for name in ("database_url", "broker_url", "candidates_file", "python", "memory_mb", "api_schemes"):
        refused = client.post("/v1/jobs", json={"repository": _SHOP, "settings": {name: "x"}})
        assert (refused.status_code, name in refused.json()["error"]) == (422, True)


def test_a_folder_is_known_by_the_repository_it_lies_in(client: httpx.Client, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "shop", {"src/a.py": b"x = 1\n"})
    assert _submitted(client, repository=str(root / "src"))["repository"] == str(root)


def test_a_job_that_is_queued_is_looked_at_and_cancelled(client: httpx.Client) -> None:
    number = _submitted(client)["id"]
    seen = client.get(f"/v1/jobs/{number}").json()
    assert (seen["state"], seen["left"], seen["funnel"]) == ("queued", {"scan": 1}, [])
    assert client.post(f"/v1/jobs/{number}/cancel").json()["state"] == "cancelled"
    seen = client.get(f"/v1/jobs/{number}").json()
    assert (seen["state"], seen["left"], seen["error"]) == ("cancelled", {}, "cancelled")
    again = client.post(f"/v1/jobs/{number}/cancel")
    assert (again.status_code, again.json()["error"]) == (
        409,
        f"job {number} is cancelled: there is nothing to cancel",
    )


def test_a_job_that_is_over_is_tried_again(client: httpx.Client, fleet: Fleet) -> None:
    number = _submitted(client)["id"]
    early = client.post(f"/v1/jobs/{number}/retry")
    assert (early.status_code, "is under way" in early.json()["error"]) == (409, True)
    client.post(f"/v1/jobs/{number}/cancel")
    retried = client.post(f"/v1/jobs/{number}/retry")
    assert (retried.status_code, retried.json()["state"], retried.json()["error"]) == (202, "queued", "")
    assert fleet.broker.held(Queue.SCAN) == 2
    embedded = fleet.store.create_job(made.new_job("https://example.org/team/pay.git"))
    refused = client.post(f"/v1/jobs/{embedded.id}/retry")
    assert (refused.status_code, "was never queued" in refused.json()["error"]) == (422, True)


def test_without_an_answer_of_the_broker_nothing_is_queued(
    stage: Stage, fleet: Fleet, tmp_path: Path
) -> None:
    dead = replace(fleet.settings, broker_url="redis://:hunter2@127.0.0.1:1/0")
    with (
        closing(open_fleet(dead)) as opened,
        stage.client(Parts(dead, opened.sessions, opened, _somewhere)) as c,
    ):
        refused = c.post("/v1/jobs", json={"repository": _SHOP})
        health = c.get("/healthz")
    assert refused.status_code == 503
    assert refused.json()["error"] == "the broker does not answer: try again later"
    assert fleet.store.jobs() == []
    assert health.status_code == 503
    assert health.json() == {
        "database": "ok",
        "broker": "unreachable",
        "error": "no answer from: broker",
    }


def test_a_well_fleet_says_so(client: httpx.Client) -> None:
    answer = client.get("/healthz", headers={"Authorization": ""})
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "broker": "ok", "error": ""})


def test_without_a_broker_all_works_but_submitting(alone: httpx.Client, sql_store: SqlStore) -> None:
    refused = alone.post("/v1/jobs", json={"repository": _SHOP})
    assert refused.status_code == 503
    assert "there is no broker" in refused.json()["error"]
    job = sql_store.create_job(made.new_job())
    assert alone.post(f"/v1/jobs/{job.id}/retry").status_code == 503
    assert alone.get("/v1/jobs").json()["jobs"][0]["id"] == job.id
    assert alone.get("/healthz").json()["broker"] == "none"


def test_jobs_are_paged_newest_first(alone: httpx.Client, sql_store: SqlStore) -> None:
    ids = [sql_store.create_job(made.new_job()).id for _ in range(5)]
    seen, before = [], None
    for _ in range(3):
        page = alone.get("/v1/jobs", params={"limit": 2} | ({"before": before} if before else {})).json()
        seen += [job["id"] for job in page["jobs"]]
        before = page["next"]
    assert (seen, before) == (ids[::-1], None)
    assert alone.get("/v1/jobs", params={"limit": 5}).json()["next"] is None


def test_jobs_are_listed_by_repository_and_state(alone: httpx.Client, sql_store: SqlStore) -> None:
    first = sql_store.create_job(made.new_job())
    sql_store.move_job(first.id, JobState.RUNNING, JobState.FAILED, "no such branch")
    second = sql_store.create_job(made.new_job("https://example.org/team/pay.git"))

    def listed(**params: str) -> list[int]:
        return [job["id"] for job in alone.get("/v1/jobs", params=params).json()["jobs"]]

    assert listed(state="failed") == [first.id]
    assert listed(state="running") == [second.id]
    assert listed(repository=made.URL) == [first.id]
    assert listed(repository=made.URL.replace("://", "://me:secret@")) == [first.id]
    assert listed(repository="https://example.org/nothing") == []
    assert listed(repository=made.URL, state="running") == []
    assert alone.get(f"/v1/jobs/{first.id}").json()["error"] == "no such branch"


def test_a_job_is_shown_with_where_everything_stopped(alone: httpx.Client, sql_store: SqlStore) -> None:
    job = sql_store.create_job(made.new_job())
    sql_store.save_result(job.id, made.with_patch())
    sql_store.save_result(job.id, made.ended(made.function("other")))
    sql_store.move_job(job.id, JobState.RUNNING, JobState.DONE)
    seen = alone.get(f"/v1/jobs/{job.id}").json()
    assert (seen["state"], seen["commit"]) == ("done", "c" * 40)
    assert {"unit": "function", "stage": "propose", "reason": "no-candidate", "count": 1} in seen["funnel"]
    assert seen["finished_at"] >= seen["started_at"] >= seen["created_at"]
    assert "settings" not in seen


def test_a_job_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    for path in ("", "/events", "/events/stream", "/cancel", "/retry"):
        for number in (77, 2**63 - 1):
            method = "POST" if path in ("/cancel", "/retry") else "GET"
            answer = client.request(method, f"/v1/jobs/{number}{path}")
            assert (answer.status_code, answer.json()) == (404, {"error": f"There is no job {number}."})
