"""`optimizer jobs` and `optimizer job show`."""

from datetime import datetime

import click

from optimizer.cli.options import ID, LIMIT, example, with_json, with_settings
from optimizer.cli.output import (
    emit_json,
    funnel_data,
    funnel_table,
    job_data,
    line,
    patch_data,
    patches_table,
    table,
)
from optimizer.cli.ranking import by_impact
from optimizer.cli.session import Assignments, open_results
from optimizer.domain.jobs import Event, Job, JobState


@click.command(epilog=example("optimizer jobs --limit 5"))
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="How many, newest first.")
@with_settings
@with_json
def jobs(limit: int, assignments: Assignments, as_json: bool) -> None:
    """List jobs, newest first. Times are UTC."""
    store = open_results(assignments)
    found = store.jobs(limit)
    counts = store.patch_counts([job.id for job in found])
    if as_json:
        emit_json([job_data(job) | {"patches": counts.get(job.id, 0)} for job in found])
        return
    columns = ("job", "state", "repository", "ref", "commit", "begun", "seconds", "patches")
    table(columns, [(*_row(job), counts.get(job.id, 0)) for job in found])


def _row(job: Job) -> tuple[object, ...]:
    return (
        job.id, job.state.value, job.repository.name, job.ref, job.commit[:12], job.created_at, _seconds(job),
    )  # fmt: skip


def _seconds(job: Job) -> int | None:
    return round((job.finished_at - job.created_at).total_seconds()) if job.finished_at else None


@click.group()
def job() -> None:
    """Look at one job."""


@job.command(epilog=example("optimizer job show 3"))
@click.argument("job_id", metavar="ID", type=ID)
@with_settings
@with_json
def show(job_id: int, assignments: Assignments, as_json: bool) -> None:
    """Show a job: state, commit, times, where functions and candidates stopped, log and patches."""
    store = open_results(assignments)
    found = store.job(job_id)
    funnel, events, patches = store.funnel(job_id), store.events(job_id), by_impact(store.patches(job_id))
    if as_json:
        parts = {"events": [_event(item) for item in events], "patches": [patch_data(p) for p in patches]}
        emit_json(job_data(found) | {"funnel": funnel_data(funnel)} | parts)
        return
    for name, value in _facts(found):
        line(f"{name + ':':12}{value}")
    if patches:
        patches_table(patches, "Patches")
    if funnel:
        funnel_table(funnel, "Where each stopped")
    if events:
        table(("at", "stage", "what"), [(e.at, e.stage, e.message) for e in events], "Log")


def _event(event: Event) -> dict[str, object]:
    return {"at": event.at, "stage": event.stage, "message": event.message}


def _facts(job: Job) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("job", job.id),
        ("state", job.state.value),
        ("repository", job.repository.url),
        ("ref", job.ref),
        ("commit", job.commit),
        ("begun", _moment(job.created_at)),
    ]
    if job.finished_at:
        facts.append(("ended", f"{_moment(job.finished_at)}, after {_seconds(job)} s"))
    if not job.error:
        return facts
    return [*facts, ("note" if job.state is JobState.DONE else "error", job.error)]


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
