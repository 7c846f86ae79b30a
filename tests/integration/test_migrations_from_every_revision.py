"""A database of any released revision, with rows in every table, goes up to the newest and down to none."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

import migrations
from db.connect import make_engine, parse_url
from db.revision import NEWEST
from db.schedules import SqlSchedules
from db.store import SqlStore, open_store
from db.upgrade import current, downgrade, newest, upgrade
from db.views import VIEWS
from db.work import SqlWork
from optimizer.domain.evidence import Exponent
from optimizer.domain.jobs import Event, FunnelRow, JobState
from optimizer.domain.patches import PatchState
from optimizer.domain.work import Queue
from optimizer.proof.bundle import bundle_of
from tests.support import old_rows
from tests.support.old_rows import AT, URL, Rows
from tests.support.results import function, new_job, with_patch


def _revisions() -> list[str]:
    """Oldest first."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    return [script.revision for script in scripts][::-1]


REVISIONS = _revisions()


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = make_engine(parse_url(url))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _at(url: str, revision: str) -> Rows:
    """A database of that revision, with data in it, as a version of that time left it."""
    upgrade(url, revision)
    assert current(url) == revision
    with _connected(url) as connection:
        rows = old_rows.fill(connection, revision)
        assert set(rows) == set(inspect(connection).get_table_names()) - {"alembic_version"}
    return rows


def _counts(url: str) -> dict[str, int]:
    with _connected(url) as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return {
            table: int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
            for table in tables
        }


def _said(rows: Rows) -> dict[str, int]:
    return {table: len(of_table) for table, of_table in rows.items()}


@pytest.mark.parametrize("revision", REVISIONS)
def test_all_rows_are_there_after_the_upgrade_are_read_as_ever_and_go_on(
    blank_database_url: str, revision: str
) -> None:
    rows = _at(blank_database_url, revision)
    upgrade(blank_database_url)
    assert current(blank_database_url) == newest()
    assert {name: count for name, count in _counts(blank_database_url).items() if count} == _said(rows)
    with open_store(blank_database_url) as store:
        _is_readable(store, proved=revision >= "0003")
        if revision >= "0004":
            _is_a_fleet(store)
        _takes_new_results(store, len(rows["jobs"]))


def _takes_new_results(store: SqlStore, jobs: int) -> None:
    job = store.create_job(new_job())
    patch = store.save_result(job.id, with_patch(function("new")))
    assert (job.id, patch) == (jobs + 1, 2)
    assert patch is not None
    assert store.patch_result(patch) == with_patch(function("new"))
    assert store.patch_counts([1, job.id]) == {1: 1, job.id: 1}


def _is_readable(store: SqlStore, proved: bool) -> None:
    done, interrupted = store.job(1), store.job(2)
    assert (done.repository.url, done.state, done.commit) == (URL, JobState.DONE, "c" * 40)
    assert done.finished_at is not None
    assert done.finished_at.replace(tzinfo=None) == AT
    assert (interrupted.state, store.events(1)) == (JobState.INTERRUPTED, [_event(store)])
    assert store.finished_scan(URL, "t" * 40, "f1") == done
    assert store.finished_labels(1) == {"shop/cart.py::total", "shop/cart.py::other"}
    assert {label for label, _, _ in store.tried(URL, "f1", function("total"))} == {"shop/cart.py::total"}
    _has_its_patch(store, proved)
    _has_its_views(store, proved)


def _event(store: SqlStore) -> Event:
    return Event(1, store.job(1).created_at, "note", "skipped a.py")


def _has_its_patch(store: SqlStore, proved: bool) -> None:
    patch, result = store.patch(1), store.patch_result(1)
    assert store.patches() == store.patches_on("optimizer/cart-total") == [patch]
    assert (patch.state, patch.speedup, patch.function) == (PatchState.APPROVED, 2.0, "shop/cart.py::total")
    assert patch.impact == (0.25 if proved else None)
    assert result.function.source == old_rows.SOURCE
    assert result.workload is not None
    assert [(one.payload, one.held_out) for one in result.workload.inputs] == [
        (b"\x80\x05", value) for value in (False, True)
    ]
    refused, won = result.evaluations
    assert refused.verdict is not None
    assert refused.verdict.counterexample is not None
    assert refused.verdict.counterexample.input_text == "items=[nan]"
    assert won == result.winning
    assert won.first is not None
    assert won.second is not None
    assert [len(one.samples) for one in (won.first, won.second)] == [2, 2]
    assert (won.second.wall.estimate, won.second.false_accept) == (2.0, 0.003 if proved else None)
    assert won.scaling is not None
    assert (won.scaling.original, won.scaling.candidate) == (Exponent(2, 2, 2), Exponent(1, 1, 1))
    assert bundle_of(store.job(1), result).claimed.estimate == 2.0


