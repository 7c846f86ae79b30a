"""The Python that a target's environment is made from, and what a sandbox needs to run it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from optimizer.domain.errors import TargetError
from optimizer.domain.isolation import Bind

_PROBE = """
import json, platform, sys, sysconfig
print(json.dumps([getattr(sys, "_base_executable", sys.executable), sys.base_prefix, sys.base_exec_prefix,
    sys.prefix, sysconfig.get_path("purelib"), platform.python_version(), sys.implementation.name]))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    executable: str  # as found: of a virtual environment, when it was found in one
    base: str  # the installation's own
    prefixes: tuple[Path, ...]  # folders that hold the installation
    environment: Path  # the virtual environment, or the installation where there is none
    packages: Path  # site-packages of `environment`
    version: str
    implementation: str

    def binds(self) -> tuple[Bind, ...]:
        """What a sandbox has to show of the installation; nothing for the system's own."""
        own = {path for path in self.prefixes if not path.is_relative_to("/usr")}
        outer = sorted(
            path for path in own if not any(path != other and path.is_relative_to(other) for other in own)
        )
        return tuple(Bind(path, str(path)) for path in outer)


def find_interpreter(wanted: str) -> Interpreter:
    """`wanted` is a path or a version; empty: the installation that this process runs on.

    Raises TargetError when there is none like that.
    """
    if not wanted:
        return _probe(str(getattr(sys, "_base_executable", sys.executable)))
    if "/" in wanted:
        return _probe(str(Path(wanted).expanduser().absolute()))
    command = [uv_program(), "python", "find", "--system", "--no-project", "--no-config", "--", wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise TargetError(f"no Python {wanted} on this machine: install it, or change the setting `python`")
    return _probe(done.stdout.strip())


def uv_program() -> str:
    import uv  # noqa: PLC0415 - only needed where an environment is built

    try:
        return uv.find_uv_bin()
    except FileNotFoundError as error:
        raise TargetError(f"uv is missing from {sys.prefix}: run `make install`") from error


def _probe(executable: str) -> Interpreter:
    try:
        done = subprocess.run(
            [executable, "-I", "-c", _PROBE],
            capture_output=True, text=True, check=True, timeout=60, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        base, prefix, exec_prefix, environment, packages, version, implementation = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise TargetError(f"{executable} is not a Python that runs: change the setting `python`") from error
    real = Path(base).resolve()
    folders = {Path(prefix), Path(exec_prefix), Path(prefix).resolve(), real.parent.parent}
    folders.discard(Path("/"))
    return Interpreter(
        executable, base, tuple(sorted(folders)), Path(environment), Path(packages), version, implementation
    )
