"""`verify` from a patch to whether its evidence holds here. Imported when it runs."""

import json
import os
from contextlib import closing
from dataclasses import fields, replace
from typing import Any

from optimizer.bootstrap import make_engine, make_store
from optimizer.cli.output import emit_json, interval, line, speedup
from optimizer.cli.patches import patch_named
from optimizer.cli.progress import Progress, Tally, view_for_stderr
from optimizer.cli.session import Assignments, settings_from, until_the_end
from optimizer.domain.evidence import Interval
from optimizer.domain.settings import Settings
from optimizer.stages.reverify import Reproduced, reverify

# Of this machine and this run: not what the job used.
_HERE = ("home", "database_url", "python")
# What proposed the change is not asked again.
_UNUSED: dict[str, Any] = {"experts": (), "candidates_file": ""}


def verify_patch(name: str, assignments: Assignments, as_json: bool, quiet: bool) -> bool:
    """True when the change still behaves the same and is still faster."""
    os.umask(0o022)  # the sandbox's own uid reads what is checked out
    here = settings_from(assignments)
    store = until_the_end(make_store(here))
    patch = patch_named(store, name)
    settings = _of_job(store.job(patch.job_id).settings, here, assignments)
    with closing(view_for_stderr(quiet)) as view:
        found = reverify(patch.id, make_engine(settings, store), Progress(Tally(), view))
    if as_json:
        emit_json({"patch": patch.id, "function": patch.function, **_data(found)})
    else:
        _show(patch.id, found)
    return found.reproduced


def _of_job(text: str, here: Settings, assignments: Assignments) -> Settings:
    """The settings that the patch was found with, but for what belongs to this machine."""
    known = {field.name for field in fields(Settings)}
    kept = {key: value for key, value in json.loads(text).items() if key in known}
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()
    }
    values |= {name: getattr(here, name) for name in _HERE}
    return replace(Settings(**values), **_UNUSED, **dict(assignments))


def _data(found: Reproduced) -> dict[str, object]:
    return {
        "reproduced": found.reproduced,
        "stage": found.decision.stage.value,
        "reason": found.decision.reason.value,
        "detail": found.decision.detail,
        "claimed": _interval_data(found.claimed),
        "found": _interval_data(found.found),
    }


def _interval_data(given: Interval | None) -> dict[str, object] | None:
    return {"estimate": given.estimate, "low": given.low, "high": given.high} if given else None


def _show(patch_id: int, found: Reproduced) -> None:
    reasons = (f"not reproduced: {found.decision.reason.value}", found.decision.detail)
    said = "reproduced" if found.reproduced else ", ".join(part for part in reasons if part)
    line(f"patch {patch_id}: {said}")
    line(f"  claimed   {_text(found.claimed)}")
    line(f"  here      {_text(found.found)}")


def _text(given: Interval | None) -> str:
    if given is None:
        return "not measured"
    return f"{speedup(given.estimate)} ({given.level:.0%} interval {interval(given.low, given.high)})"
