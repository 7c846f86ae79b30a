"""`optimizer serve`."""

import click

from optimizer.cli.options import example, with_settings
from optimizer.cli.output import note
from optimizer.cli.session import Assignments, settings_from

_EXAMPLE = example("optimizer token create me", "optimizer serve --port 8000")


@click.command(epilog=_EXAMPLE)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; others than this machine's "
    "own loopback want a proxy with TLS in front.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any that is free."
)
@click.option("--access-log", is_flag=True, help="A line on stderr for each request.")
@with_settings
def serve(host: str, port: int, access_log: bool, assignments: Assignments) -> None:
    """Serve the API over HTTP until interrupted: submit and follow jobs, read and review patches."""
    from api import serving  # noqa: PLC0415 - start-up time
    from workers import logs  # noqa: PLC0415 - start-up time

    settings = settings_from(assignments)
    logs.configure(json=False)
    serving.serve(settings, host, port, note, access_log)
