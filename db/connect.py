"""From a database's URL to an engine, and from a driver's error to one line without secrets."""

import sqlite3
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from optimizer.domain.errors import DatabaseError

BUSY_MILLISECONDS = 30_000  # how long a writer waits for the others on a SQLite file
CONNECT_SECONDS = 10
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_FORMS = "sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME"


def parse_url(text: str) -> URL:
    """Raises DatabaseError, without repeating the URL: it may hold a password."""
    try:
        url = make_url(text)
    except (SQLAlchemyError, ValueError):
        raise DatabaseError(f"The database URL cannot be read; expected {_FORMS}.") from None
    if url.drivername not in _DRIVERS:
        raise DatabaseError(f"Databases of the kind {url.drivername!r} cannot be used; expected {_FORMS}.")
    url = url.set(drivername=_DRIVERS[url.drivername])
    if is_sqlite(url) and sqlite_path(url) is None:
        raise DatabaseError("A SQLite database in memory keeps no results; expected sqlite:///PATH.")
    return url


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def sqlite_path(url: URL) -> Path | None:
    """None for a database in memory."""
    name = url.database
    return None if not name or name == ":memory:" or name.startswith("file:") else Path(name)


def describe(url: URL) -> str:
    """Where the database is, for people: never the password, nor options that could hold one."""
    if is_sqlite(url):
        return f"the database {url.database}"
    host = url.host or str(url.query.get("host", "the local socket"))
    port = f":{url.port}" if url.port else ""
    return f"the database {url.database or url.username or ''!s} at {host}{port}"


def make_engine(url: URL) -> Engine:
    if is_sqlite(url):
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    waits = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=waits)


def for_writing(engine: Engine) -> Engine:
    """The same engine and pool; on SQLite its transactions take the write lock when they begin."""
    return engine.execution_options(writes=True)


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None  # the driver begins nothing: `_begin_sqlite` does
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA foreign_keys = ON")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        _keep_a_log(connection)


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY


# SQLite fails at once here, whatever the busy timeout, when two make the same new file a WAL one.
@retry(
    retry=retry_if_exception(_is_busy),
    stop=stop_after_delay(BUSY_MILLISECONDS / 1000),
    wait=wait_random(0.001, 0.02),
    reraise=True,
)
def _keep_a_log(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")  # kept in the file from then on


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another one wrote in
    # between, however long the busy timeout: so writers say at the start what they are.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def explained(url: URL, error: SQLAlchemyError) -> DatabaseError:
    """One line that says what is wrong with the database, from what the driver said of it."""
    said = _without_secrets(url, _core(str(error.orig if isinstance(error, DBAPIError) else error)))
    if _credentials_are_wrong(said):
        user = url.username or "(default)"
        return DatabaseError(f"Cannot use {describe(url)}: wrong credentials for the user {user!r}.")
    if _is_unreachable(error):
        return DatabaseError(f"Cannot reach {describe(url)}: {said}. Is it running there?")
    return DatabaseError(f"Cannot use {describe(url)}: {said}.")


def _core(text: str) -> str:
    """The first line, without the trail of places that the message came through."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = lines[0] if lines else "no reason given"
    return line.rsplit(" failed: ", 1)[-1].removeprefix("FATAL:").strip().rstrip(".")


def _credentials_are_wrong(said: str) -> bool:
    if said.startswith("role ") and said.endswith("does not exist"):
        return True
    return any(sign in said for sign in ("password authentication failed", "no password supplied"))


def _is_unreachable(error: SQLAlchemyError) -> bool:
    """True when no server answered: one that refuses says FATAL, one that fails gives a code."""
    import psycopg  # noqa: PLC0415 - start-up time: a SQLite file needs none

    original = error.orig if isinstance(error, DBAPIError) else None
    if not isinstance(original, psycopg.OperationalError):
        return False
    return original.sqlstate is None and "FATAL" not in str(original)


def _without_secrets(url: URL, line: str) -> str:
    options = [str(value) for key, value in url.query.items() if "pass" in key]
    for secret in (str(url.password or ""), *options):
        for form in {secret, unquote(secret)} - {""}:
            line = line.replace(form, "***")
    return line
