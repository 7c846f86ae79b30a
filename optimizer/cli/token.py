"""`optimizer token create/list/revoke`: keys to the API."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, line, note, table
from optimizer.cli.session import Assignments, settings_from, until_the_end
from optimizer.domain.errors import ConfigError
from optimizer.domain.tokens import digest_of, is_name, new_secret

if TYPE_CHECKING:
    from db.tokens import SqlTokens

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_LIFETIME = re.compile("([1-9][0-9]{0,4})([dhm])")
_argument = click.argument("name", metavar="NAME")


class Lifetime(click.ParamType[timedelta]):
    """`90d`, `12h`, `30m`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        found = _LIFETIME.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is not a time such as 90d, 12h or 30m", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


@click.group()
def token() -> None:
    """Keys to the API (`optimizer serve`). Only their hashes are kept."""


@token.command(epilog=example("optimizer token create ci --expires 90d"))
@_argument
@click.option("--expires", "lifetime", type=Lifetime(), help="After so long, such as 90d; default: never.")
@with_settings
@with_json
def create(name: str, lifetime: timedelta | None, assignments: Assignments, as_json: bool) -> None:
    """Make a token and print it. It cannot be shown again."""
    if not is_name(name):
        raise ConfigError(f"{name!r} is no name for a token: up to 64 letters, digits and any of . @ + - _")
    secret = new_secret()
    made = _tokens(assignments).create(name, digest_of(secret), lifetime)
    if as_json:
        emit_json({"name": made.name, "token": secret, "expires_at": made.expires_at})
        return
    line(secret)
    note(f"the token {name!r}: keep it now, it is not shown again")


@token.command("list", epilog=example("optimizer token list"))
@with_settings
@with_json
def list_tokens(assignments: Assignments, as_json: bool) -> None:
    """List tokens, never what they are. Times are UTC."""
    tokens = _tokens(assignments)
    found, now = tokens.tokens(), tokens.now()
    columns = ("name", "state", "created_at", "expires_at", "used_at")
    rows = [(one.name, one.state(now).value, one.created_at, one.expires_at, one.used_at) for one in found]
    if as_json:
        emit_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        table(("token", "state", "created", "expires", "last used"), rows)


@token.command(epilog=example("optimizer token revoke ci"))
@_argument
@with_settings
@with_json
def revoke(name: str, assignments: Assignments, as_json: bool) -> None:
    """Make a token invalid, at once and for good."""
    found = _tokens(assignments).revoke(name)
    if as_json:
        emit_json({"name": found.name, "revoked_at": found.revoked_at})
    else:
        line(f"the token {found.name!r} is revoked")


def _tokens(assignments: Assignments) -> "SqlTokens":
    from db.tokens import SqlTokens  # noqa: PLC0415 - start-up time
    from optimizer.bootstrap import make_results  # noqa: PLC0415 - start-up time

    return SqlTokens(until_the_end(make_results(settings_from(assignments))).sessions)
