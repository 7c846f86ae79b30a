"""What the endpoints work with, and how they get it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.addresses import Resolver, resolve_host
from db.sessions import Sessions
from db.store import SqlStore
from db.tokens import SqlTokens
from db.work import SqlWork
from optimizer.domain.settings import Settings
from workers.fleet import Fleet


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    sessions: Sessions
    fleet: Fleet | None = None  # None: there is no broker, so nothing can be submitted
    resolve: Resolver = resolve_host
    stopping: Callable[[], bool] = _never  # whether the server is about to end
    poll_seconds: float = 1.0  # between two looks at a job that is followed
    follow_seconds: float = 900.0  # after which a follower has to come again, with a token that still counts

    @property
    def store(self) -> SqlStore:
        return SqlStore(self.sessions)

    @property
    def work(self) -> SqlWork:
        return SqlWork(self.sessions)

    @property
    def tokens(self) -> SqlTokens:
        return SqlTokens(self.sessions)


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(_parts)]
