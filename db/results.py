"""The parts of the results database, over one set of sessions."""

from dataclasses import dataclass

from db.sessions import Sessions, open_sessions
from db.store import SqlStore
from db.work import SqlWork


@dataclass(frozen=True, slots=True)
class Results:
    sessions: Sessions
    store: SqlStore
    work: SqlWork

    def close(self) -> None:
        self.sessions.close()


def open_results(url: str) -> Results:
    """Raises DatabaseError when there is none, or its schema is not ours."""
    sessions = open_sessions(url)
    return Results(sessions, SqlStore(sessions), SqlWork(sessions))
