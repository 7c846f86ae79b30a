"""Which revision a schema is of, told without Alembic: that takes long to import, most commands only ask."""

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from db.connect import make_engine, parse_url, sqlite_path

NEWEST = "0005"  # what this version of the program was written for: the head of migrations/versions
_TABLE = "alembic_version"


def revision_of(connection: Connection) -> str | None:
    """None for a database without our tables."""
    if not inspect(connection).has_table(_TABLE):
        return None
    found = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))
    return None if found is None else str(found)


def has_newest(url: str) -> bool:
    """Of a SQLite file. False, too, for one that cannot be read: `upgrade` tells why. Raises DatabaseError
    for a URL that is none."""
    path = sqlite_path(parsed := parse_url(url))
    if path is None or not path.exists():
        return False
    engine = make_engine(parsed)
    try:
        with engine.connect() as connection:
            return revision_of(connection) == NEWEST
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
