"""Old raw samples go, on both databases: but for those that prove a patch, and whoever is killed over it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from db.connect import make_engine, parse_url
from db.retention import count_old_samples, drop_old_samples
from db.samples import pack
from db.sessions import Sessions, open_sessions
from db.store import SqlStore
from db.tables import HAS_SAMPLES
from optimizer.domain.errors import DatabaseError
from optimizer.domain.evidence import Decision, Evaluation, Reason
from optimizer.domain.jobs import Stage
from optimizer.domain.results import FunctionResult
from optimizer.proof.bundle import bundle_of
from optimizer.proof.format import to_bytes
from tests.support.results import accepted, candidate, function, measurement, new_job, refused, with_patch

_DAYS = 180.0


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    opened = open_sessions(database_url)
    yield opened
    opened.close()


def _store(sessions: Sessions, days_ago: float) -> SqlStore:
    """What it saves was saved so long ago."""
    return SqlStore(replace(sessions, now=lambda: datetime.now(UTC) - timedelta(days=days_ago)))


def _slower(name: str = "slower") -> Evaluation:
    """Refused after a measurement, of which there are samples."""
    of = candidate(f"def total(items):\n    return {name}(items)\n", rule=name)
    decision = Decision(Stage.BENCHMARK, Reason.NOT_FASTER)
    return replace(accepted(of), decision=decision, first=measurement(0.9, Reason.NOT_FASTER), second=None)


def _won_over(*others: Evaluation, name: str = "total") -> FunctionResult:
    won = with_patch(function(name))
    return replace(won, evaluations=(*others, *won.evaluations))


def _unpublished(name: str) -> FunctionResult:
    """Accepted, but without a patch: two measurements."""
    return replace(with_patch(function(name)), patch=None)


def _kept(sessions: Sessions) -> int:
    with sessions.reading() as session:
        found = session.execute(text(f"SELECT count(*) FROM measurements WHERE {HAS_SAMPLES}"))
        return int(found.scalar_one())


def test_old_samples_of_a_refused_candidate_go_and_all_else_stays(sessions: Sessions) -> None:
    store = _store(sessions, days_ago=181)
    patch = store.save_result(store.create_job(new_job()).id, _won_over(_slower()))
    assert patch is not None
    assert drop_old_samples(sessions, _DAYS) == 1
    loser, *others = store.patch_result(patch).evaluations
    before = _slower()
    assert before.first is not None
    assert loser == replace(before, first=replace(before.first, samples=()))
    assert others == [refused(), accepted()]


def test_samples_that_are_not_old_enough_stay(sessions: Sessions) -> None:
    store = _store(sessions, days_ago=179)
    store.save_result(store.create_job(new_job()).id, _won_over(_slower()))
    assert count_old_samples(sessions, _DAYS) == (0, 0)
    assert drop_old_samples(sessions, _DAYS) == 0
    assert _kept(sessions) == 3


@pytest.mark.parametrize("days", [0.0, 1e6])
def test_nothing_goes_when_all_is_to_be_kept(sessions: Sessions, days: float) -> None:
    store = _store(sessions, days_ago=4000)
    store.save_result(store.create_job(new_job()).id, _won_over(_slower()))
    assert count_old_samples(sessions, days) == (0, 0)
    assert drop_old_samples(sessions, days) == 0
    assert _kept(sessions) == 3


def test_the_proof_of_a_patch_is_byte_for_byte_the_same_afterwards(sessions: Sessions) -> None:
    store = _store(sessions, days_ago=999)
    job = store.create_job(new_job())
    patch = store.save_result(job.id, _won_over(_slower()))
    assert patch is not None
    before = to_bytes(bundle_of(job, store.patch_result(patch)))
    assert drop_old_samples(sessions, _DAYS) == 1
    assert to_bytes(bundle_of(job, store.patch_result(patch))) == before


def test_a_candidate_that_was_accepted_but_not_published_is_no_evidence(sessions: Sessions) -> None:
    store = _store(sessions, days_ago=200)
    store.save_result(store.create_job(new_job()).id, _unpublished("f"))
    assert drop_old_samples(sessions, _DAYS) == 2
    assert _kept(sessions) == 0


def test_what_would_go_is_counted_and_stays(sessions: Sessions) -> None:
    store = _store(sessions, days_ago=200)
    store.save_result(store.create_job(new_job()).id, _won_over(_slower()))
    size = len(pack(measurement(0.9).samples))
    for _ in range(2):
        assert count_old_samples(sessions, _DAYS) == (1, size)
    assert drop_old_samples(sessions, _DAYS) == 1
    assert count_old_samples(sessions, _DAYS) == (0, 0)


@pytest.mark.parametrize("batch", [1, 2, 3, 1000])
def test_all_that_is_old_goes_in_batches_of_any_size(sessions: Sessions, batch: int) -> None:
    store = _store(sessions, days_ago=200)
    job = store.create_job(new_job()).id
    for number in range(4):
        store.save_result(job, _unpublished(f"f{number}"))
        store.save_result(job, _won_over(_slower(), name=f"g{number}"))
    assert drop_old_samples(sessions, _DAYS, batch) == 4 * 2 + 4
    assert _kept(sessions) == 4 * 2
    assert drop_old_samples(sessions, _DAYS, batch) == 0


def test_a_turn_may_be_limited_and_the_next_goes_on(sessions: Sessions) -> None:
    store = _store(sessions, days_ago=200)
    job = store.create_job(new_job()).id
    for number in range(4):
        store.save_result(job, _unpublished(f"f{number}"))
    assert [drop_old_samples(sessions, _DAYS, batch=2, most=3) for _ in range(3)] == [4, 4, 0]
    assert drop_old_samples(sessions, _DAYS, most=0) == 0


def test_whoever_is_killed_over_it_has_done_a_part_and_the_next_does_the_rest(sessions: Sessions) -> None:
    store = _store(sessions, days_ago=200)
    job = store.create_job(new_job()).id
    for number in range(4):
        store.save_result(job, _unpublished(f"f{number}"))
    _stop_at_the_third_update(sessions)
    with pytest.raises(SystemExit):
        drop_old_samples(sessions, _DAYS, batch=2)
    assert _kept(sessions) == 8 - 2 * 2
    later = open_sessions(sessions.url.render_as_string(hide_password=False))
    assert drop_old_samples(later, _DAYS, batch=2) == 4
    later.close()


def _stop_at_the_third_update(sessions: Sessions) -> None:
    updates = []

    def count(*told: object) -> None:
        if str(told[2]).startswith("UPDATE"):
            updates.append(told)
            if len(updates) == 3:
                raise SystemExit

    event.listen(sessions.engine, "before_cursor_execute", count)


def test_several_at_once_share_the_work_and_empty_nothing_twice(sessions: Sessions) -> None:
    store = _store(sessions, days_ago=200)
    job = store.create_job(new_job()).id
    for number in range(30):
        store.save_result(job, _unpublished(f"f{number}"))
    start, done = threading.Barrier(4), []

    def drop() -> None:
        start.wait()
        done.append(drop_old_samples(sessions, _DAYS, batch=3))

    threads = [threading.Thread(target=drop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), sum(done)) == (4, 60)
    assert _kept(sessions) == 0


def test_a_database_that_went_away_is_one_line(sessions: Sessions, database_url: str) -> None:
    engine = make_engine(parse_url(database_url))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE measurements RENAME TO away"))
    try:
        with pytest.raises(DatabaseError, match="measurements"):
            drop_old_samples(sessions, _DAYS)
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO measurements"))
        engine.dispose()
