"""`optimizer doctor`."""

from dataclasses import asdict

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, table
from optimizer.cli.session import Assignments, settings_from
from optimizer.domain.errors import SandboxError


@click.command(epilog=example("optimizer doctor"))
@with_settings
@with_json
@click.pass_context
def doctor(context: click.Context, assignments: Assignments, as_json: bool) -> None:
    """Say what is missing on this machine and how to get it; exit with 5 when it is required."""
    from optimizer.cli.checks import all_checks  # noqa: PLC0415 - start-up time

    found = all_checks(settings_from(assignments))
    if as_json:
        emit_json([asdict(check) for check in found])
    else:
        rows = [(check.name, check.state, check.detail, check.remedy) for check in found]
        table(("what", "state", "found", "how to get it"), rows)
    if any(check.state == "missing" for check in found):
        context.exit(SandboxError.exit_code)
