"""`optimizer verify`."""

import click

from optimizer.cli.options import example, with_json, with_quiet, with_settings
from optimizer.cli.session import Assignments


@click.command(epilog=example("optimizer verify 3"))
@click.argument("name", metavar="PATCH")
@with_settings
@with_json
@with_quiet
@click.pass_context
def verify(context: click.Context, name: str, assignments: Assignments, as_json: bool, quiet: bool) -> None:
    """Run a patch's evidence again, here and now; exit with 1 when it is not reproduced.

    PATCH is its number, or its branch. The same inputs, compared and timed as when it was accepted.
    """
    from optimizer.cli.reproducing import verify_patch  # noqa: PLC0415 - start-up time

    if not verify_patch(name, assignments, as_json, quiet):
        context.exit(1)
