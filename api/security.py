"""Who may ask: whoever has a valid token."""

from typing import Annotated

from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from api.parts import PartsOf
from optimizer.domain.tokens import Token, digest_of

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="`Authorization: Bearer opt_...`, made by `optimizer token create NAME`.",
)


def admitted(
    parts: PartsOf, given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> Token:
    """Raises HTTPException: 401, and no word about what is wrong with a token."""
    token = parts.tokens.admit(digest_of(given.credentials)) if given else None
    if token is None:
        advice = "make one with `optimizer token create NAME`, send it as `Authorization: Bearer TOKEN`"
        raise HTTPException(401, f"a valid token is needed: {advice}", {"WWW-Authenticate": "Bearer"})
    return token
