"""Keys to the API. They are long and random, so what is kept of them is a plain hash."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PREFIX = "opt_"  # so that people, and scanners for leaked secrets, know one when they see it
_NAME = re.compile(r"\w[\w.@+-]{0,63}")


class TokenState(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    id: int
    name: str  # whose it is, or what for
    created_at: datetime
    expires_at: datetime | None = None  # None: it does not
    used_at: datetime | None = None  # to the minute
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> TokenState:
        if self.revoked_at is not None:
            return TokenState.REVOKED
        over = self.expires_at is not None and self.expires_at <= now
        return TokenState.EXPIRED if over else TokenState.VALID


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_name(text: str) -> bool:
    """One word of letters, digits and . @ + - _, and not too long."""
    return _NAME.fullmatch(text) is not None
