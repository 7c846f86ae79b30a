"""`optimizer cancel` and `optimizer retry`."""

import click

from optimizer.cli.options import ID, example, with_json, with_settings
from optimizer.cli.output import emit_json, job_data, line
from optimizer.cli.session import Assignments, settings_from, until_the_end
from optimizer.domain.errors import OptimizerError


@click.command(epilog=example("optimizer cancel 3"))
@click.argument("job_id", metavar="JOB", type=ID)
@with_settings
@with_json
def cancel(job_id: int, assignments: Assignments, as_json: bool) -> None:
    """End a job that waits or runs: what was found stays, what is in hand is thrown away."""
    from optimizer.bootstrap import make_results  # noqa: PLC0415 - start-up time

    parts = until_the_end(make_results(settings_from(assignments)))
    if not parts.work.cancel(job_id):
        state = parts.store.job(job_id).state.value
        raise OptimizerError(f"job {job_id} is {state}: there is nothing to cancel")
    if as_json:
        emit_json(job_data(parts.store.job(job_id)))
    else:
        line(f"job {job_id} is cancelled")


@click.command(epilog=example("optimizer retry 3"))
@click.argument("job_id", metavar="JOB", type=ID)
@with_settings
@with_json
def retry(job_id: int, assignments: Assignments, as_json: bool) -> None:
    """Queue again what a job that ended left undone, and what was set aside in it."""
    from workers.fleet import open_fleet  # noqa: PLC0415 - start-up time
    from workers.submitting import again  # noqa: PLC0415 - start-up time

    fleet = until_the_end(open_fleet(settings_from(assignments)))
    if not again(fleet, job_id):
        raise OptimizerError(f"job {job_id} is under way: there is nothing to retry")
    if as_json:
        emit_json(job_data(fleet.store.job(job_id)))
    else:
        line(f"job {job_id} is queued again")
