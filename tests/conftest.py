"""The databases that tests run against: a SQLite file, and a real Postgres. And Hypothesis without
deadlines (no test asserts how long something takes) and without a folder of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from db.connect import make_engine, parse_url
from db.store import SqlStore, open_store
from db.tables import Base
from db.upgrade import upgrade
from optimizer.config import NOT_OURS, PREFIX
from optimizer.ports import Store
from optimizer.testing import postgres
from optimizer.testing.memory_store import MemoryStore

settings.register_profile(
    "tests", database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_user() -> Iterator[None]:
    """Whoever runs the tests may have settings in the environment; they are none of the tests' matter. The
    rules alone are asked where a test does not say otherwise: a model takes seconds to load."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(PREFIX) and name not in NOT_OURS:
                patch.delenv(name)
        patch.setenv(f"{PREFIX}EXPERTS", "rules")
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server(os.environ) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """One database for the whole run; take `postgres_url`, which is emptied."""
    with postgres.fresh_database(postgres_server) as url:
        upgrade(url)
        yield url


@pytest.fixture
def postgres_url(migrated_postgres: str) -> str:
    """A database with our schema and nothing in it."""
    engine = make_engine(parse_url(migrated_postgres))
    tables = ", ".join(Base.metadata.tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return migrated_postgres


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database with our schema and nothing in it."""
    url = f"sqlite:///{tmp_path}/results.sqlite"
    upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each of the two databases, with our schema and nothing in it."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgres"])
def blank_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Each of the two databases, without our schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/blank.sqlite"
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def sql_store(database_url: str) -> Iterator[SqlStore]:
    with open_store(database_url) as store:
        yield store


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Every implementation of the Store, empty."""
    if request.param == "memory":
        yield MemoryStore()
        return
    with open_store(request.getfixturevalue(f"{request.param}_url")) as opened:
        yield opened
