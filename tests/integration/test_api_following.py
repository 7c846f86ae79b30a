"""A job's log through the API: page by page, and as it grows."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import delete

from api.following import Cursor
from api.parts import Parts
from db.listing import LogLine
from db.store import SqlStore
from db.tables import JobEventRow, JobRow
from db.work import SqlWork
from optimizer.domain.jobs import JobState, Submission
from optimizer.domain.settings import Settings
from tests.support import results as made
from tests.support.http import Stage, open_stage

_AT = datetime(2026, 1, 2, tzinfo=UTC)


class _Event(NamedTuple):
    name: str
    data: dict[str, object]
    number: str | None


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as opened:
        yield opened


@pytest.fixture
def parts(sql_store: SqlStore) -> Parts:
    return Parts(Settings(), sql_store.sessions, poll_seconds=0.05)


@pytest.fixture
def client(stage: Stage, parts: Parts) -> Iterator[httpx.Client]:
    with stage.client(parts) as opened:
        yield opened


def _events(answer: httpx.Response) -> Iterator[_Event]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif fields:
            yield _Event(fields["event"], json.loads(fields["data"]), fields.get("id"))
            fields = {}


def _followed(client: httpx.Client, job_id: int, last: str | None = None, **params: int) -> list[_Event]:
    headers = {"Last-Event-ID": last} if last else {}
    path = f"/v1/jobs/{job_id}/events/stream"
    with client.stream("GET", path, headers=headers, params=params) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        return list(_events(answer))


def _over(store: SqlStore, lines: int) -> int:
    job = store.create_job(made.new_job())
    for number in range(lines):
        store.add_event(job.id, "note", f"line {number}\nand \udcff more")
    store.move_job(job.id, JobState.RUNNING, JobState.DONE)
    return job.id


def test_a_log_is_read_page_by_page(client: httpx.Client, sql_store: SqlStore) -> None:
    _over(sql_store, 2)
    job_id = _over(sql_store, 5)
    seen, after = [], 0
    while True:
        page = client.get(f"/v1/jobs/{job_id}/events", params={"after": after, "limit": 2}).json()
        if not page["events"]:
            break
        seen += [event["message"] for event in page["events"]]
        after = page["next"]
    assert seen == [f"line {number}\nand \\udcff more" for number in range(5)]
    assert (page["state"], page["next"]) == ("done", after)


def test_following_a_job_that_is_over_gives_all_of_it_and_ends(
    client: httpx.Client, sql_store: SqlStore
) -> None:
    job_id = _over(sql_store, 3)
    events = _followed(client, job_id)
    assert [event.name for event in events] == ["state", "log", "log", "log", "end"]
    assert events[1].data["message"] == "line 0\nand \\udcff more"
    assert events[1].number == str(events[1].data["id"])
    assert events[-1].data == {"id": job_id, "state": "done", "left": {}}


def test_following_goes_on_after_the_last_line_that_was_seen(
    client: httpx.Client, sql_store: SqlStore
) -> None:
    job_id = _over(sql_store, 3)
    numbers = [event.number for event in _followed(client, job_id) if event.number]
    again = _followed(client, job_id, last=numbers[0])
    assert [event.number for event in again if event.name == "log"] == numbers[1:]
    assert [event.number for event in _followed(client, job_id, after=int(numbers[1])) if event.number] == [
        numbers[2]
    ]
    done = client.get(f"/v1/jobs/{job_id}/events/stream", headers={"Last-Event-ID": numbers[-1]})
    assert (done.status_code, done.content) == (204, b"")
    assert [event.name for event in _followed(client, job_id, after=int(numbers[-1]))] == ["state", "end"]


def test_a_long_log_comes_whole_and_in_order(client: httpx.Client, sql_store: SqlStore) -> None:
    job = sql_store.create_job(made.new_job())
    with sql_store.sessions.writing() as session:
        lines = [f"line {number}" for number in range(1203)]
        session.add_all([JobEventRow(job_id=job.id, at=_AT, stage="note", message=line) for line in lines])
    sql_store.move_job(job.id, JobState.RUNNING, JobState.DONE)
    logged = [event.data["message"] for event in _followed(client, job.id) if event.name == "log"]
    assert logged == lines


def test_a_job_is_followed_while_it_goes_on(client: httpx.Client, sql_store: SqlStore) -> None:
    work = SqlWork(sql_store.sessions)
    where = made.new_job().repository
    job, _ = work.submit(Submission(where.url), where)
    path, seen = f"/v1/jobs/{job.id}/events/stream", []
    with client.stream("GET", path) as answer:
        for event in _events(answer):
            seen.append(event.name)
            if seen == ["state"]:
                assert event.data == {"id": job.id, "state": "queued", "left": {"scan": 1}}
                sql_store.add_event(job.id, "note", "begun")
            elif event.name == "log":
                assert event.data["message"] == "begun"
                work.cancel(job.id)
            elif event.name == "state":
                assert event.data["state"] == "cancelled"
    assert seen == ["state", "log", "state", "end"]


def test_a_follower_has_to_come_again_after_a_while(stage: Stage, parts: Parts, sql_store: SqlStore) -> None:
    job = sql_store.create_job(made.new_job())
    with stage.client(replace(parts, follow_seconds=0.2)) as client:
        assert [event.name for event in _followed(client, job.id)] == ["state"]


def test_followers_are_let_go_when_the_server_ends(stage: Stage, parts: Parts, sql_store: SqlStore) -> None:
    job, ends = sql_store.create_job(made.new_job()), threading.Event()
    path = f"/v1/jobs/{job.id}/events/stream"
    with stage.client(replace(parts, stopping=ends.is_set)) as client, client.stream("GET", path) as answer:
        events = _events(answer)
        assert next(events).name == "state"
        ends.set()
        assert list(events) == []


def test_a_job_that_goes_away_is_said_to_its_followers(client: httpx.Client, sql_store: SqlStore) -> None:
    job = sql_store.create_job(made.new_job())
    with client.stream("GET", f"/v1/jobs/{job.id}/events/stream") as answer:
        events = _events(answer)
        assert next(events).name == "state"
        with sql_store.sessions.writing() as session:
            session.execute(delete(JobRow).where(JobRow.id == job.id))
        assert list(events) == [_Event("problem", {"error": f"There is no job {job.id}."}, None)]


@pytest.mark.parametrize("number", ["x", "-1", "1.5", str(2**63)])
def test_what_is_no_number_of_a_line_is_refused(
    number: str, client: httpx.Client, sql_store: SqlStore
) -> None:
    job_id = _over(sql_store, 0)
    answer = client.get(f"/v1/jobs/{job_id}/events/stream", headers={"Last-Event-ID": number})
    assert answer.status_code == 422


def _lines(*numbers: int) -> list[LogLine]:
    return [LogLine(number, _AT, "note", "") for number in numbers]


def test_a_line_that_is_seen_later_than_a_larger_number_is_not_left_out() -> None:
    cursor, kept, told = Cursor(after=10, top=10), {11, 13}, list[int]()
    for late in ([], [12], [15], [14], []):
        kept |= set(late)
        new = cursor.fresh(_lines(*sorted(number for number in kept if number > cursor.after)))
        told += [line.id for line in new]
    assert told == [11, 13, 12, 15, 14]
    assert (cursor.after, cursor.told) == (15, set())
