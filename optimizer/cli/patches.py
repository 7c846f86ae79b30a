"""`optimizer patches` and `optimizer patch show/diff/approve/reject/push`."""

from typing import TYPE_CHECKING

import click

from optimizer.cli.options import ID, example, with_json, with_min_impact, with_settings
from optimizer.cli.output import block, emit_json, impact, interval, line, patch_data, patches_table, speedup
from optimizer.cli.ranking import by_impact, is_hot, tell_hidden
from optimizer.cli.session import Assignments, open_results, settings_from
from optimizer.domain.errors import ConfigError, NotFoundError, OptimizerError
from optimizer.domain.patches import Patch, PatchState

if TYPE_CHECKING:
    from optimizer.ports import Store

_STATES = [state.value for state in PatchState]
_argument = click.argument("name", metavar="PATCH")


def patch_named(store: "Store", name: str) -> Patch:
    """By its number or its branch. Raises NotFoundError; ConfigError when several could be meant."""
    if name.isascii() and name.isdigit():
        if len(name) > 9:
            raise NotFoundError(f"There is no patch {name}.")
        return store.patch(int(name))
    found = store.patches_on(name)
    if not found:
        raise NotFoundError(f"There is no patch {name!r}: `optimizer patches` lists them.")
    if len({patch.repository for patch in found}) > 1:
        numbers = ", ".join(str(patch.id) for patch in found)
        raise ConfigError(f"{name!r} is a branch of several repositories: name one of the patches {numbers}")
    return found[0]


@click.command(epilog=example("optimizer patches --state open --min-impact 0.1%"))
@click.option("--job", "job_id", type=ID, help="Only those of this job.")
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@with_min_impact
@with_settings
@with_json
def patches(
    job_id: int | None, state: str | None, min_impact: float | None, assignments: Assignments, as_json: bool
) -> None:
    """List patches: those first that save most of the time the repository's tests take."""
    store = open_results(assignments)
    if job_id is not None:
        store.job(job_id)  # an unknown one is an error, not an empty list
    found = by_impact(store.patches(job_id, PatchState(state) if state else None))
    shown = [patch for patch in found if is_hot(patch.impact, min_impact)]
    if as_json:
        emit_json([patch_data(patch) for patch in shown])
    else:
        patches_table(shown)
    tell_hidden([patch.impact for patch in found], min_impact)


@click.group()
def patch() -> None:
    """Look at a patch, review it, send it on. PATCH is its number, or its branch."""


@patch.command(epilog=example("optimizer patch show 3"))
@_argument
@with_settings
@with_json
def show(name: str, assignments: Assignments, as_json: bool) -> None:
    """Show a patch with its claim and its evidence."""
    found = patch_named(open_results(assignments), name)
    if as_json:
        emit_json(patch_data(found))
        return
    facts = [
        ("patch", f"{found.id} ({found.state.value})"),
        ("repository", found.repository),
        ("function", found.function),
        ("speed-up", f"{speedup(found.speedup)} ({interval(found.low, found.high)})"),
        ("impact", f"{impact(found.impact)} of the tests' time" if found.impact is not None else "unknown"),
        ("branch", found.branch),
        ("commit", f"{found.commit} on {found.base_commit[:12]}"),
    ]
    for label, value in facts:
        line(f"{label + ':':12}{value}")
    line("")
    block(found.text)


@patch.command(epilog=example("optimizer patch diff 3 | git apply"))
@_argument
@with_settings
def diff(name: str, assignments: Assignments) -> None:
    """Print a patch as a unified diff."""
    block(patch_named(open_results(assignments), name).diff)


@patch.command(epilog=example("optimizer patch approve 3 --note 'reads well'"))
@_argument
@click.option("--note", default="", help="Kept with the review.")
@with_settings
@with_json
def approve(name: str, note: str, assignments: Assignments, as_json: bool) -> None:
    """Mark a patch as approved."""
    _review(name, PatchState.APPROVED, note, assignments, as_json)


@patch.command(epilog=example("optimizer patch reject 3 --note 'less clear than before'"))
@_argument
@click.option("--note", default="", help="Kept with the review.")
@with_settings
@with_json
def reject(name: str, note: str, assignments: Assignments, as_json: bool) -> None:
    """Mark a patch as rejected: its change is not proposed again. The branch stays."""
    _review(name, PatchState.REJECTED, note, assignments, as_json)


def _review(name: str, to: PatchState, note: str, assignments: Assignments, as_json: bool) -> None:
    from optimizer.stages.review import review  # noqa: PLC0415 - start-up time

    store = open_results(assignments)
    found = review(store, patch_named(store, name), to, note)
    if as_json:
        emit_json(patch_data(found))
    else:
        line(f"patch {found.id} is {to.value}")


@patch.command(epilog=example("optimizer patch push 3"))
@_argument
@click.option("--remote", default="origin", show_default=True, help="Of a repository given as a path.")
@with_settings
@with_json
def push(name: str, remote: str, assignments: Assignments, as_json: bool) -> None:
    """Push a patch's branch to where its repository came from, with your own way to log in."""
    from optimizer.bootstrap import home_of  # noqa: PLC0415 - start-up time
    from optimizer.vcs import push_branch  # noqa: PLC0415 - start-up time

    found = patch_named(open_results(assignments), name)
    if found.state is PatchState.REJECTED:
        raise OptimizerError(f"patch {found.id} is rejected: approve it first")
    where = push_branch(found.repository, found.branch, home_of(settings_from(assignments)), remote)
    if as_json:
        emit_json({"patch": found.id, "branch": found.branch, "pushed_to": where})
    else:
        line(f"pushed {found.branch} to {where}")
