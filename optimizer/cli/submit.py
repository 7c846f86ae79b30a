"""`optimizer submit`."""

from typing import Any

import click

from optimizer.cli.options import (
    Duration,
    example,
    with_json,
    with_min_impact,
    with_quiet,
    with_settings,
)
from optimizer.cli.session import configured

_EXAMPLE = example(
    "optimizer submit . --budget 5m",
    "optimizer submit https://github.com/team/shop.git --ref main --exclude 'docs/*'",
)


@click.command(epilog=_EXAMPLE)
@click.argument("repo")
@click.option("--ref", help="Branch, tag or commit; default: HEAD.")
@click.option("--dry-run", is_flag=True, help="Find and prove, but store nothing and make no branch.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only files like this; may be repeated.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="No files like this; may be repeated.")
@click.option(
    "--function",
    "functions",
    multiple=True,
    metavar="GLOB",
    help="Only functions of this qualified name, or path::name; may be repeated.",
)
@click.option(
    "--budget", type=Duration(), help="Begin no new function after so long, such as 300, 5m, 1h30m."
)
@click.option("--wait", is_flag=True, help="Where jobs are queued: follow it until it is done.")
@click.option("--resume", is_flag=True, help="Go on with the repository's interrupted job.")
@click.option(
    "--expert", "experts", multiple=True, metavar="NAME", help="Ask only this one; may be repeated."
)
@click.option(
    "--candidates",
    "candidates_file",
    metavar="FILE",
    help="Also judge the candidates in this JSONL file (the expert `file`).",
)
@click.option("--proofs", metavar="FOLDER", help="Write each patch's proof bundle into this folder.")
@with_min_impact
@with_settings
@with_json
@with_quiet
@click.pass_context
def submit(
    context: click.Context,
    /,
    repo: str,
    ref: str | None,
    dry_run: bool,
    wait: bool,
    resume: bool,
    proofs: str | None,
    min_impact: float | None,
    assignments: tuple[tuple[str, Any], ...],
    as_json: bool,
    quiet: bool,
    budget: float | None,
    **given: Any,
) -> None:
    """Find, prove and publish speed-ups in REPO: a path, or a git URL.

    Each accepted change becomes a branch with one commit; the files in the checkout are not touched. With a
    broker (OPTIMIZER_BROKER_URL) the job is queued for workers; without one it runs in this process.
    """
    if dry_run and resume:
        raise click.UsageError("--dry-run keeps nothing that --resume could go on with")
    if dry_run and proofs:
        raise click.UsageError("--dry-run makes no patches that --proofs could be of")
    from optimizer.cli.scanning import Request, submit_repository  # noqa: PLC0415 - start-up time

    flags = {field: value for field, value in given.items() if value}
    flags |= {"budget_seconds": budget} if budget else {}
    typed = context.find_root().obj
    request = Request(
        repo, ref, flags, assignments, resume, dry_run, as_json, quiet, typed, proofs, min_impact
    )
    if configured(flags, assignments).settings.broker_url and not dry_run:
        from optimizer.cli.queueing import queue_repository  # noqa: PLC0415 - start-up time

        queue_repository(request, wait)
    else:
        submit_repository(request)
