"""One `submit` of a repository by the real program, and everything that can be asked of it."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.cli import program

# Nothing is installed, little is tried, and every limit is small.
QUICK = {
    "OPTIMIZER_INSTALL": "false",
    "OPTIMIZER_PYTHON": sys.executable,
    "OPTIMIZER_CALL_SECONDS": "0.2",
    "OPTIMIZER_MAX_INPUTS": "12",
    "OPTIMIZER_MAX_LAUNCHES": "10",
    "OPTIMIZER_SEARCH_SECONDS": "0.3",
    "OPTIMIZER_MEMORY_MB": "400",
    "OPTIMIZER_TEST_SECONDS": "30",
}


def write_candidates(path: Path, candidates: Mapping[str, str]) -> tuple[str, ...]:
    """Arguments for `submit`; candidates by the label of their function."""
    lines = [
        json.dumps({"function": label.partition("#")[0], "source": source, "summary": f"Variant {number}"})
        for number, (label, source) in enumerate(candidates.items())
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return ("--expert", "file", "--candidates", str(path))


def left_over(home: Path, scratch: Path) -> list[Path]:
    """Temporary files, working trees and locks of them that a scan should have removed."""
    folders = (scratch, home / "scratch", home / "worktrees")
    return [path for folder in folders if folder.exists() for path in folder.iterdir()]


@dataclass(frozen=True)
class Scanned:
    home: Path
    repository: Path
    done: subprocess.CompletedProcess[str]
    scratch: Path  # its TMPDIR

    def data(self, *arguments: str) -> Any:
        done = program(self.home, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @cached_property
    def job(self) -> Any:
        return self.data("job", "show", "1")

    @cached_property
    def notes(self) -> list[str]:
        return [event["message"] for event in self.job["events"]]

    @cached_property
    def decisions(self) -> dict[str, str]:
        """Reason by the function's name."""
        with sqlite3.connect(f"file:{self.home / 'optimizer.db'}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT qualname, reason FROM functions").fetchall()
        return dict(rows)

    @cached_property
    def refused(self) -> dict[str, str]:
        """Reason by the name of the candidate's function."""
        return {row["function"].partition("::")[2]: row["reason"] for row in self.data("rejected")}


def scan(folder: Path, repository: Path, *arguments: str, **more: str) -> Scanned:
    """With a home and a folder for temporary files of its own, both in `folder`."""
    home, scratch = folder / "home", folder / "scratch"
    scratch.mkdir(exist_ok=True)
    settings = {**QUICK, "TMPDIR": str(scratch), **more}
    done = program(home, "submit", str(repository), *arguments, more=settings)
    return Scanned(home, repository, done, scratch)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The error of a program that failed: one line, no traceback, nothing on stdout."""
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("optimizer: ")]
    assert len(errors) == 1, done.stderr
    assert done.stderr.splitlines()[-1] == errors[0]
    return errors[0].removeprefix("optimizer: error: ")
