"""`optimizer db upgrade` and `optimizer db current`."""

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, line
from optimizer.cli.session import Assignments, settings_from


@click.group()
def db() -> None:
    """The schema of the results database."""


@db.command(epilog=example("OPTIMIZER_DATABASE_URL=postgresql://me@host/optimizer optimizer db upgrade"))
@with_settings
def upgrade(assignments: Assignments) -> None:
    """Bring the schema to this version's. The embedded database is brought there by itself."""
    from db import upgrade as schema  # noqa: PLC0415 - start-up time
    from optimizer.bootstrap import database_url  # noqa: PLC0415 - start-up time

    url = database_url(settings_from(assignments))
    schema.upgrade(url)
    line(f"{_described(url)} is at revision {schema.current(url)}")


@db.command(epilog=example("optimizer db current"))
@with_settings
@with_json
@click.pass_context
def current(context: click.Context, assignments: Assignments, as_json: bool) -> None:
    """Print the schema's revision; exit with 1 when `db upgrade` has something to do."""
    from db import upgrade as schema  # noqa: PLC0415 - start-up time
    from optimizer.bootstrap import database_url  # noqa: PLC0415 - start-up time

    url = database_url(settings_from(assignments))
    found, newest = schema.current(url), schema.newest()
    if as_json:
        emit_json({"database": _described(url), "revision": found, "newest": newest})
    else:
        line(f"{_described(url)} is at revision {found or 'none'}; the newest is {newest}")
    if found != newest:
        context.exit(1)


def _described(url: str) -> str:
    from db.connect import describe, parse_url  # noqa: PLC0415 - start-up time

    return describe(parse_url(url))
