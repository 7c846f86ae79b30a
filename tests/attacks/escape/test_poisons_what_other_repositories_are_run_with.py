"""A copy of somebody's project with the same files of requirements, and another build behind them: what it
makes must not be found by that project."""

from pathlib import Path

import pytest

from optimizer.domain.settings import Settings
from optimizer.environment import build_environment
from optimizer.environment.interpreter import find_interpreter
from optimizer.environment.project import project_requirements
from tests.support.attacks import offer_wheels, sandbox, write_tree
from tests.support.wheels import project_files

POISON = """with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "a") as wheel:
        wheel.writestr("thing/_poison.py", "")"""


def test_an_environment_is_for_one_repository_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer_wheels(tmp_path / "wheels", monkeypatch)
    hostile = write_tree(tmp_path / "hostile", project_files("thing", extra=POISON))
    honest = write_tree(tmp_path / "honest", project_files("thing"))
    assert (hostile / "pyproject.toml").read_text() == (honest / "pyproject.toml").read_text()
    home = tmp_path / "home"
    build_environment(hostile, Settings(), home, sandbox(), "https://evil.example/thing")
    build_environment(honest, Settings(), home, sandbox(), "https://example.org/thing")
    assert (hostile / "src/thing/_poison.py").exists()
    assert not (honest / "src/thing/_poison.py").exists()


def test_metadata_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "x-1.dist-info").mkdir()
    with (tmp_path / "x-1.dist-info/METADATA").open("wb") as file:
        file.write(b"Name: x\nRequires-Dist: dep-a\n\n")
        file.truncate(1 << 38)
    assert project_requirements(tmp_path, find_interpreter("")) == ("dep-a",)
