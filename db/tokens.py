"""Keys to the API, over SQLAlchemy. Only their hashes get here."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from db.fleet_tables import TokenRow
from db.sessions import Sessions
from optimizer.domain.errors import ConfigError, NotFoundError
from optimizer.domain.tokens import Token

_OFTEN = timedelta(minutes=1)  # the time of use is not written more often


class SqlTokens:
    """Each method is one transaction, except that `admit` may write after it has read."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def create(self, name: str, digest: str, lifetime: timedelta | None = None) -> Token:
        """Raises ConfigError when there is one of that name already, be it revoked."""
        with self.sessions.writing() as session:
            if session.scalar(select(TokenRow.id).where(TokenRow.name == name)) is not None:
                raise ConfigError(f"there is a token {name!r} already: choose another name")
            now = self.sessions.shared_now(session)
            expires_at = None if lifetime is None else now + lifetime
            row = TokenRow(name=name, digest=digest, created_at=now, expires_at=expires_at)
            session.add(row)
            session.flush()
            return _value(row)

    def tokens(self) -> Sequence[Token]:
        """The oldest first."""
        with self.sessions.reading() as session:
            return [_value(row) for row in session.scalars(select(TokenRow).order_by(TokenRow.id))]

    def revoke(self, name: str) -> Token:
        """Does nothing the second time. Raises NotFoundError."""
        with self.sessions.writing() as session:
            row = session.scalar(select(TokenRow).where(TokenRow.name == name))
            if row is None:
                raise NotFoundError(f"There is no token {name!r}: `optimizer token list` lists them.")
            row.revoked_at = row.revoked_at or self.sessions.shared_now(session)
            return _value(row)

    def any_valid(self) -> bool:
        with self.sessions.reading() as session:
            valid = _valid(self.sessions.shared_now(session))
            return session.scalar(select(TokenRow.id).where(*valid).limit(1)) is not None

    def admit(self, digest: str) -> Token | None:
        """The valid token with this hash; None where there is none. That it was used is noted."""
        with self.sessions.reading() as session:
            now = self.sessions.shared_now(session)
            row = session.scalar(select(TokenRow).where(TokenRow.digest == digest, *_valid(now)))
            token = _value(row) if row is not None else None
        if token is not None and (token.used_at is None or token.used_at <= now - _OFTEN):
            self._note_use(token.id, now)
        return token

    def now(self) -> datetime:
        """By the clock that decides what has expired."""
        with self.sessions.reading() as session:
            return self.sessions.shared_now(session)

    def _note_use(self, token_id: int, now: datetime) -> None:
        long_ago = or_(TokenRow.used_at.is_(None), TokenRow.used_at <= now - _OFTEN)
        with self.sessions.writing() as session:
            session.execute(update(TokenRow).where(TokenRow.id == token_id, long_ago).values(used_at=now))


def _valid(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return TokenRow.revoked_at.is_(None), or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > now)


def _value(row: TokenRow) -> Token:
    return Token(row.id, row.name, row.created_at, row.expires_at, row.used_at, row.revoked_at)
