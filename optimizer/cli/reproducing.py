"""`verify` from a patch or a bundle to whether its evidence holds here. Imported when it runs."""

import os
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from optimizer.bootstrap import make_engine, make_store
from optimizer.cli.output import emit_json, interval, line, note, speedup
from optimizer.cli.patches import patch_named
from optimizer.cli.progress import Progress, Tally, view_for_stderr
from optimizer.cli.session import Assignments, configured, settings_from, until_the_end
from optimizer.config import OURS_ONLY
from optimizer.domain.errors import BundleError, ConfigError, NotFoundError
from optimizer.domain.evidence import Interval
from optimizer.domain.settings import Settings
from optimizer.proof.bundle import Bundle, Judging, bundle_of
from optimizer.proof.format import MAX_FILE, from_bytes
from optimizer.proof.surroundings import environment_differences, machine_differences
from optimizer.stages.reverify import Reproduced, reverify
from optimizer.testing.memory_store import MemoryStore

_LOOKS_LIKE_A_FILE = (".gz", ".json", ".jsonl")
_UNKNOWN = ("not known: the patch was made by a version that did not keep it",)


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed."""

    name: str
    repository: str | None
    assignments: Assignments
    as_json: bool
    quiet: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """What is to be verified, and how it is named to people."""

    bundle: Bundle
    title: str
    patch: int | None = None  # its number in the database
    file: str | None = None


def verify_evidence(request: Request) -> bool:
    """True when the change still behaves the same and is still faster, as its samples say."""
    os.umask(0o022)  # the sandbox's own uid reads what is checked out
    given = _given(request)
    settings = judging_settings(given.bundle.judging, request.assignments)
    engine = make_engine(settings, MemoryStore())
    for remark in engine.remarks:
        note(f"note: {remark}", request.quiet)
    source = request.repository or given.bundle.repository.url
    with closing(view_for_stderr(request.quiet)) as view:
        try:
            found = reverify(given.bundle, source, engine, Progress(Tally(), view))
        except BundleError as error:
            raise BundleError(f"{given.title}: {error}") from None
    if request.as_json:
        emit_json(_data(given, found))
    else:
        _show(given, found)
    return found.reproduced


def _given(request: Request) -> _Given:
    path = Path(request.name)
    if path.is_file():
        return _Given(read_bundle(path), request.name, file=request.name)
    if path.suffix in _LOOKS_LIKE_A_FILE:
        raise NotFoundError(f"There is no file {request.name}, which would be a bundle.")
    store = until_the_end(make_store(settings_from(request.assignments)))
    patch = patch_named(store, request.name)
    bundle = bundle_of(store.job(patch.job_id), store.patch_result(patch.id))
    return _Given(bundle, f"patch {patch.id}", patch=patch.id)


def read_bundle(path: Path) -> Bundle:
    """Raises BundleError with one line that begins with the file's name."""
    try:
        with path.open("rb") as file:
            return from_bytes(file.read(MAX_FILE + 1))
    except BundleError as error:
        raise BundleError(f"{path} {error}") from None


def judging_settings(judging: Judging, assignments: Assignments) -> Settings:
    """Those that the patch was found with, as far as a repository could set them too; the user's own go
    first, and what belongs to this machine is this machine's. Raises BundleError, ConfigError."""
    values = [(name, value) for name, value in asdict(judging).items() if name not in OURS_ONLY]
    try:
        configured({}, values)
    except ConfigError as error:
        raise BundleError(f"the bundle's settings make no sense: {error}") from None
    # What proposed the change is not asked again.
    return replace(configured({}, [*values, *assignments]).settings, experts=(), candidates_file="")


def _data(given: _Given, found: Reproduced) -> dict[str, object]:
    environment, machine = _differences(found)
    return {
        "patch": given.patch,
        "bundle": given.file,
        "function": found.bundle.function.label,
        "reproduced": found.reproduced,
        "stage": found.decision.stage.value,
        "reason": found.decision.reason.value,
        "detail": found.decision.detail,
        "claimed": _interval_data(found.claimed),
        "found": _interval_data(found.found),
        "overlap": found.overlap,
        "contradictions": found.contradictions,
        "environment_differences": environment,
        "machine_differences": machine,
    }


def _interval_data(given: Interval | None) -> dict[str, object] | None:
    return {"estimate": given.estimate, "low": given.low, "high": given.high} if given else None


def _show(given: _Given, found: Reproduced) -> None:
    line(f"{given.title}: {_said(found)}")
    line(f"  claimed      {_text(found.claimed)}")
    line(f"  here         {_text(found.found)}{_OVERLAP[found.overlap]}")
    for text in found.contradictions:
        line(f"  contradicts  {text}")
    for label, differences in zip(("environment", "machine"), _differences(found), strict=True):
        line(f"  {label:12} {'; '.join(differences) or 'as there'}")


_OVERLAP = {None: "", True: ", which overlaps", False: ", which does not overlap"}


def _said(found: Reproduced) -> str:
    if found.reproduced:
        return "reproduced"
    if found.decision.accepted:
        return "not reproduced: the bundle contradicts itself"
    reasons = (f"not reproduced: {found.decision.reason.value}", found.decision.detail)
    return ", ".join(part for part in reasons if part)


def _differences(found: Reproduced) -> tuple[tuple[str, ...], tuple[str, ...]]:
    there, here = found.bundle.patch.surroundings, found.here
    if there is None:
        return _UNKNOWN, _UNKNOWN
    return environment_differences(there, here), machine_differences(there, here)


def _text(given: Interval | None) -> str:
    if given is None:
        return "not measured"
    return f"{speedup(given.estimate)} ({given.level:.0%} interval {interval(given.low, given.high)})"
