"""Who is let in, what is said of errors, and what the documentation promises."""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import make_app
from api.parts import Parts
from db.connect import make_engine, parse_url
from db.sessions import Sessions
from db.store import SqlStore, open_store
from db.upgrade import upgrade
from optimizer.domain.settings import Settings
from optimizer.domain.tokens import digest_of, new_secret
from tests.support.http import Stage, open_stage

_METHODS = ("get", "post", "put", "delete", "patch")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as opened:
        yield opened


@pytest.fixture
def parts(sqlite_url: str) -> Iterator[Parts]:
    url = parse_url(sqlite_url)
    sessions = Sessions(make_engine(url), url)
    yield Parts(Settings(), sessions)
    sessions.close()


@pytest.fixture(scope="module")
def shared(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """For what changes nothing."""
    url = f"sqlite:///{tmp_path_factory.mktemp('shared')}/results.sqlite"
    upgrade(url)
    with open_store(url) as store, stage.client(Parts(Settings(), store.sessions)) as opened:
        yield opened


@pytest.fixture
def client(stage: Stage, parts: Parts) -> Iterator[httpx.Client]:
    with stage.client(parts) as opened:
        yield opened


def _operations(parts: Parts) -> Sequence[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each endpoint, as the documentation has them."""
    paths = make_app(parts).openapi()["paths"]
    return [
        (method, path, paths[path][method]) for path in paths for method in _METHODS if method in paths[path]
    ]


def _filled(path: str) -> str:
    return path.replace("{job_id}", "1").replace("{patch_id}", "1")


def test_nothing_but_health_and_the_documentation_is_open(client: httpx.Client, parts: Parts) -> None:
    del client.headers["Authorization"]
    asked = [(method, path) for method, path, _ in _operations(parts) if path != "/healthz"]
    assert len(asked) > 12
    for method, path in asked:
        refused = client.request(method, _filled(path))
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer"), path
        assert "optimizer token create" in refused.json()["error"]
    for path in ("/healthz", "/docs", "/openapi.json"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}"])
def test_a_valid_token_opens(scheme: str, client: httpx.Client, parts: Parts) -> None:
    secret = new_secret()
    parts.tokens.create("one", digest_of(secret), timedelta(hours=1))
    answer = client.get("/v1/jobs", headers={"Authorization": scheme.format(secret)})
    assert answer.status_code == 200


@pytest.mark.parametrize("scheme", ["Basic {}", "{}", "Bearer {}x", "Bearer  x{}", "Bearer é", "Bearer", ""])
def test_other_words_do_not(scheme: str, client: httpx.Client, parts: Parts) -> None:
    secret = new_secret()
    parts.tokens.create("one", digest_of(secret))
    given = scheme.format(secret).encode("latin-1")
    assert client.get("/v1/jobs", headers={b"Authorization": given}).status_code == 401
    assert client.get("/v1/jobs", headers={"Authorization": ""}, params={"token": secret}).status_code == 401


def test_a_token_that_was_revoked_or_has_expired_does_not_open(client: httpx.Client, parts: Parts) -> None:
    assert client.get("/v1/jobs").status_code == 200
    parts.tokens.revoke("tests")
    refused = client.get("/v1/jobs")
    secret = new_secret()
    parts.tokens.create("old", digest_of(secret), timedelta(seconds=-1))
    expired = client.get("/v1/jobs", headers={"Authorization": f"Bearer {secret}"})
    assert refused.status_code == expired.status_code == 401
    assert refused.text == expired.text


def test_that_a_token_was_used_is_noted(client: httpx.Client, parts: Parts) -> None:
    client.get("/v1/jobs")
    assert [token.used_at is not None for token in parts.tokens.tokens()] == [True]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1", 404),
        ("GET", "/v1/nothing", 404),
        ("DELETE", "/v1/jobs", 405),
        ("GET", "/v1/jobs?limit=0", 422),
        ("GET", "/v1/jobs?limit=501", 422),
        ("GET", "/v1/jobs?before=x", 422),
        ("GET", "/v1/jobs?state=lost", 422),
        ("GET", "/v1/jobs/0", 422),
        ("GET", f"/v1/jobs/{2**63}", 422),
        ("GET", "/v1/jobs/1", 404),
        ("GET", "/v1/patches?state=lost", 422),
        ("GET", "/v1/patches/one", 422),
    ],
)
def test_every_error_is_one_sentence_in_one_shape(
    method: str, path: str, status: int, shared: httpx.Client
) -> None:
    answer = shared.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert [*answer.json()] == ["error"]
    assert "\n" not in answer.json()["error"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"[" * 60_000, "application/json", 400),
        (b"repository=x", "application/x-www-form-urlencoded", 422),
        (b'"\xff"', "application/json", 400),
        (b"", "application/json", 422),
        (b" " * 65_537, "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    content: bytes, kind: str, status: int, shared: httpx.Client
) -> None:
    answer = shared.post("/v1/jobs", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, [*answer.json()]) == (status, ["error"])


def test_a_body_without_a_length_is_not_read_for_ever(client: httpx.Client) -> None:
    chunks = (b" " * 1000 for _ in range(100))
    answer = client.post("/v1/jobs", content=chunks, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (413, {"error": "the body has more than 65,536 bytes"})


def test_a_database_that_is_gone_is_said_without_its_name(stage: Stage) -> None:
    url = parse_url("postgresql://me:hunter2@127.0.0.1:1/secretname")
    sessions = Sessions(make_engine(url), url)
    with stage.client(Parts(Settings(), sessions), token=False) as client:
        refused = client.get("/v1/jobs")
        health = client.get("/healthz")
    sessions.close()
    assert refused.status_code == health.status_code == 503
    assert refused.json() == {"error": "the results database does not answer: try again later"}
    assert health.json()["database"] == "unreachable"
    assert "secretname" not in refused.text + health.text


@dataclass(frozen=True, slots=True)
class _Broken(Parts):
    """A defect of ours."""

    @property
    def store(self) -> SqlStore:
        raise ZeroDivisionError("a secret of the program")


def test_a_defect_is_one_sentence_for_the_caller_and_a_traceback_in_the_log(
    stage: Stage, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    with stage.client(_Broken(Settings(), parts.sessions)) as client, caplog.at_level(logging.ERROR):
        answer = client.get("/v1/patches/1")
    assert answer.status_code == 500
    assert [*answer.json()] == ["error"]
    assert "secret" not in answer.text
    end = time.monotonic() + 60.0
    while "a secret of the program" not in caplog.text:  # the server writes it after it has answered
        assert time.monotonic() < end
        time.sleep(0.01)


def test_each_endpoint_says_what_it_does_and_what_may_go_wrong(parts: Parts) -> None:
    for method, path, described in _operations(parts):
        assert described["summary"], path
        assert described["description"], path
        if path == "/healthz":
            assert "security" not in described
            continue
        assert described["security"] == [{"token": []}]
        answers = described["responses"]
        assert {"401", "503"} <= set(answers), path
        assert ("404" in answers) is ("{" in path), path
        assert ("413" in answers) is ("requestBody" in described), path
        problem = {"$ref": "#/components/schemas/Problem"}
        wrong = [
            answers[status]["content"]["application/json"]["schema"] for status in answers if status >= "4"
        ]
        assert wrong == [problem] * len(wrong), (method, path)


def test_the_documentation_declares_the_token_and_is_json(parts: Parts) -> None:
    document = make_app(parts).openapi()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    numbers = [described["operationId"] for _, _, described in _operations(parts)]
    assert len(set(numbers)) == len(numbers)
    json.dumps(document, allow_nan=False)


def test_names_of_files_and_secrets_of_addresses_stay_inside(client: httpx.Client) -> None:
    answer = client.get("/v1/jobs", params={"state": "https://me:hunter2@example.org"})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text
