"""`optimizer db upgrade`, `optimizer db current` and `optimizer db prune`."""

from contextlib import closing

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, line
from optimizer.cli.session import Assignments, settings_from


@click.group()
def db() -> None:
    """The schema of the results database, and its size."""


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


@db.command(epilog=example("optimizer db prune --days 90 --dry-run"))
@click.option("--days", type=click.IntRange(1, 36_500), help="Instead of the setting keep_samples_days.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@with_settings
@with_json
def prune(days: int | None, dry_run: bool, assignments: Assignments, as_json: bool) -> None:
    """Remove old raw timing samples, but for those of patches. A fleet's scheduler does so every day."""
    from db import retention  # noqa: PLC0415 - start-up time
    from db.sessions import open_sessions  # noqa: PLC0415 - start-up time
    from optimizer.bootstrap import database_url  # noqa: PLC0415 - start-up time

    settings = settings_from(assignments)
    kept = settings.keep_samples_days if days is None else float(days)
    with closing(open_sessions(database_url(settings))) as sessions:
        count, size = retention.count_old_samples(sessions, kept)
        emptied = count if dry_run else retention.drop_old_samples(sessions, kept)
    if as_json:
        emit_json({"days": kept, "measurements": emptied, "bytes": size, "dry_run": dry_run})
    elif kept <= 0:
        line("keep_samples_days is 0: samples stay; --days says how old they may be")
    else:
        went = "would go" if dry_run else "are gone"
        line(f"the samples of {emptied} measurements older than {kept:g} days {went} ({size / 1e6:.1f} MB)")


def _described(url: str) -> str:
    from db.connect import describe, parse_url  # noqa: PLC0415 - start-up time

    return describe(parse_url(url))
