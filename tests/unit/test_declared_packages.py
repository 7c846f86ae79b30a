"""Everything that is imported is declared, and everything that is declared is used."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = {"optimizer", "workers", "api", "db", "migrations", "benchmarks", "tests"}
RUNNERS = ROOT / "optimizer/languages/runners"
BESIDE = {path.stem for path in RUNNERS.glob("*.py")}  # inside the sandbox they are no package
DATA = {"tzdata"}  # for machines without time zones of their own: nobody imports it
BEHIND = {"accelerate", "tensorboard"}  # the training loop of transformers imports them
TARGETS = {"pytest"}  # imported inside the sandbox, where it is the target's own
PROGRAMS = {"mypy", "ruff", "import-linter", "pytest-xdist", "types-pyyaml"}


def declared(group: str = "") -> set[str]:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = data["dependency-groups"][group] if group else data["project"]["dependencies"]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported(*folders: str) -> set[str]:
    """Distributions whose packages the files import."""
    known = packages_distributions()
    names = {name for folder in folders for file in (ROOT / folder).rglob("*.py") for name in _imports(file)}
    foreign = names - OURS - BESIDE - sys.stdlib_module_names
    return {canonicalize_name(known[name][0]) if name in known else name for name in foreign}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


def test_what_the_program_imports_is_declared_and_used() -> None:
    program = imported("optimizer", "workers", "api", "db", "migrations")
    assert program - TARGETS == declared() - DATA - BEHIND


def test_what_tests_and_benchmarks_import_is_declared() -> None:
    assert imported("tests", "benchmarks") <= declared() | declared("dev")


def test_the_development_group_holds_nothing_else() -> None:
    assert declared("dev") <= imported("tests", "benchmarks") | PROGRAMS
