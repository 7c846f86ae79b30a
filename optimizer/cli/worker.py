"""`optimizer worker` and `optimizer scheduler`."""

import os

import click

from optimizer.cli.options import example, with_settings
from optimizer.cli.session import Assignments, settings_from

_log_options = (
    click.option("--log-json", is_flag=True, help="JSON lines, also on a terminal."),
    click.option("--log-level", default="INFO", show_default=True, metavar="LEVEL"),
    click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve /metrics and /healthz there."),
    click.option("--metrics-host", default="127.0.0.1", show_default=True, metavar="ADDRESS"),
)


@click.command(
    epilog=example(
        "optimizer worker --queues scan,publish --concurrency 2",
        "optimizer worker --queues propose --pool solo",
        "optimizer worker --queues evaluate",
    )
)
@click.option(
    "--queues",
    default="scan,propose,evaluate,publish",
    show_default=True,
    metavar="NAMES",
    help="What to work on, separated by commas.",
)
@click.option("--concurrency", type=click.IntRange(1, 512), default=1, show_default=True, help="Processes.")
@click.option("--pool", type=click.Choice(["prefork", "solo"]), help="solo: no child, for a GPU.")
@click.option("--name", default="", help="How it is known; default: its queues and this machine.")
@_log_options[0]
@_log_options[1]
@_log_options[2]
@_log_options[3]
@with_settings
def worker(
    queues: str,
    concurrency: int,
    pool: str | None,
    name: str,
    log_json: bool,
    log_level: str,
    metrics_port: int | None,
    metrics_host: str,
    assignments: Assignments,
) -> None:
    """Work on what waits in queues, until told to stop. Needs a broker and a Postgres.

    SIGTERM, or Ctrl-C, ends it when what it has in hand is done; a second one, or a kill, leaves that to
    another worker.
    """
    from workers.running import check_post, post_of, run_worker  # noqa: PLC0415 - start-up time
    from workers.service import Voice, begin_worker  # noqa: PLC0415 - start-up time

    settings = settings_from(assignments)
    named = [part.strip() for part in queues.split(",") if part.strip()]
    post = post_of(named, concurrency, pool or "", name, log_level)
    check_post(post, settings)
    metrics = begin_worker(post.name, settings, Voice(log_json, log_level, metrics_port, metrics_host))
    run_worker(post, settings, os.environ, metrics)


@click.command(epilog=example("optimizer scheduler"))
@_log_options[0]
@_log_options[1]
@_log_options[2]
@_log_options[3]
@with_settings
def scheduler(
    log_json: bool,
    log_level: str,
    metrics_port: int | None,
    metrics_host: str,
    assignments: Assignments,
) -> None:
    """Set going what is due: schedules, and what a dead worker or a forgetful broker left. One is enough."""
    from workers.fleet import open_fleet  # noqa: PLC0415 - start-up time
    from workers.running import run_scheduler  # noqa: PLC0415 - start-up time
    from workers.service import Voice, begin_scheduler, duties  # noqa: PLC0415 - start-up time

    settings = settings_from(assignments)
    fleet = open_fleet(settings)
    fleet.broker.check()
    metrics = begin_scheduler(fleet, Voice(log_json, log_level, metrics_port, metrics_host))
    run_scheduler(fleet, metrics, duties(fleet))
