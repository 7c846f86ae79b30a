"""`optimizer verify`."""

import click

from optimizer.cli.options import example, with_json, with_quiet, with_settings
from optimizer.cli.session import Assignments


@click.command(
    epilog=example("optimizer verify 3", "optimizer verify cart-total.proof.jsonl.gz --repository .")
)
@click.argument("name", metavar="PATCH|BUNDLE")
@click.option(
    "--repository",
    metavar="REPO",
    help="A path or git URL that has the patch's base commit; default: where the patch was found.",
)
@with_settings
@with_json
@with_quiet
@click.pass_context
def verify(
    context: click.Context,
    name: str,
    repository: str | None,
    assignments: Assignments,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a patch's evidence again, here and now; exit with 1 when it is not reproduced.

    PATCH is its number, or its branch; BUNDLE is a file that `optimizer patch proof` made, here or
    elsewhere: no database is needed then. A file of that name goes first. The same inputs, compared and timed
    as when the patch was accepted.
    """
    from optimizer.cli.reproducing import Request, verify_evidence  # noqa: PLC0415 - start-up time

    if not verify_evidence(Request(name, repository, assignments, as_json, quiet)):
        context.exit(1)
