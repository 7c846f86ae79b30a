"""Opening a store says in one line what is wrong with the database, and never a password."""

import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from db.connect import explained, make_engine, parse_url
from db.store import open_store
from db.upgrade import current, upgrade
from optimizer.domain.errors import DatabaseError
from optimizer.testing import postgres

SECRET = "s3cret-pass"


@pytest.fixture(scope="module")
def guarded_server() -> Iterator[str]:
    """A Postgres that wants a password."""
    with postgres.throwaway(password=SECRET) as url:
        yield url


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on: bound, so that nobody else takes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def _refusal(url: str) -> str:
    """What each way into the database says; the three must agree."""
    said = set()
    for use in (open_store, upgrade, current):
        with pytest.raises(DatabaseError) as caught:
            use(url)
        said.add(str(caught.value))
    (line,) = said
    assert "\n" not in line
    assert SECRET not in line
    return line


def test_a_password_opens_the_database(guarded_server: str) -> None:
    with postgres.fresh_database(guarded_server) as url:
        upgrade(url)
        with open_store(url) as store:
            assert store.jobs() == []


def test_wrong_credentials_are_called_that(guarded_server: str) -> None:
    for wrong in (f"postgres:{SECRET}x", "postgres", f"nobody:{SECRET}"):
        line = _refusal(guarded_server.replace(f"postgres:{SECRET}", wrong))
        user = wrong.split(":", maxsplit=1)[0]
        assert f"wrong credentials for the user '{user}'" in line


def test_a_missing_database_is_named(guarded_server: str) -> None:
    line = _refusal(guarded_server.replace("/postgres?", "/elsewhere?"))
    assert 'database "elsewhere" does not exist' in line


def test_an_unreachable_server_is_named_with_its_address(closed_port: int) -> None:
    line = _refusal(f"postgresql://ada:{SECRET}@127.0.0.1:{closed_port}/results")
    assert line == (
        f"Cannot reach the database results at 127.0.0.1:{closed_port}: Connection refused. "
        "Is it running there?"
    )


def test_a_host_that_does_not_exist_is_unreachable() -> None:
    line = _refusal(f"postgresql://ada:{SECRET}@database.invalid/results?sslpassword={SECRET}")
    assert line.startswith("Cannot reach the database results at database.invalid")


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ada:{SECRET}@host:{SECRET}/results",
        f"ada:{SECRET}@host",
        f"mysql://ada:{SECRET}@host/results",
        "sqlite://",
        "sqlite:///:memory:",
        "",
    ],
)
def test_a_url_of_another_form_is_answered_with_the_forms_there_are(url: str) -> None:
    assert "sqlite:///PATH" in _refusal(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_usual_spellings_of_postgres_mean_the_same_driver(scheme: str) -> None:
    assert parse_url(f"{scheme}://ada@host/results").drivername == "postgresql+psycopg"


@pytest.mark.parametrize("where", ["ada:{}@host/results", "ada@host/results?password={}"])
def test_a_password_that_the_driver_repeats_is_blotted_out(where: str) -> None:
    said = psycopg.OperationalError(f'invalid value "{SECRET}"\nand more')
    error = OperationalError("SELECT 1", None, said)
    line = str(explained(parse_url("postgresql://" + where.format(SECRET)), error))
    assert line.startswith("Cannot reach the database results at host")
    assert 'invalid value "***"' in line
    assert SECRET not in line


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"no database .*/none\.sqlite yet; run: optimizer db upgrade"):
        open_store(f"sqlite:///{tmp_path}/none.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("remember the milk\n" * 100)
    assert "file is not a database" in _refusal(f"sqlite:///{other}")
    assert other.read_text() == "remember the milk\n" * 100


def test_a_database_without_a_schema_needs_an_upgrade(blank_database_url: str) -> None:
    if blank_database_url.startswith("sqlite"):
        sqlite3.connect(parse_url(blank_database_url).database or "").close()
    with pytest.raises(DatabaseError, match="run: optimizer db upgrade"):
        open_store(blank_database_url)


def test_a_database_that_goes_away_is_an_error_of_one_line() -> None:
    with postgres.throwaway() as server:
        upgrade(server)
        store = open_store(server)
    try:
        with pytest.raises(DatabaseError, match="Cannot reach the database postgres at /tmp"):
            store.jobs()
    finally:
        store.close()


def test_sqlite_waits_for_others_checks_references_and_writes_ahead(sqlite_url: str) -> None:
    engine = make_engine(parse_url(sqlite_url))
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}
