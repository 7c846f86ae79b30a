"""`optimizer rejected` and `optimizer query`: what the results database holds."""

import csv
import io
from collections.abc import Mapping, Sequence

import click

from optimizer.cli.options import ID, LIMIT, example, with_json, with_settings
from optimizer.cli.output import block, emit_json, table
from optimizer.cli.session import Assignments, open_results
from optimizer.domain.errors import NotFoundError
from optimizer.domain.evidence import FoundBy


@click.command(epilog=example("optimizer rejected --job 3 --limit 20", "optimizer rejected --show 2"))
@click.option("--job", "job_id", type=ID, help="Only those of this job.")
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="How many, newest first.")
@click.option("--show", type=ID, help="One refusal whole: its number in the list.")
@with_settings
@with_json
def rejected(
    job_id: int | None, limit: int, show: int | None, assignments: Assignments, as_json: bool
) -> None:
    """List refused candidates: the stage, the reason, and the input that told them apart."""
    store = open_results(assignments)
    if job_id is not None:
        store.job(job_id)  # an unknown one is an error, not an empty list
    found = store.rejected(job_id, limit if show is None else show)
    if show is not None:
        if len(found) < show:
            raise NotFoundError(f"there are {len(found)} refused candidates: no number {show}")
        emit_json(found[show - 1]) if as_json else block(_whole(found[show - 1]))
        return
    if as_json:
        emit_json(found)
        return
    columns = ("job", "function", "expert", "rule", "stage", "reason", "detail")
    rows = [
        (number, *(row[name] for name in columns), _shown(row["counterexample"]))
        for number, row in enumerate(found, 1)
    ]
    table(("number", *columns, "counterexample"), rows)


def _shown(counterexample: object) -> str:
    if not isinstance(counterexample, Mapping):
        return ""
    example = counterexample
    text = f"{example['input_text']}: expected {example['expected']}, got {example['actual']}"
    return f"{text} (found by search)" if example.get("found_by") == FoundBy.SEARCH else text


def _whole(row: Mapping[str, object]) -> str:
    """All that is known of one refusal, a line each."""
    names = ("job", "function", "expert", "rule", "stage", "reason", "detail")
    lines = [(name, row[name]) for name in names]
    example = row["counterexample"]
    if isinstance(example, Mapping):
        lines += [("input", example["input_text"]), ("expected", example["expected"])]
        lines += [("got", example["actual"]), ("found", _how(example))]
    return "\n".join(f"{name:<9} {value}" for name, value in lines)


def _how(example: Mapping[str, object]) -> str:
    searched = example.get("found_by") == FoundBy.SEARCH
    text = "by search, beyond the workload" if searched else f"in the workload ({example['origin']})"
    return f"{text}, shrunk from {example['first_text']}" if example.get("first_text") else text


@click.command(epilog=example("optimizer query expert_yield", "optimizer query funnel --format csv"))
@click.argument("view", required=False)
@click.option("--limit", type=LIMIT, default=1000, show_default=True, help="How many rows.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True
)
@with_settings
@with_json
def query(view: str | None, limit: int, form: str, assignments: Assignments, as_json: bool) -> None:
    """Print a documented view of the results (see docs/database.md); without VIEW, list them."""
    if view is None:
        columns, rows = _views()
    else:
        columns, rows = open_results(assignments).view(view, limit)
    if as_json or form == "json":
        emit_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif form == "csv":
        block(_csv(columns, rows))
    else:
        table(columns, rows)


def _views() -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
    from db.views import VIEWS  # noqa: PLC0415 - start-up time

    rows = [(view.name, ", ".join(name for name, _ in view.columns)) for view in VIEWS.values()]
    return ("view", "columns"), rows


def _csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
