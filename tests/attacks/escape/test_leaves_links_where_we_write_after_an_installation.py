"""What is installed runs once while the environment can still be written: it leaves links behind, through
which the metadata that is put beside it would land in a folder of this machine."""

import zipfile
from pathlib import Path

import pytest

from optimizer.domain.errors import TargetError
from optimizer.domain.settings import Settings
from optimizer.environment import build_environment
from tests.support.attacks import offer_wheels, sandbox, write_tree
from tests.support.wheels import make_wheel, project_files

WHOLE = """
import os, sys
packages = os.path.dirname(os.path.abspath(__file__))
os.rename(packages, packages + ".old")
os.symlink({outside!r}, packages)
"""
ONE = """
import os
packages = os.path.dirname(os.path.abspath(__file__))
os.symlink({outside!r}, packages + "/thing-1.5.dist-info")
"""


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir(mode=0o777)
    return tmp_path / "outside"


def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, boot: str) -> None:
    wheels = tmp_path / "wheels"
    offer_wheels(wheels, monkeypatch)
    make_wheel(wheels, "evil")
    with zipfile.ZipFile(wheels / "evil-1.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr("evil.pth", "import evil_boot\n")  # whenever the environment's Python starts
        wheel.writestr("evil_boot.py", boot)
    files = {**project_files("thing"), "requirements.txt": "evil\n"}
    worktree = write_tree(tmp_path / "target", files)
    built = build_environment(worktree, Settings(), tmp_path / "home", sandbox())
    (link,) = built.root.glob("lib/python*/site-packages/thing-1.5.dist-info")
    assert link.is_symlink()  # the attack took place


def test_a_link_for_the_whole_folder_is_an_error(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TargetError, match="destroyed its environment"):
        build(tmp_path, monkeypatch, WHOLE.format(outside=str(outside)))
    assert list(outside.iterdir()) == []


def test_a_link_for_one_package_is_not_written_through(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, monkeypatch, ONE.format(outside=str(outside)))
    assert list(outside.iterdir()) == []
