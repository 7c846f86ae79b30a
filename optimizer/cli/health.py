"""`optimizer health`."""

from dataclasses import asdict

import click

from optimizer.cli.options import Duration, example, with_json, with_settings
from optimizer.cli.output import emit_json, line
from optimizer.cli.session import Assignments, settings_from

_DAY = 24 * 3600.0


@click.command(epilog=example("optimizer health", "optimizer health --self scan@$HOSTNAME"))
@click.option("--queue", "queues", multiple=True, metavar="QUEUE", help="Only this one; may be repeated.")
@click.option("--self", "worker", metavar="NAME", help="Only whether the worker of this name is alive.")
@click.option(
    "--oldest",
    type=Duration(),
    default=_DAY,
    help="For how long something may wait, such as 90, 5m, 12h.  [default: 24h]",
)
@with_settings
@with_json
@click.pass_context
def health(
    context: click.Context,
    queues: tuple[str, ...],
    worker: str | None,
    oldest: float,
    assignments: Assignments,
    as_json: bool,
) -> None:
    """Say whether the fleet can do its work, a line for each check; exit with 1 when it cannot."""
    if worker and queues:
        raise click.UsageError("--self asks for one worker, --queue for all of a queue")
    from optimizer.domain.work import Queue  # noqa: PLC0415 - start-up time
    from workers.health import fleet_health, queue_named, worker_health  # noqa: PLC0415 - start-up time

    settings = settings_from(assignments)
    wanted = [queue_named(name) for name in dict.fromkeys(queues)] or list(Queue)
    if worker:
        found = worker_health(settings, worker, settings.lease_seconds)
    else:
        found = fleet_health(settings, wanted, settings.lease_seconds, oldest)
    if as_json:
        emit_json([asdict(check) for check in found])
    else:
        for check in found:
            line(f"{'ok' if check.ok else 'failing':8}{check.name + ':':18}{check.detail}")
    if not all(check.ok for check in found):
        context.exit(1)
