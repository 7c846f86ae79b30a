"""From flags and environment to settings, and to the results database."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from optimizer.config import Configured, configure
from optimizer.domain.settings import Settings

if TYPE_CHECKING:
    from optimizer.ports import Store

# Flags that are not called like their setting. All others are `--set KEY=VALUE`.
FLAGS = {
    "include": "--include",
    "exclude": "--exclude",
    "functions": "--function",
    "budget_seconds": "--budget",
    "experts": "--expert",
    "candidates_file": "--candidates",
}
_T = TypeVar("_T")
Assignments = Sequence[tuple[str, Any]]
_PASSWORD = re.compile(r"(pass\w*=)[^&\s]*", re.IGNORECASE)


def configured(
    flags: Mapping[str, Any], assignments: Assignments = (), files: Mapping[str, str] | None = None
) -> Configured:
    """Settings by place of origin, named as the user wrote them. Raises ConfigError."""
    given = {**dict(assignments), **flags}
    found = configure(files or {}, os.environ, given)
    names = {field: FLAGS[field] if field in flags else f"--set {field}" for field in given}
    return replace(found, origins={**found.origins, **names})


def settings_from(assignments: Assignments) -> Settings:
    """For commands that look at no repository."""
    return configured({}, assignments).settings


def open_results(assignments: Assignments) -> "Store":
    """The results database, until the command ends. Raises DatabaseError."""
    from optimizer.bootstrap import make_store  # noqa: PLC0415 - start-up time: the database

    return until_the_end(make_store(settings_from(assignments)))


def until_the_end(opened: _T) -> _T:
    """Closes it with the command, if it is one that can be closed."""
    close = getattr(opened, "close", None)
    if close is not None:
        click.get_current_context().call_on_close(close)
    return opened


def shown(field: str, value: object) -> object:
    """A setting's value for people: an address of a database without its password."""
    if field not in ("database_url", "broker_url") or not isinstance(value, str):
        return list(value) if isinstance(value, tuple) else value
    from optimizer.vcs import hide_credentials  # noqa: PLC0415 - start-up time

    return _PASSWORD.sub(r"\1***", hide_credentials(value))
