"""`optimizer status`."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, line, note, table
from optimizer.cli.progress import duration
from optimizer.cli.session import Assignments, settings_from
from optimizer.domain.jobs import JobState

if TYPE_CHECKING:
    from db.rates import Rate
    from optimizer.cli.overview import Overview, Post
    from optimizer.domain.work import Backlog

QUEUE_COLUMNS = ("queue", "waiting", "held", "oldest waiting", "messages")
WORKER_COLUMNS = ("worker", "state", "processes", "queues", "host", "up for", "last seen")
_HERE = "no broker is configured: jobs run in the process that submits them"


@click.command(epilog=example("optimizer status", "optimizer status --json | jq '.queues[].waiting'"))
@with_settings
@with_json
def status(assignments: Assignments, as_json: bool) -> None:
    """Show the fleet: queues, workers, what gets done, and jobs by state."""
    from optimizer.cli.overview import overview  # noqa: PLC0415 - start-up time

    found = overview(settings_from(assignments))
    if found.messages and found.messages.error:
        note(f"optimizer: {found.messages.error}")
    if as_json:
        emit_json(_data(found))
    else:
        _print(found)


def _print(found: "Overview") -> None:
    if found.messages is None:
        line(_HERE)
    table(QUEUE_COLUMNS, [_queue_row(one, found) for one in found.queues], "Queues")
    if found.workers:
        table(WORKER_COLUMNS, [_worker_row(post, found.activity.at) for post in found.posts()], "Workers")
    elif found.messages is not None:
        line("\nWorkers: none was seen in the last day")
    rates = [(name, rate.hour, rate.day) for name, rate in _rates(found).items()]
    table(("what", "last hour", "last day"), rates, "Done")
    table(("state", "jobs"), _jobs(found).items(), "Jobs")
    line(f"\nFunctions set aside, since workers died over them: {found.activity.set_aside}")


def _queue_row(one: "Backlog", found: "Overview") -> tuple[object, ...]:
    oldest = None if one.oldest_seconds is None else duration(one.oldest_seconds)
    messages: object = None
    if found.messages is not None:
        messages = "unreachable" if found.messages.error else found.messages.held[one.queue]
    return one.queue.value, one.waiting, one.held, oldest, messages


def _worker_row(post: "Post", at: datetime) -> tuple[object, ...]:
    up, seen = (duration((at - moment).total_seconds()) for moment in (post.started_at, post.seen_at))
    state, processes = "alive" if post.alive else "silent", f"{post.alive} of {post.concurrency}"
    return post.name, state, processes, ", ".join(post.queues), post.host, up, f"{seen} ago"


def _rates(found: "Overview") -> Mapping[str, "Rate"]:
    done = found.activity
    return {
        "functions ended": done.functions,
        "candidates judged": done.candidates,
        "patches": done.patches,
    }


def _jobs(found: "Overview") -> Mapping[str, int]:
    """Every state, in the order of a job's life."""
    return {state.value: found.activity.jobs.get(state.value, 0) for state in JobState}


def _data(found: "Overview") -> dict[str, object]:
    done, messages = found.activity, found.messages
    broker = None if messages is None else {"reachable": not messages.error, "error": messages.error}
    rates = {"functions": done.functions, "candidates": done.candidates, "patches": done.patches}
    return {
        "at": done.at,
        "broker": broker,
        "queues": list(_queue_data(found)),
        "workers": [asdict(worker) | {"alive": alive} for worker, alive in found.workers],
        "rates": {name: asdict(rate) for name, rate in rates.items()},
        "jobs": _jobs(found),
        "set_aside": done.set_aside,
    }


def _queue_data(found: "Overview") -> Iterator[dict[str, object]]:
    for one in found.queues:
        held = found.messages.held.get(one.queue) if found.messages else None
        yield asdict(one) | {"messages": held}
