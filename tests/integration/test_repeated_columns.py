"""Evaluations repeat the job and the hash of their function: it is the same there, however they came to be,
and the views that count by it say what the joined tables say."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from db.store import SqlStore
from db.work import SqlWork
from migrations.versions import r0005_scale
from optimizer.domain.jobs import Repository, Submission
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import NewItem, Plan, Queue
from tests.support.results import function, guarded, new_job, refused, with_patch

_REPEATED = """
SELECT e.job_id, e.label_hash, f.job_id, f.label_hash FROM evaluations e
JOIN candidates c ON c.id = e.candidate_id JOIN functions f ON f.id = c.function_id
"""
_PLAIN = {
    "funnel": (r0005_scale._FUNNEL, r0005_scale._FUNNEL_BEFORE),
    "rejections_by_reason": (r0005_scale._REJECTIONS_BY_REASON, r0005_scale._REJECTIONS_BEFORE),
}


def _judged(name: str) -> FunctionResult:
    result = with_patch(function(name))
    return replace(result, evaluations=(guarded(), refused("x"), *result.evaluations))


@pytest.fixture
def filled(sql_store: SqlStore) -> SqlStore:
    """Two jobs of this process, which share a function, and one of a fleet."""
    for where, names in (("/one", "fg"), ("/two", "gh")):
        job = sql_store.create_job(new_job(where)).id
        for name in names:
            sql_store.save_result(job, _judged(name))
    again = sql_store.create_job(new_job("/one")).id
    sql_store.save_result(again, _judged("f"))
    _through_the_fleet(SqlWork(sql_store.sessions))
    return sql_store


def _through_the_fleet(work: SqlWork) -> None:
    _, scan = work.submit(Submission("/three"), Repository("/three", "three"))
    claim = work.claim(scan.id, Queue.SCAN, 60.0)
    assert claim is not None
    items = work.plan(claim, Plan((), (NewItem("shop/cart.py::f", b""),), b""))
    assert items is not None
    held = work.claim(items[0].id, Queue.PROPOSE, 60.0)
    assert held is not None
    assert work.finish(held, _judged("f"))


def test_what_evaluations_repeat_is_as_it_is_in_their_function(filled: SqlStore) -> None:
    with filled.sessions.reading() as session:
        rows = session.execute(text(_REPEATED)).all()
    assert len(rows) == 6 * 4
    assert all((job, label) == (of_job, of_label) for job, label, of_job, of_label in rows)


@pytest.mark.parametrize("view", _PLAIN)
def test_a_view_that_counts_by_it_says_what_the_joined_tables_say(filled: SqlStore, view: str) -> None:
    quick, plain = (statement.split(" AS\n", 1)[1] for statement in _PLAIN[view])
    with filled.sessions.reading() as session:
        found, expected = (session.execute(text(one.replace("::", r"\:\:"))).all() for one in (quick, plain))
        shown = session.execute(text(f"SELECT * FROM {view}")).all()
    assert sorted(map(tuple, found)) == sorted(map(tuple, expected)) == sorted(map(tuple, shown))
    assert len(found) >= 6
