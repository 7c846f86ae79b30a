"""What this machine has to have, looked at piece by piece. Imported by `doctor` when it runs."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db import upgrade as schema
from db.connect import describe, is_sqlite, parse_url
from optimizer.bench import calibration
from optimizer.bench.protocol import Protocol
from optimizer.bootstrap import calibration_of, database_url, home_of
from optimizer.domain.errors import OptimizerError
from optimizer.domain.settings import Settings
from optimizer.environment.interpreter import uv_program
from optimizer.sandbox import bubblewrap, cgroups
from optimizer.stages import instructions

_PYTHON = (3, 11)
_ROOM = 2_000_000_000  # bytes: mirrors, environments and the database of a few repositories


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    state: str  # "ok"; "missing": required; "warning": works without, but not as well
    detail: str = ""
    remedy: str = ""


def all_checks(settings: Settings) -> list[Check]:
    return [
        _python(),
        *_sandbox_programs(),
        _libseccomp(),
        _git(),
        _uv(),
        _sandbox(),
        _cgroups(),
        _cores(),
        _calibration(settings),
        _valgrind(settings),
        _home(home_of(settings)),
        _database(database_url(settings)),
    ]


def _python() -> Check:
    version = platform.python_version()
    if sys.version_info >= _PYTHON:
        return Check("python", "ok", f"{version} ({sys.executable})")
    return Check("python", "missing", version, "apt-get install python3 (3.11 or newer)")


def _sandbox_programs() -> Iterator[Check]:
    missing = dict(bubblewrap.missing_programs())
    for name in ("bwrap", "setarch", "setpriv", "taskset"):
        if name in missing:
            yield Check(name, "missing", "", f"apt-get install {missing[name]}")
        else:
            yield Check(name, "ok", shutil.which(name) or "")


def _libseccomp() -> Check:
    try:
        from optimizer.sandbox import seccomp  # noqa: PLC0415 - importing it loads the library

        return Check("libseccomp", "ok", f"a filter of {len(seccomp.program()):,} bytes")
    except (ImportError, OSError, RuntimeError) as error:
        return Check("libseccomp", "missing", _first_line(error), "apt-get install libseccomp2")


def _git() -> Check:
    program = shutil.which("git")
    if program is None:
        return Check("git", "missing", "", "apt-get install git")
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=20)
    return Check("git", "ok", done.stdout.strip() or program)


def _uv() -> Check:
    try:
        return Check("uv", "ok", uv_program())
    except (ImportError, OptimizerError) as error:
        return Check("uv", "missing", _first_line(error), f"{sys.executable} -m pip install uv")


def _sandbox() -> Check:
    """Whether one starts: bubblewrap may be there, and user namespaces forbidden."""
    try:
        box = bubblewrap.detect()
    except OptimizerError as error:
        remedy = "let this user make namespaces (sysctl kernel.unprivileged_userns_clone=1), or be root"
        return Check("sandbox", "missing", _first_line(error), remedy)
    return Check("sandbox", "ok", f"starts; code in it runs as uid {box.uid}")


def _cgroups() -> Check:
    version = cgroups.version()
    if version:
        return Check("cgroups", "ok", f"version {version}")
    remedy = "run as root, or with a delegated cgroup (systemd-run --user --scope -p Delegate=yes)"
    return Check("cgroups", "warning", "none can be made: memory is limited a process, not a sandbox", remedy)


def _cores() -> Check:
    count = len(os.sched_getaffinity(0))
    if count >= 2:
        return Check("cores", "ok", f"{count}, the last is kept for timing")
    return Check("cores", "warning", "1: what is timed shares it with this program", "give it a second core")


def _valgrind(settings: Settings) -> Check:
    """Nobody needs it who does not ask for it."""
    program = instructions.valgrind()
    if program:
        return Check("valgrind", "ok", f"{program} (optional: the setting callgrind)")
    if settings.callgrind:
        remedy = "apt-get install valgrind, or leave out the setting callgrind"
        return Check("valgrind", "warning", "not there: instructions are not counted", remedy)
    return Check("valgrind", "ok", "not there, and not needed: the setting callgrind is off")


def _calibration(settings: Settings) -> Check:
    """A machine that is too noisy cannot be used; one that is not calibrated can."""
    found, remark = calibration_of(home_of(settings), Protocol(max_launches=settings.max_launches))
    if found is None:
        return Check("calibration", "warning", remark.partition(":")[0], "optimizer calibrate")
    reason = calibration.too_noisy(found)
    if reason:
        remedy = "stop what else runs here, then: optimizer calibrate"
        return Check("calibration", "missing", f"too noisy: {reason}", remedy)
    rate = f"false accepts of a measurement at most {found.false_accept:.3%}"
    return Check("calibration", "ok", f"{rate}, calibrated {found.made_at[:10]}")


def _home(home: Path) -> Check:
    folder = next(path for path in (home, *home.parents) if path.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return Check("home", "missing", f"{home} cannot be written", "set OPTIMIZER_HOME to another folder")
    free = shutil.disk_usage(folder).free
    detail = f"{home}, {free / 1e9:.1f} GB free"
    if free >= _ROOM:
        return Check("home", "ok", detail)
    return Check("home", "warning", detail, f"{_ROOM / 1e9:.0f} GB are of use; or set OPTIMIZER_HOME")


def _database(url: str) -> Check:
    try:
        where = parse_url(url)
        found, newest = schema.current(url), schema.newest()
        schema.refuse_newer(where, found)
    except OptimizerError as error:
        return Check("database", "missing", _first_line(error), "see the setting database_url")
    if found == newest:
        return Check("database", "ok", f"{describe(where)}, revision {found}")
    if is_sqlite(where):
        return Check("database", "ok", f"{describe(where)}, made or upgraded at the next run")
    return Check("database", "missing", f"{describe(where)}: its schema is old", "optimizer db upgrade")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
