"""Whether the server can do its work. Says nothing that a stranger must not know."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.parts import PartsOf
from optimizer.domain.errors import OptimizerError

router = APIRouter(tags=["health"])


class Health(BaseModel):
    database: Literal["ok", "unreachable"]
    broker: Literal["ok", "unreachable", "none"]
    error: str = Field(description="Empty when all is well.")


@router.get(
    "/healthz",
    summary="Is it well?",
    responses={503: {"model": Health, "description": "The database or the broker does not answer."}},
)
def health(parts: PartsOf, response: Response) -> Health:
    """Needs no token. Without a broker (`none`) nothing can be submitted, and all the rest works."""
    database = _tried(parts.tokens.now)
    broker = _tried(parts.fleet.broker.check) if parts.fleet else "none"
    silent = [name for name, said in (("database", database), ("broker", broker)) if said == "unreachable"]
    response.status_code = 503 if silent else 200
    error = f"no answer from: {', '.join(silent)}" if silent else ""
    return Health(database=database, broker=broker, error=error)


def _tried(check: Callable[[], Any]) -> Literal["ok", "unreachable"]:
    try:
        check()
    except OptimizerError:
        return "unreachable"
    return "ok"
