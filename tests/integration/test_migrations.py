"""The schema goes up and down on both databases, with results in it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Inspector, inspect, text

from db.connect import make_engine, parse_url
from db.store import open_store
from db.tables import Base
from db.upgrade import current, downgrade, newest, upgrade
from db.views import VIEWS
from optimizer.domain.errors import DatabaseError
from optimizer.domain.evidence import Evaluation, Exponent, Scaling
from optimizer.domain.results import FunctionResult
from tests.support.results import new_job, with_patch

_ROOT = Path(__file__).parents[2]


def _inspected(connection: Connection) -> Inspector:
    return inspect(connection)


def _tables(url: str) -> set[str]:
    engine = make_engine(parse_url(url))
    with engine.connect() as connection:
        found = set(_inspected(connection).get_table_names())
    engine.dispose()
    return found


def _run(url: str, statement: str) -> None:
    engine = make_engine(parse_url(url))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_an_upgrade_makes_every_table_and_an_upgraded_schema_stays(blank_database_url: str) -> None:
    assert current(blank_database_url) is None
    for _ in range(2):
        upgrade(blank_database_url)
        assert current(blank_database_url) == newest()
    assert _tables(blank_database_url) == {*Base.metadata.tables, "alembic_version"}


def test_results_outlive_a_step_down_and_up_again(blank_database_url: str) -> None:
    upgrade(blank_database_url)
    with open_store(blank_database_url) as store:
        patch_id = store.save_result(store.create_job(new_job()).id, with_patch())
        assert patch_id is not None
    downgrade(blank_database_url, "0001")
    with pytest.raises(DatabaseError, match="older than this version; run: optimizer db upgrade"):
        open_store(blank_database_url)
    upgrade(blank_database_url)
    with open_store(blank_database_url) as store:
        assert store.patch_result(patch_id) == _as_before_0003(with_patch())
        assert len(store.view("accepted_patches")[1]) == 1


def _as_before_0003(result: FunctionResult) -> FunctionResult:
    """What is left of a result that was kept for a while in a schema that knew slopes alone."""
    assert result.patch is not None
    return replace(
        result,
        evaluations=tuple(map(_slopes_alone, result.evaluations)),
        patch=replace(result.patch, surroundings=None),
    )


def _slopes_alone(evaluation: Evaluation) -> Evaluation:
    if evaluation.scaling is None or evaluation.first is None or evaluation.second is None:
        return evaluation
    before, after = (
        Exponent(slope.estimate, slope.estimate, slope.estimate)
        for slope in (evaluation.scaling.original, evaluation.scaling.candidate)
        if slope is not None
    )
    return replace(
        evaluation,
        scaling=Scaling((), before, after),
        instructions=None,
        first=replace(evaluation.first, false_accept=None),
        second=replace(evaluation.second, false_accept=None),
    )


def test_the_way_down_to_nothing_leaves_nothing_behind(blank_database_url: str) -> None:
    upgrade(blank_database_url)
    with open_store(blank_database_url) as store:
        store.save_result(store.create_job(new_job()).id, with_patch())
    downgrade(blank_database_url, "base")
    assert current(blank_database_url) is None
    assert _tables(blank_database_url) == {"alembic_version"}
    upgrade(blank_database_url)
    with open_store(blank_database_url) as store:
        assert store.jobs() == []


def test_the_models_say_what_the_migrations_made(database_url: str) -> None:
    engine = make_engine(parse_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_the_views_have_the_columns_that_the_program_asks_for(database_url: str) -> None:
    engine = make_engine(parse_url(database_url))
    with engine.connect() as connection:
        inspector = _inspected(connection)
        assert set(inspector.get_view_names()) == set(VIEWS)
        for view in VIEWS.values():
            found = [column["name"] for column in inspector.get_columns(view.name)]
            assert found == [name for name, _ in view.columns]
    engine.dispose()


def test_many_who_upgrade_an_empty_database_at_once_all_succeed(blank_database_url: str) -> None:
    program = "import sys; from db.upgrade import upgrade; upgrade(sys.argv[1])"
    command = [sys.executable, "-c", program, blank_database_url]
    started = [subprocess.Popen(command, cwd=_ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate()[1], process.returncode) for process in started] == [(b"", 0)] * 3
    assert current(blank_database_url) == newest()


def test_an_upgrade_that_fails_half_way_changes_nothing(blank_database_url: str) -> None:
    _run(blank_database_url, "CREATE TABLE funnel (mine INTEGER)")  # the second revision wants that name
    with pytest.raises(DatabaseError, match="funnel"):
        upgrade(blank_database_url)
    assert current(blank_database_url) is None
    assert _tables(blank_database_url) == {"funnel"}


def test_a_schema_from_the_future_is_neither_opened_nor_upgraded(database_url: str) -> None:
    _run(database_url, "UPDATE alembic_version SET version_num = '9999'")
    try:
        for use in (open_store, upgrade):
            with pytest.raises(DatabaseError, match=r"revision 9999\) is newer than this version"):
                use(database_url)
    finally:
        _run(database_url, f"UPDATE alembic_version SET version_num = '{newest()}'")


def test_the_migrations_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    upgrade("sqlite:///new/folder/results.sqlite")
    assert (tmp_path / "new/folder/results.sqlite").is_file()
    assert current("sqlite:///new/folder/results.sqlite") == newest()


def test_asking_for_the_revision_of_a_missing_file_does_not_make_it(tmp_path: Path) -> None:
    assert current(f"sqlite:///{tmp_path}/none.sqlite") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseError, match="Cannot create the folder of the database"):
        upgrade(f"sqlite:///{tmp_path}/file/results.sqlite")
