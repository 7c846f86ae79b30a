"""From what somebody sent to a queued job."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException

from api.addresses import Allowed, checked
from api.job_models import JobRequest
from api.parts import Parts
from optimizer.bootstrap import check_expert, home_of
from optimizer.config import configure, foreign
from optimizer.domain.errors import ConfigError, RepositoryError
from optimizer.domain.jobs import Job, Repository, Submission
from optimizer.vcs.checkout import find_local
from optimizer.vcs.git import Git
from optimizer.vcs.source import local_repository
from workers.fleet import Fleet
from workers.submitting import enqueue


def submit(parts: Parts, asked: JobRequest) -> Job:
    """Raises HTTPException without a broker, OptimizerError for what cannot be done."""
    fleet = fleet_of(parts)
    _refuse_odd_ref(asked.ref)
    flags = given_settings(asked.settings)
    source, repository = _where(parts, asked.repository)
    return enqueue(fleet, Submission(source, asked.ref, flags), repository)


def fleet_of(parts: Parts) -> Fleet:
    if parts.fleet is None:
        advice = "start the server with OPTIMIZER_BROKER_URL and OPTIMIZER_DATABASE_URL"
        raise HTTPException(503, f"there is no broker, so nothing can be queued: {advice}")
    return parts.fleet


def given_settings(table: Mapping[str, Any]) -> dict[str, Any]:
    """By field name, as flags of the command line would be. Raises ConfigError."""
    flags = foreign(table, "settings", "whoever submits a job")
    settings = configure({}, {}, flags).settings
    if "file" in settings.experts:
        raise ConfigError(
            "the expert 'file' needs candidates: `optimizer submit --candidates` takes them along"
        )
    for name in settings.experts:
        check_expert(name)
    return flags


def _refuse_odd_ref(ref: str | None) -> None:
    if ref is not None and (ref.startswith("-") or not ref.isprintable()):
        raise RepositoryError(f"{ref!r} is not a branch, tag or commit")


def _where(parts: Parts, source: str) -> tuple[str, Repository]:
    where = checked(source, Allowed.by(parts.settings), parts.resolve)
    if isinstance(where, Path):
        root = find_local(Git(home_of(parts.settings)), where)
        return str(root), local_repository(root)
    return where.url, where.repository
