"""`optimizer experts export-data`: what the referee has judged, for the next training."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import example, with_settings
from optimizer.cli.session import Assignments, open_results

if TYPE_CHECKING:
    from optimizer.domain.results import FunctionResult
    from optimizer.ports import Store

_AT_ONCE = 200


@click.command(
    "export-data",
    epilog=example(
        "optimizer experts export-data judged.jsonl.gz --set database_url=postgresql://db/optimizer"
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_settings
def export_data(file: Path, assignments: Assignments) -> None:
    """Write what the E-code model can learn from your own results into FILE: accepted patches, and refused
    candidates that did the same and took longer. It holds your code, under no other licence than yours."""
    from optimizer.experts.ecode.data.results import of_results  # noqa: PLC0415 - start-up time
    from optimizer.experts.ecode.data.storage import write  # noqa: PLC0415 - likewise

    count = write(file, of_results(_results(open_results(assignments))))
    click.echo(f"{file}: {count} examples")


def _results(store: "Store") -> Iterator["FunctionResult"]:
    after = 0
    while found := store.tried_results(after, _AT_ONCE):
        yield from (result for _, result in found)
        after = found[-1][0]
