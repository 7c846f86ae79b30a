"""`optimizer config show`."""

import dataclasses
from typing import Any

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, table
from optimizer.cli.session import configured, shown


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command(epilog=example("optimizer config show", "optimizer config show . --ref main"))
@click.argument("repo", required=False)
@click.option("--ref", help="Branch, tag or commit of REPO; default: HEAD.")
@with_settings
@with_json
def show(repo: str | None, ref: str | None, assignments: tuple[tuple[str, Any], ...], as_json: bool) -> None:
    """Show every setting, its value and where that comes from; with REPO, as `submit REPO` uses them."""
    if repo is None:
        found = configured({}, assignments)
    else:
        from optimizer.cli.repository import read_configuration  # noqa: PLC0415 - start-up time

        found = read_configuration(repo, ref, {}, assignments)
    rows = [
        (name, shown(name, value), found.origins.get(name, "default"))
        for name, value in dataclasses.asdict(found.settings).items()
    ]
    if as_json:
        emit_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
    else:
        table(("setting", "value", "origin"), [(name, _text(value), origin) for name, value, origin in rows])


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
