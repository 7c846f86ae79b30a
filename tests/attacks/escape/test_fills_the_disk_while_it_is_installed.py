"""The folders of an installation are on this machine's disk, and large."""

from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.domain.settings import Settings
from optimizer.environment import build_environment, workshop
from tests.support.attacks import offer_wheels, sandbox, write_tree
from tests.support.wheels import project_files

FILL = """import time
    for number in range(3000):
        pathlib.Path(f"fill-{number}").write_bytes(bytes(1 << 20))"""


def test_a_build_that_fills_the_disk_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "LIMITS", replace(workshop.LIMITS, disk_mb=40))
    offer_wheels(tmp_path / "wheels", monkeypatch)
    worktree = write_tree(tmp_path / "target", project_files("thing", extra=FILL))
    built = build_environment(worktree, Settings(), tmp_path / "home", sandbox())
    assert any("written to disk" in note for note in built.notes), built.notes
    left = sum(path.lstat().st_size for path in (tmp_path / "home").rglob("*"))
    assert left < 200 << 20
