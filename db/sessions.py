"""Transactions on a database that answers and has this version's schema."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import URL, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db.connect import describe, explained, for_writing, is_sqlite, make_engine, parse_url, sqlite_path
from db.revision import NEWEST, revision_of
from optimizer.domain.errors import DatabaseError

_UPGRADE = "run: optimizer db upgrade"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Threads may share it; forked processes may not. Errors of the database become DatabaseError."""

    engine: Engine
    url: URL
    now: Callable[[], datetime] = utc_now

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._transaction(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._transaction(for_writing(self.engine)) as session:
            yield session

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine) as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            raise explained(self.url, error) from error

    def shared_now(self, session: Session) -> datetime:
        """The server's, the one clock that all machines share: one whose own clock jumps does no harm."""
        if session.get_bind().dialect.name != "postgresql":
            return self.now()
        moment: datetime = session.scalars(select(func.clock_timestamp())).one()
        return moment.astimezone(UTC)

    def close(self) -> None:
        self.engine.dispose()


def open_sessions(url: str) -> Sessions:
    """Raises DatabaseError when there is no database, or its schema is not ours."""
    parsed = parse_url(url)
    path = sqlite_path(parsed) if is_sqlite(parsed) else None
    if path is not None and not path.exists():
        raise DatabaseError(f"There is no database {path} yet; {_UPGRADE}")
    engine = make_engine(parsed)
    try:
        _check_schema(parsed, engine)
    except BaseException:
        engine.dispose()
        raise
    return Sessions(engine, parsed)


def _check_schema(url: URL, engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            found = revision_of(connection)
    except SQLAlchemyError as error:
        raise explained(url, error) from error
    if found != NEWEST:
        from db.upgrade import refuse_newer  # noqa: PLC0415 - start-up time

        refuse_newer(url, found)
        raise DatabaseError(f"The schema of {describe(url)} is older than this version; {_UPGRADE}")
