"""Settings: defaults, the target's own file, environment variables, flags; each overrides the last.

The target's file is `[tool.optimizer]` in its pyproject.toml, or `.optimizer.toml`. It comes from
whoever wrote the repository, so it may not name places on this machine: see `OURS_ONLY`.
"""

import dataclasses
import difflib
import math
import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimizer.domain.errors import ConfigError
from optimizer.domain.settings import Settings

FILES = ("pyproject.toml", ".optimizer.toml")
PREFIX = "OPTIMIZER_"
# Where our own tests find their servers, and the clock that they turn: no settings.
NOT_OURS = ("OPTIMIZER_TEST_POSTGRES", "OPTIMIZER_TEST_REDIS", "OPTIMIZER_TEST_CLOCK")
OURS_ONLY = (
    "home", "database_url", "candidates_file", "ecode_model", "ecode_rows", "python", "memory_mb",
    "broker_url", "lease_seconds", "max_deaths", "max_open", "keep_samples_days", "bench_cores",
    "batch_size", "batch_seconds", "api_schemes", "api_hosts", "api_private",
)  # fmt: skip
_FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
# What git-check-ref-format allows, and a little less; the rest of a name is always a word.
_PREFIX_OF_BRANCHES = re.compile(r"(?![/.-])(?!.*(?:\.\.|//|/\.|\./|\.lock/))[\w+./-]*")
_SCHEMES = ("https", "ssh", "http", "git", "file")  # of repositories
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_SMALLEST_GATE = 1.03  # neutral rewrites move the time by nearly that much


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings, and where each that is not a default came from."""

    settings: Settings
    origins: Mapping[str, str]


def configure(files: Mapping[str, str], environ: Mapping[str, str], flags: Mapping[str, Any]) -> Configured:
    """`files`: texts of the target's files by name; `flags`: those given, by field name.

    Raises ConfigError that names the place, and for an unknown key the nearest known one.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, text in files.items():
        for field, value in foreign(_table(name, text), name, "a repository").items():
            values[field], origins[field] = value, name
    for variable, raw in sorted(environ.items()):
        if variable.startswith(PREFIX) and variable not in NOT_OURS:
            field = _field(variable.removeprefix(PREFIX).lower(), f"environment variable {variable}")
            values[field], origins[field] = _parsed(field, raw, variable), variable
    for field, value in flags.items():
        values[field], origins[field] = value, f"--{field.replace('_', '-')}"
    return Configured(_checked(Settings(**values)), origins)


def foreign(table: Mapping[str, Any], where: str, whose: str) -> dict[str, Any]:
    """What somebody set who may not name places on this machine, by field name. Raises ConfigError."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        field = _field(key, where)
        if field in OURS_ONLY:
            advice = f"use a flag or {PREFIX}{field.upper()}"
            raise ConfigError(f"{where}: {key!r} cannot be set by {whose}: {advice}")
        found[field] = _typed(field, value, f"{where}: {key}")
    return found


def assignment(text: str) -> tuple[str, Any]:
    """`KEY=VALUE` as field and value, for `configure`'s flags. Raises ConfigError."""
    key, equals, raw = text.partition("=")
    if not equals:
        raise ConfigError(f"{text!r} has to be KEY=VALUE")
    field = _field(key.strip(), "--set")
    return field, _parsed(field, raw.strip(), key.strip())


def _table(name: str, text: str) -> Mapping[str, Any]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not TOML: {error}") from error
    tool = data.get("tool", {})
    table = (
        (tool.get("optimizer", {}) if isinstance(tool, dict) else tool) if name == "pyproject.toml" else data
    )
    if not isinstance(table, dict):
        raise ConfigError(f"{name}: [tool.optimizer] has to be a table")
    return table


def _field(key: str, where: str) -> str:
    field = key.replace("-", "_")
    if field in _FIELDS:
        return field
    near = difflib.get_close_matches(field, _FIELDS, n=1, cutoff=0.0)[0]
    raise ConfigError(f"{where}: there is no setting {key!r}; did you mean {near!r}?")


def _typed(field: str, value: Any, where: str) -> Any:
    """A value of a TOML file, as the field wants it."""
    default = getattr(Settings(), field)
    if isinstance(default, tuple):
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(item, str) for item in listed):
            return tuple(listed)
        raise ConfigError(f"{where} has to be a list of strings")
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise ConfigError(f"{where} is too large") from None
    if type(value) is not type(default):
        raise ConfigError(f"{where} has to be a {_NAMES[type(default)]}")
    return value


_NAMES = {str: "string", bool: "true or false", int: "whole number", float: "number"}


def _parsed(field: str, raw: str, where: str) -> Any:
    """The text of an environment variable, as the field wants it."""
    default = getattr(Settings(), field)
    if isinstance(default, tuple):
        return tuple(item.strip() for item in raw.split(",") if item.strip())
    if isinstance(default, bool):
        if raw.lower() not in (*_TRUE, *_FALSE):
            raise ConfigError(f"{where} has to be true or false, not {raw!r}")
        return raw.lower() in _TRUE
    try:
        return type(default)(raw)
    except ValueError:
        raise ConfigError(f"{where} has to be a {_NAMES[type(default)]}, not {raw!r}") from None


def _checked(settings: Settings) -> Settings:
    """Values that would break the promise of the product, or make no sense."""
    for name, value in dataclasses.asdict(settings).items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ConfigError(f"{name} has to be a number, not {value}")
    if settings.gate < _SMALLEST_GATE:
        raise ConfigError(
            f"gate has to be at least {_SMALLEST_GATE}: smaller gains cannot be told from noise"
        )
    if not 3 <= settings.max_launches <= 100:
        raise ConfigError("max_launches has to be between 3 and 100")
    if not 0 <= settings.float_tolerance < 1:
        raise ConfigError("float_tolerance has to be at least 0 and under 1")
    for name in ("budget_seconds", "search_seconds", "keep_samples_days", "batch_seconds", "max_open"):
        if getattr(settings, name) < 0:
            raise ConfigError(f"{name} has to be at least 0")
    unknown = [scheme for scheme in settings.api_schemes if scheme not in _SCHEMES]
    if unknown:
        raise ConfigError(f"api_schemes: there is no {unknown[0]!r}: known are {', '.join(_SCHEMES)}")
    if not _PREFIX_OF_BRANCHES.fullmatch(settings.branch_prefix):
        raise ConfigError(f"branch_prefix: {settings.branch_prefix!r} cannot begin the name of a git branch")
    try:
        shlex.split(settings.test_command)
    except ValueError as error:
        raise ConfigError(f"test_command: {error} in {settings.test_command!r}") from None
    positive = (
        "call_seconds", "test_seconds", "memory_mb", "max_memory_ratio", "max_inputs", "lease_seconds",
        "max_deaths", "bench_cores", "batch_size", "ecode_samples", "ecode_rows",
    )  # fmt: skip
    for name in positive:
        if getattr(settings, name) <= 0:
            raise ConfigError(f"{name} has to be more than 0")
    return settings
