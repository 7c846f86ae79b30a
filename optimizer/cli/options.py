"""Options that several commands share, and the types of their values."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from optimizer.config import assignment
from optimizer.domain.errors import ConfigError

_Command = TypeVar("_Command", bound=Callable[..., Any])
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_PARTS = re.compile(f"(?:(?P<h>{_NUMBER})h)?(?:(?P<m>{_NUMBER})m)?(?:(?P<s>{_NUMBER})s?)?")
_SHARE = re.compile(rf"({_NUMBER})\s*(%?)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}

# Ids are 32-bit numbers in Postgres: a larger one is not asked for there.
ID = click.IntRange(1, 2**31 - 1)
LIMIT = click.IntRange(1, 1_000_000)


class Duration(click.ParamType[float]):
    """Seconds: `90`, `90s`, `5m`, `1h`, `1h30m`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = _PARTS.fullmatch(str(value).strip())
        given = {unit: number for unit, number in found.groupdict().items() if number} if found else {}
        seconds = sum(float(number) * _SECONDS[unit] for unit, number in given.items())
        if seconds <= 0:
            self.fail(f"{value!r} is not a time such as 90, 5m or 1h30m", param, ctx)
        return seconds


class Share(click.ParamType[float]):
    """Part of a whole, 0..1: `0.1%` or `0.001`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = _SHARE.fullmatch(str(value).strip())
        share = float(found[1]) / (100 if found[2] else 1) if found else -1.0
        if not 0 <= share <= 1:
            self.fail(f"{value!r} is not a share such as 0.1% or 0.001", param, ctx)
        return share


class Assignment(click.ParamType[tuple[str, Any]]):
    """`KEY=VALUE` of a setting."""

    name = "key=value"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        if isinstance(value, tuple):
            return value
        try:
            return assignment(str(value))
        except ConfigError as error:
            self.fail(str(error), param, ctx)


def with_settings(command: _Command) -> _Command:
    """`--set`, for every command that reads settings."""
    text = "A setting for this run, such as gate=1.1; may be repeated. `optimizer config show` lists them."
    option = click.option(
        "--set", "assignments", type=Assignment(), multiple=True, metavar="KEY=VALUE", help=text
    )
    return option(command)


def with_json(command: _Command) -> _Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def with_quiet(command: _Command) -> _Command:
    return click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr.")(command)


def with_min_impact(command: _Command) -> _Command:
    text = "Hide what saves less than this share of the tests' time, such as 0.1%, or an unknown one."
    return click.option("--min-impact", type=Share(), help=text)(command)


def example(*lines: str) -> str:
    """The last part of a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
