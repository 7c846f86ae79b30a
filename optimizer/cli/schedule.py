"""`optimizer schedule add/list/pause/resume/run/remove`."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import ID, Duration, example, with_json, with_settings
from optimizer.cli.output import emit_json, job_data, line, table
from optimizer.cli.session import Assignments, settings_from, until_the_end
from optimizer.domain.schedules import Schedule

if TYPE_CHECKING:
    from db.schedules import SqlSchedules

_COLUMNS = (
    "schedule", "repository", "ref", "cron", "time zone", "jitter", "next", "last", "job", "outcome",
)  # fmt: skip
_argument = click.argument("schedule_id", metavar="SCHEDULE", type=ID)


class _Jitter(Duration):
    """A duration, or none at all."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        return 0.0 if str(value).strip() == "0" else super().convert(value, param, ctx)


@click.group()
def schedule() -> None:
    """Scan repositories at fixed times: what the scheduler of a fleet sets going. Times are UTC."""


@schedule.command(
    epilog=example(
        "optimizer schedule add https://github.com/team/shop.git --cron '0 2 * * *' --timezone Europe/Berlin"
    )
)
@click.argument("repo")
@click.option(
    "--cron", default="0 2 * * *", show_default=True, metavar="LINE", help="Five fields, as cron's."
)
@click.option("--timezone", default="UTC", show_default=True, metavar="NAME", help="Such as Europe/Berlin.")
@click.option(
    "--jitter",
    type=_Jitter(),
    default="15m",
    show_default=True,
    help="Begin up to so much later, each time another; 0: on the dot.",
)
@click.option("--ref", help="Branch, tag or commit; default: HEAD.")
@with_settings
@with_json
def add(
    repo: str,
    cron: str,
    timezone: str,
    jitter: float,
    ref: str | None,
    assignments: tuple[tuple[str, object], ...],
    as_json: bool,
) -> None:
    """Have REPO scanned again and again: a git URL, or a path that the workers see, too.

    Settings given with --set are those of the jobs.
    """
    from optimizer.cli.scheduling import new_schedule  # noqa: PLC0415 - start-up time
    from workers.schedules import first_turn  # noqa: PLC0415 - start-up time

    schedules = _open(assignments)
    new = new_schedule(repo, ref, cron, timezone, jitter, assignments)
    _tell(schedules.add(new, first_turn(new, schedules.now())), as_json)


@schedule.command("list", epilog=example("optimizer schedule list"))
@with_settings
@with_json
def list_(assignments: Assignments, as_json: bool) -> None:
    """List schedules, and what became of their last turns."""
    found = _open(assignments).all()
    if as_json:
        emit_json([_data(one) for one in found])
    else:
        table(_COLUMNS, [_row(one) for one in found])


@schedule.command(epilog=example("optimizer schedule pause 1"))
@_argument
@with_settings
@with_json
def pause(schedule_id: int, assignments: Assignments, as_json: bool) -> None:
    """Let a schedule rest until it is resumed; a job that it began goes on."""
    _tell(_open(assignments).pause(schedule_id), as_json)


@schedule.command(epilog=example("optimizer schedule resume 1"))
@_argument
@with_settings
@with_json
def resume(schedule_id: int, assignments: Assignments, as_json: bool) -> None:
    """Go on with a paused schedule, at its next turn from now."""
    from workers.schedules import resume as go_on  # noqa: PLC0415 - start-up time

    _tell(go_on(_open(assignments), schedule_id), as_json)


@schedule.command(epilog=example("optimizer schedule run 1"))
@_argument
@with_settings
@with_json
def run(schedule_id: int, assignments: Assignments, as_json: bool) -> None:
    """Queue a schedule's job now, also of a paused one. Its next turn stays."""
    from workers.fleet import open_fleet  # noqa: PLC0415 - start-up time
    from workers.schedules import run_now  # noqa: PLC0415 - start-up time

    fleet = until_the_end(open_fleet(settings_from(assignments)))
    job = run_now(fleet, schedule_id)
    if as_json:
        emit_json({"job": job_data(job)})
    else:
        line(f"job {job.id} of {job.repository.name} is queued")


@schedule.command(epilog=example("optimizer schedule remove 1"))
@_argument
@with_settings
@with_json
def remove(schedule_id: int, assignments: Assignments, as_json: bool) -> None:
    """Forget a schedule. Its jobs and patches stay."""
    _open(assignments).remove(schedule_id)
    if as_json:
        emit_json({"removed": schedule_id})
    else:
        line(f"schedule {schedule_id} is removed")


def _open(assignments: Assignments) -> "SqlSchedules":
    from optimizer.cli.scheduling import open_schedules  # noqa: PLC0415 - start-up time

    return open_schedules(settings_from(assignments))


def _tell(found: Schedule, as_json: bool) -> None:
    if as_json:
        emit_json(_data(found))
        return
    turn = "paused" if found.paused else f"next at {found.next_at:%Y-%m-%d %H:%M:%S} UTC"
    line(f"schedule {found.id} of {found.repository.name}: {turn}")


def _data(found: Schedule) -> dict[str, object]:
    data = asdict(found)
    submission = data.pop("submission")
    return data | {"ref": submission["ref"], "settings": submission["flags"]}


def _row(found: Schedule) -> tuple[object, ...]:
    job = f"{found.last_job_id} ({found.last_job_state})" if found.last_job_id else ""
    return (
        found.id,
        found.repository.url,
        found.submission.ref or "",
        found.cron,
        found.timezone,
        f"{found.jitter_seconds:g} s" if found.jitter_seconds else "",
        "paused" if found.paused else found.next_at,
        found.last_at,
        job,
        found.last_outcome,
    )
