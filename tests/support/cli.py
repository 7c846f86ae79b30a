"""The program as users start it: a process of its own, with a home of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PROGRAM = (sys.executable, "-m", "optimizer.cli.main")


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's, without its settings of optimizer and of terminals. The rules alone: a model takes
    seconds to load."""
    foreign = ("OPTIMIZER_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_", "PYTHONWARNINGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    own = {"OPTIMIZER_HOME": str(home), "OPTIMIZER_EXPERTS": "rules", "PYTHONPATH": str(Path.cwd())}
    return kept | own | more


def program(
    home: Path,
    *arguments: str,
    directory: Path | None = None,
    more: Mapping[str, str] | None = None,
    starter: Sequence[str] = PROGRAM,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*starter, *arguments],
        env=environment(home, **(more or {})), cwd=directory, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
