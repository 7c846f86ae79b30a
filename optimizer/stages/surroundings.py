"""What a measurement is taken with: the target's environment, and this machine."""

import os
import platform
import re
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from optimizer import __version__
from optimizer.domain.patches import Surroundings
from optimizer.environment import Environment
from optimizer.environment.interpreter import find_interpreter
from optimizer.proof.claims import DRAWING

_STEM = re.compile(r"(?P<name>[A-Za-z0-9._]+)(?:-(?P<version>[A-Za-z0-9._+!]+))?(?:-py\d\.\d+)?")


def surroundings_of(environment: Environment) -> Surroundings:
    return Surroundings(
        python=_python_version(environment),
        packages=tuple(sorted(set(_packages(environment.root)))),
        optimizer=__version__,
        cpu=cpu_model(),
        kernel=f"{platform.system()} {os.uname().release}",
        drawing=DRAWING,
    )


def _python_version(environment: Environment) -> str:
    """As the virtual environment records it (PEP 405): its own Python is not ours to run. Without that
    file it is an installation of this machine's, which can be asked."""
    file = environment.root / "pyvenv.cfg"
    if file.is_file() and not file.is_symlink():
        text = file.read_text("utf-8", "replace")
        found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)", text, re.MULTILINE)
        if found:
            return found.group(1)
    return find_interpreter(environment.python).version


def _packages(root: Path) -> Iterator[tuple[str, str]]:
    """By the names of their metadata folders (PEP 376, 427). No file in there is opened: whatever was
    installed could have put anything in its place."""
    for path in root.glob("lib/python*/*-packages/*.*-info"):
        found = _STEM.fullmatch(re.sub(r"\.(dist|egg)-info$", "", path.name))
        if found:
            yield canonicalize_name(found["name"]), found["version"] or ""


def cpu_model() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1) if found else platform.machine()
