"""What goes wrong, as a status and one sentence: `{"error": "..."}`, whatever it was."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from optimizer.domain.errors import (
    AnotherRunsError,
    BrokerError,
    BundleError,
    ConfigError,
    DatabaseError,
    NotFoundError,
    OptimizerError,
    RepositoryError,
)
from optimizer.vcs.source import hide_credentials

_log = logging.getLogger(__name__)

# The first that fits. What the database or the broker said is for the log: it names machines of ours.
_STATUS: Sequence[tuple[type[OptimizerError], int, str]] = (
    (NotFoundError, 404, ""),
    (ConfigError, 422, ""),
    (RepositoryError, 422, ""),
    (AnotherRunsError, 409, ""),
    (BundleError, 409, ""),
    (DatabaseError, 503, "the results database does not answer: try again later"),
    (BrokerError, 503, "the broker does not answer: try again later"),
)
_DEFECT = "this is a defect of optimizer itself: what happened is in the server's log"
_DESCRIPTIONS = {
    400: "The body cannot be read.",
    401: "There is no token, or it is not valid (any more).",
    404: "There is no such thing.",
    409: "The present state does not allow it.",
    413: "The body is too large.",
    422: "What was sent makes no sense; the sentence says what and why.",
    503: "The database or the broker does not answer, or there is no broker.",
}


class Problem(BaseModel):
    error: str = Field(description="One sentence that says what is wrong and, where possible, what to do.")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the documentation of an endpoint; any of them may lack a token, or the database."""
    codes = sorted({401, 503, *statuses})
    return {code: {"model": Problem, "description": _DESCRIPTIONS[code]} for code in codes}


def answer(status: int, error: str, headers: Mapping[str, str] | None = None) -> Response:
    """Any text there is, as JSON that is ASCII."""
    body = json.dumps({"error": hide_credentials(error)})
    return Response(body, status, dict(headers or {}), media_type="application/json")


def handle_problems(app: FastAPI) -> None:
    app.add_exception_handler(OptimizerError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _defect)


def status_of(error: OptimizerError) -> tuple[int, str]:
    """And what to say of it."""
    for kind, status, said in _STATUS:
        if isinstance(error, kind):
            return status, said or str(error)
    return (409, str(error)) if type(error) is OptimizerError else (500, _DEFECT)


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, OptimizerError)
    status, said = status_of(error)
    if status >= 500:
        _log.error("%s %s: %s", request.method, request.url.path, hide_credentials(str(error)))
    return answer(status, said)


async def _invalid(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, RequestValidationError)
    parts = [f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}" for found in error.errors()]
    return answer(422, "; ".join(parts))


async def _plain(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, HTTPException)
    return answer(error.status_code, str(error.detail), error.headers)


async def _defect(request: Request, error: Exception) -> Response:
    """The traceback is logged by the server, to which the exception goes on."""
    del request, error
    return answer(500, _DEFECT)
