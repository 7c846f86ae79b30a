"""Links in place of source files, folders, lists of requirements and settings: read through, they would show
a file of this machine to code that must not have it."""

from pathlib import Path

import pytest

from optimizer.domain.settings import Settings
from optimizer.environment import build_environment
from optimizer.environment.requirements import read_requirements
from optimizer.vcs import checkout, tracked_files
from optimizer.workloads.recorded import record_calls
from optimizer.workloads.selection import doctest_modules, pytest_arguments
from tests.support.attacks import SUBJECT, TESTED, offer_wheels, our_python, sandbox, write_tree
from tests.support.gitrepo import commit_files, make_repository


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What the links lead to: it would be used, were they followed."""
    folder = tmp_path / "outside"
    files = {
        "secret.py": "def hunter2():\n    '>>> 1'\n",
        "requirements.txt": "dep-a\n",
        "pyproject.toml": """
            [tool.pytest.ini_options]
            testpaths = ["x"]
            [dependency-groups]
            test = ["dep-a"]
            """,
        "test_secret.py": "def test_hunter2(): pass\n",
    }
    return write_tree(folder, files)


def linked(tmp_path: Path, outside: Path) -> Path:
    repository = make_repository(tmp_path / "user", {"a.py": b"x = 1\n"})
    for name in ("secret.py", "requirements.txt", "pyproject.toml", "test_secret.py"):
        (repository / name).symlink_to(outside / name)
    for name in ("requirements", "tests", "src", "package"):
        (repository / name).symlink_to(outside)
    (repository / "passwd.py").symlink_to("/etc/passwd")
    commit_files(repository, {})
    return repository


def test_no_link_is_read_through(tmp_path: Path, outside: Path) -> None:
    base = checkout(str(linked(tmp_path, outside)), None, tmp_path / "home")
    assert (base.worktree / "secret.py").read_text() == (
        outside / "secret.py"
    ).read_text()  # the links are there
    assert [file.path for file in tracked_files(base)] == ["a.py"]
    found = read_requirements(base.worktree)
    assert (found.wishes, found.has_project) == ((), False)
    assert pytest_arguments(base.worktree, Settings()) == ()
    assert doctest_modules(base.worktree, ["secret.py"]) == ()


def test_building_an_environment_copies_links_as_links(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_wheels(tmp_path / "wheels", monkeypatch)
    base = checkout(str(linked(tmp_path, outside)), None, tmp_path / "home")
    before = (outside / "requirements.txt").read_bytes()
    built = build_environment(base.worktree, Settings(), tmp_path / "home", sandbox())
    assert "dep-a" not in built.packages
    assert (outside / "requirements.txt").read_bytes() == before


def test_tests_see_no_file_behind_a_link(tmp_path: Path, outside: Path) -> None:
    conftest = """
        import os
        from subject import subject
        def pytest_sessionfinish():
            subject([os.path.lexists("/repo/link"), os.path.exists("/repo/link"),
                os.path.exists("/repo/folder/secret.py")])
        """
    worktree = write_tree(tmp_path / "tree", {**TESTED, "conftest.py": conftest})
    (worktree / "link").symlink_to(outside / "secret.py")
    (worktree / "folder").symlink_to(outside)
    settings = Settings(test_seconds=30.0)
    found = record_calls(sandbox(), our_python(), worktree, [SUBJECT], settings, doctests=False)
    assert any(
        b"\x88\x89\x89e" in call.payload for call in found.of("subject.py::subject")
    )  # True, False, False
