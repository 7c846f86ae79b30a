"""`optimizer calibrate`."""

import click

from optimizer.cli.options import example, with_json, with_quiet, with_settings
from optimizer.cli.session import Assignments


@click.command(epilog=example("optimizer calibrate", "optimizer calibrate --quick --json"))
@click.option("--quick", is_flag=True, help="A few seconds instead of about a minute; a wider bound.")
@click.option(
    "--decisions",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help="Judge identical code so often, too; default: 40.",
)
@with_settings
@with_json
@with_quiet
@click.pass_context
def calibrate(
    context: click.Context,
    quick: bool,
    decisions: int | None,
    assignments: Assignments,
    as_json: bool,
    quiet: bool,
) -> None:
    """Measure how much identical code differs from itself on this machine.

    What it finds is kept, and stands on every measurement made here. Exit with 9 when the machine is too
    noisy to tell a gain from chance: `submit` and `verify` refuse then, too.
    """
    from optimizer.cli.calibrating import calibrate_machine  # noqa: PLC0415 - start-up time

    context.exit(calibrate_machine(quick, decisions, assignments, as_json, quiet))
