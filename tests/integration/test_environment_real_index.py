from pathlib import Path

from optimizer.domain.isolation import Bind, Command
from optimizer.domain.settings import Settings
from optimizer.environment import build_environment
from optimizer.sandbox.bubblewrap import detect

PYPROJECT = """
[build-system]
requires = ["setuptools>=61", "setuptools-scm"]
build-backend = "setuptools.build_meta"
[project]
name = "thing"
dynamic = ["version"]
dependencies = ["iniconfig"]
[tool.setuptools_scm]
version_file = "src/thing/_version.py"
"""


def test_packages_of_the_configured_index_run_a_real_test_in_the_sandbox(tmp_path: Path) -> None:
    worktree = tmp_path / "work"
    (worktree / "src/thing").mkdir(parents=True)
    (worktree / "pyproject.toml").write_text(PYPROJECT)
    (worktree / "src/thing/__init__.py").write_text("import iniconfig\nfrom thing._version import version\n")
    (worktree / "test_thing.py").write_text("import thing\n\ndef test_it():\n    assert thing.version\n")
    sandbox = detect()
    environment = build_environment(worktree, Settings(), tmp_path / "home", sandbox)
    assert environment.notes == ()
    done = sandbox.run(
        Command(
            (environment.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(worktree)),
            (*environment.binds, Bind(worktree, str(worktree))),
            (("PYTHONPATH", f"{worktree}/src"),),
        )
    )
    assert b"1 passed" in done.stdout, done.stdout + done.stderr
