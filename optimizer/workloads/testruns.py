"""Runs the repository's tests, or its doctests, in the sandbox: again without the culprit where one test
takes the whole process down.
"""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from optimizer.domain.functions import Function
from optimizer.domain.isolation import Bind, Command, Finished, Limits
from optimizer.domain.settings import Settings
from optimizer.ports import Sandbox
from optimizer.workloads import selection
from optimizer.workloads.events import Seen, read_events

REPO = "/repo"  # where the worktree's private copy stands inside
_RUNNERS = Path(__file__).parents[1] / "languages" / "runners"
_MAX_RESTARTS = 5  # after a test that took the process down
_MODULE_SECONDS = 20.0  # of one module's doctests
_USAGE_ERROR, _NOTHING_COLLECTED = 4, 5  # pytest's exit codes
_ENVIRONMENT = (
    ("HOME", "/tmp"),
    ("LANG", "C.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PYTHONHASHSEED", "0"),
)


class TargetPython(Protocol):
    """What is needed of the target's environment."""

    @property
    def python(self) -> str:
        """The interpreter's path inside the sandbox."""
        ...

    @property
    def binds(self) -> tuple[Bind, ...]: ...


@dataclass(frozen=True, slots=True)
class Job:
    """All that the runs of one mode have in common."""

    sandbox: Sandbox
    environment: TargetPython
    settings: Settings
    folder: Path  # ours; holds in/, out/ and repo/
    functions: tuple[Function, ...]  # watched
    roots: tuple[str, ...]
    mode: str
    arguments: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Several runs, where one test after the other took the process down."""

    runs: tuple[Seen, ...]
    outcomes: dict[str, str]
    seconds: float
    timed_out: bool
    notes: tuple[str, ...]


@contextmanager
def prepared(
    sandbox: Sandbox,
    environment: TargetPython,
    worktree: Path,
    functions: tuple[Function, ...],
    *,
    settings: Settings,
    mode: str,
    modules: tuple[str, ...] = (),
) -> Iterator[Job]:
    """A private copy of the worktree: tests write beside themselves, and must not see each other's."""
    with tempfile.TemporaryDirectory(prefix="optimizer-tests-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(worktree, folder / "repo", symlinks=True, ignore=shutil.ignore_patterns(".git"))
        (folder / "repo").chmod(0o755)  # entered before the sandbox changes its user
        for part in ("in", "out"):
            (folder / part).mkdir(mode=0o755)
        give(folder / "repo", sandbox)
        give(folder / "out", sandbox)
        yield Job(
            sandbox=sandbox,
            environment=environment,
            settings=settings,
            folder=folder,
            functions=functions,
            roots=selection.import_roots(worktree, [function.path for function in functions]),
            mode=mode,
            arguments=selection.pytest_arguments(worktree, settings),
            modules=modules,
        )


def give(folder: Path, sandbox: Sandbox) -> None:
    """Makes everything in the folder belong to the sandbox's user, where that is another one."""
    uid = getattr(sandbox, "uid", None)
    if uid is None or uid == os.geteuid():
        return
    for here, folders, files in os.walk(folder):
        os.chown(here, uid, uid)
        for name in (*folders, *files):
            os.chown(Path(here) / name, uid, uid, follow_symlinks=False)


def run(job: Job) -> Outcome:
    runs: list[Seen] = []
    outcomes: dict[str, str] = {}
    seconds, hung, notes = 0.0, 0, []
    while True:
        finished, seen = _run_once(job, tuple(outcomes), len(runs))
        runs.append(seen)
        outcomes.update(seen.outcomes)
        seconds += finished.seconds
        notes += _notes(seen, finished)
        if seen.exit_code == _USAGE_ERROR and "addopts=" not in job.arguments:
            notes.append("pytest refused the repository's own options: run without them")
            job = replace(job, arguments=(*job.arguments, "-o", "addopts=", "-o", "required_plugins="))
            continue
        hung += finished.timed_out
        culprit = _culprit(seen, finished, job.settings)
        if culprit:
            outcomes[seen.running] = culprit
        if not culprit or len(runs) > _MAX_RESTARTS or hung > 1:
            return Outcome(tuple(runs), outcomes, seconds, hung > 0, tuple(dict.fromkeys(notes)))


def _culprit(seen: Seen, finished: Finished, settings: Settings) -> str:
    """What to say of the test that was running when the process ended; "" when none is to blame."""
    if seen.exit_code is not None or not seen.running:
        return ""
    if not finished.timed_out:
        return "crashed"
    # Else it only happened to be running when the time for all of them was up.
    own = settings.test_seconds - seen.running_since
    return "hung" if own > 0.2 * settings.test_seconds else ""


def _run_once(job: Job, skip: tuple[str, ...], number: int) -> tuple[Finished, Seen]:
    spec = {
        "mode": job.mode,
        "out": f"/out/events-{number}.jsonl",
        "root": REPO,
        "roots": [f"{REPO}/{root}".rstrip("/") for root in job.roots],
        "watch": [[f"{REPO}/{item.path}", item.line, item.name] for item in job.functions],
        "pytest": job.arguments,
        "skip": skip,
        "modules": job.modules,
        "module_seconds": _MODULE_SECONDS,
    }
    path = job.folder / "in" / "spec.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    path.chmod(0o644)
    finished = job.sandbox.run(_command(job))
    return finished, read_events(job.folder / "out" / f"events-{number}.jsonl", len(job.functions))


def _command(job: Job) -> Command:
    roots = ":".join(f"{REPO}/{root}".rstrip("/") for root in job.roots)
    seconds = job.settings.test_seconds
    return Command(
        argv=(job.environment.python, "/runners/record.py", "/in/spec.json"),
        binds=(
            *job.environment.binds,
            Bind(_RUNNERS, "/runners"),
            Bind(job.folder / "in", "/in"),
            Bind(job.folder / "out", "/out", writable=True),
            Bind(job.folder / "repo", REPO, writable=True),
        ),
        environment=(*_ENVIRONMENT, ("PYTHONPATH", roots)),
        directory=REPO,
        limits=Limits(
            memory_mb=job.settings.memory_mb,
            wall_seconds=seconds,
            cpu_seconds=math.ceil(2 * seconds),  # two cores' worth
            processes=256,
        ),
    )


def _notes(seen: Seen, finished: Finished) -> list[str]:
    notes = list(seen.notes)
    if seen.exit_code == _NOTHING_COLLECTED:
        notes.append("pytest found no tests")
    if finished.out_of_memory:
        notes.append("the tests ran out of memory")
    if finished.out_of_disk:
        notes.append("the tests were stopped: they wrote too much to disk")
    running = f" while {seen.running} ran" if seen.running else ""
    if finished.timed_out:
        notes.append(f"the tests were stopped after {finished.seconds:.0f} s{running}")
    elif seen.exit_code is None:
        notes.append(
            f"the test process ended early{running} (status {finished.code}): {_last_line(finished)}"
        )
    elif seen.exit_code not in (0, 1, _NOTHING_COLLECTED):
        notes.append(f"pytest ended with status {seen.exit_code}: {_last_line(finished)}")
    return notes


def _last_line(finished: Finished) -> str:
    lines = finished.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "no message"
