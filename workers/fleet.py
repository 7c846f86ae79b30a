"""The parts of a fleet, wired: the results, the work that waits, and the broker."""

from dataclasses import dataclass

from db.connect import is_sqlite, parse_url
from db.sessions import Sessions, open_sessions
from db.store import SqlStore
from db.work import SqlWork
from optimizer.bootstrap import database_url
from optimizer.domain.errors import ConfigError
from optimizer.domain.settings import Settings
from optimizer.ports import Broker
from workers.broker import CeleryBroker


@dataclass(frozen=True, slots=True)
class Fleet:
    settings: Settings
    sessions: Sessions
    store: SqlStore
    work: SqlWork
    broker: Broker

    def close(self) -> None:
        self.broker.close()
        self.sessions.close()


def open_fleet(settings: Settings) -> Fleet:
    """Raises DatabaseError, and ConfigError where a part has no address. The broker is not asked yet."""
    broker, url = CeleryBroker.of(settings), database_url(settings)
    if is_sqlite(parse_url(url)):
        raise ConfigError(
            "a broker needs a database that all workers reach: set OPTIMIZER_DATABASE_URL to a Postgres"
        )
    sessions = open_sessions(url)
    return Fleet(settings, sessions, SqlStore(sessions), SqlWork(sessions), broker)
