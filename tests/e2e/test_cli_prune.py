"""`optimizer db prune`, over a database that holds old results."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.retention import count_old_samples
from db.store import SqlStore, open_store
from db.upgrade import upgrade
from optimizer.cli.main import run
from tests.support.results import function, new_job, with_patch


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two, with a patch and with two measurements of no patch, of 200 days ago."""
    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path))
    monkeypatch.setenv("OPTIMIZER_DATABASE_URL", database_url)
    with open_store(database_url) as store:
        then = replace(store.sessions, now=lambda: datetime.now(UTC) - timedelta(days=200))
        old = SqlStore(then)
        job = old.create_job(new_job()).id
        old.save_result(job, with_patch())
        old.save_result(job, replace(with_patch(function("other")), patch=None))
    return database_url


def _left(url: str) -> int:
    """Measurements of no patch that have samples."""
    with open_store(url) as store:
        return count_old_samples(store.sessions, 1)[0]


def test_a_dry_run_says_what_would_go_and_touches_nothing(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["db", "prune", "--dry-run"]) == 0
    assert capsys.readouterr().out == (
        "the samples of 2 measurements older than 180 days would go (0.0 MB)\n"
    )
    assert _left(database) == 2


def test_old_samples_are_removed_once(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert [run(["db", "prune"]) for _ in range(2)] == [0, 0]
    assert capsys.readouterr().out.splitlines() == [
        "the samples of 2 measurements older than 180 days are gone (0.0 MB)",
        "the samples of 0 measurements older than 180 days are gone (0.0 MB)",
    ]
    assert _left(database) == 0


def test_the_age_can_be_given(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["db", "prune", "--days", "201", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["measurements"] == 0
    assert run(["db", "prune", "--days", "199", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.pop("bytes") > 0
    assert found == {"days": 199.0, "measurements": 2, "dry_run": False}
    assert _left(database) == 0


def test_where_samples_are_kept_for_ever_none_goes(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["db", "prune", "--set", "keep_samples_days=0"]) == 0
    assert capsys.readouterr().out.startswith("keep_samples_days is 0: samples stay")
    assert _left(database) == 2


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "nan", "99999999"])
def test_an_age_that_makes_no_sense_is_refused(
    days: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["db", "prune", "--days", days]) == 2
    assert "--days" in capsys.readouterr().err
    assert _left(database) == 2


def test_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path))
    assert run(["db", "prune"]) == 6
    assert "run: optimizer db upgrade" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_old_schema_is_told_how_it_gets_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path))
    upgrade(f"sqlite:///{tmp_path}/optimizer.db", "0003")
    assert run(["db", "prune"]) == 6
    assert "is older than this version; run: optimizer db upgrade" in capsys.readouterr().err