def _has_its_views(store: SqlStore, proved: bool) -> None:
    seen = {name: _view(store, name) for name in VIEWS}
    patch = seen["accepted_patches"][0]
    assert (patch["repository"], patch["rule"], patch["impact"]) == (
        URL,
        "sum-builtin",
        0.25 if proved else None,
    )
    assert [tuple(row.values()) for row in seen["funnel"]] == [
        (1, URL, "function", "propose", "no-candidate", 1),
        (1, URL, "function", "publish", "accepted", 1),
        (1, URL, "candidate", "decide", "accepted", 1),
        (1, URL, "candidate", "verify", "different-result", 1),
    ]
    assert [tuple(row.values())[:6] for row in seen["rejections_by_reason"]] == [
        (URL, "rules", "verify", "different-result", 1, 1)
    ]
    assert [(row["rule"], row["accepted"], row["approved"]) for row in seen["expert_yield"]] == [
        ("sum-builtin", 1, 1),
        ("constant", 0, 0),
    ]
    assert store.funnel(1)[0] == FunnelRow("function", "propose", "no-candidate", 1)
    assert [row["rule"] for row in store.rejected(1)] == ["constant"]
    assert store.rejected(2) == []


def _view(store: SqlStore, name: str) -> list[dict[str, object]]:
    columns, rows = store.view(name)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _is_a_fleet(store: SqlStore) -> None:
    work, schedules = SqlWork(store.sessions), SqlSchedules(store.sessions)
    assert work.left(3) == {Queue.PROPOSE: 1, Queue.EVALUATE: 1}
    assert work.facts(3) == b"facts"
    submission = work.submission(3)
    assert submission is not None
    assert (submission.source, submission.flags) == (URL, {"gate": 1.1})
    claim = work.claim(2, Queue.EVALUATE, 60.0)
    assert claim is not None
    assert claim.subject == b"subject"
    assert [(one.cron, one.last_job_id) for one in schedules.all()] == [("0 2 * * *", 1)]


@pytest.mark.parametrize("revision", REVISIONS)
def test_it_goes_down_step_by_step_with_its_rows_to_none_and_up_again(
    blank_database_url: str, revision: str
) -> None:
    rows = _at(blank_database_url, revision)
    upgrade(blank_database_url)
    for older in REVISIONS[-2::-1]:
        downgrade(blank_database_url, older)
        assert current(blank_database_url) == older
        found = _counts(blank_database_url)
        assert found == {table: _said(rows).get(table, 0) for table in old_rows.rows_at(older)}
    downgrade(blank_database_url, "base")
    assert (current(blank_database_url), _counts(blank_database_url)) == (None, {})
    upgrade(blank_database_url)
    with open_store(blank_database_url) as store:
        assert store.jobs() == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_one_that_went_down_to_its_revision_is_upgraded_like_before(
    blank_database_url: str, revision: str
) -> None:
    rows = _at(blank_database_url, revision)
    for _ in range(2):
        upgrade(blank_database_url)
        with open_store(blank_database_url) as store:
            _is_readable(store, proved=revision >= "0003")
        downgrade(blank_database_url, revision)
        assert _counts(blank_database_url) == _said(rows)


def test_a_step_down_leaves_the_schema_as_it_was_released(blank_database_url: str) -> None:
    released = {}
    for revision in REVISIONS:
        upgrade(blank_database_url, revision)
        released[revision] = _schema(blank_database_url)
    for revision in REVISIONS[-2::-1]:
        downgrade(blank_database_url, revision)
        assert _schema(blank_database_url) == released[revision]


def _schema(url: str) -> Mapping[str, object]:
    """Columns, indexes, references and views."""
    with _connected(url) as connection:
        inspector = inspect(connection)
        found: dict[str, object] = {}
        for table in inspector.get_table_names():
            columns = {(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)}
            indexes = {
                (i["name"], tuple(i["column_names"]), i["unique"]) for i in inspector.get_indexes(table)
            }
            keys = {(k["name"], tuple(k["constrained_columns"])) for k in inspector.get_foreign_keys(table)}
            unique = {(u["name"], tuple(u["column_names"])) for u in inspector.get_unique_constraints(table)}
            found[table] = (columns, indexes, keys, unique)
        for view in inspector.get_view_names():
            found[view] = inspector.get_view_definition(view)
        return found


def test_every_revision_is_tried() -> None:
    assert REVISIONS[0] == "0001"
    assert REVISIONS[-1] == newest() == NEWEST
    assert sorted(REVISIONS) == REVISIONS
