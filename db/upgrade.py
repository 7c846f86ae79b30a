"""The schema's revision: what it is, and bringing it to the newest.

An upgrade is one transaction under a lock: of two processes that start at once on an empty
database one waits for the other, and a process that is killed leaves the old schema.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import SQLAlchemyError

import migrations
from db.connect import describe, explained, for_writing, is_sqlite, make_engine, parse_url, sqlite_path
from db.revision import revision_of
from optimizer.domain.errors import DatabaseError

_THREADS = threading.Lock()  # Alembic keeps what it is doing in a module: one at a time in a process
_LOCK = 0x6F7074696D  # any number that no other program takes for its advisory lock


def upgrade(url: str, revision: str = "head") -> None:
    """Brings the schema to this version's; creates a SQLite file and its folder. Raises DatabaseError."""
    parsed = parse_url(url)
    _make_room(parsed)
    with _THREADS, _migrating(parsed) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Takes the schema back to a revision, "base" for none at all. Data that it has no place for is lost."""
    with _THREADS, _migrating(parse_url(url)) as config:
        command.downgrade(config, revision)


def current(url: str) -> str | None:
    """The database's revision; None for one without our tables. Raises DatabaseError."""
    parsed = parse_url(url)
    if _is_missing(parsed):
        return None
    with _connected(parsed, writes=False) as connection:
        return revision_of(connection)


def newest() -> str | None:
    """The revision that this version of the program was written for."""
    return _scripts().get_current_head()


def refuse_newer(url: URL, found: str | None) -> None:
    """Raises DatabaseError for a revision that this version has never heard of."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseError(
            f"The schema of {describe(url)} (revision {found}) is newer than this version; "
            "update the optimizer."
        )


def _config() -> Config:
    """Found through the package, so that it works wherever the program is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _is_missing(url: URL) -> bool:
    path = sqlite_path(url) if is_sqlite(url) else None
    return path is not None and not path.exists()


def _make_room(url: URL) -> None:
    path = sqlite_path(url) if is_sqlite(url) else None
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"Cannot create the folder of {describe(url)}: {error.strerror}.") from error


@contextmanager
def _migrating(url: URL) -> Iterator[Config]:
    with _connected(url, writes=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        refuse_newer(url, revision_of(connection))
        config = _config()
        config.attributes["connection"] = connection
        yield config


@contextmanager
def _connected(url: URL, *, writes: bool) -> Iterator[Connection]:
    engine = make_engine(url)
    try:
        with (for_writing(engine) if writes else engine).begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise explained(url, error) from error
    except CommandError as error:
        raise DatabaseError(f"Cannot migrate {describe(url)}: {error}") from error
    finally:
        engine.dispose()
