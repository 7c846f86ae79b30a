"""The bundled example: its repository can be made, and its own tests pass there."""

import os
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def prepare(target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / "prepare.py"), "warehouse", str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_example_becomes_a_clean_repository_with_one_commit(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "warehouse"
    assert prepare(target).returncode == 0
    assert git(target, "rev-list", "--count", "--all") == "1"
    assert git(target, "status", "--porcelain") == ""
    assert [path.name for path in target.parent.iterdir()] == ["warehouse"]


def test_the_commit_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    prepare(tmp_path / "a")
    prepare(tmp_path / "b")
    assert git(tmp_path / "a", "rev-parse", "HEAD") == git(tmp_path / "b", "rev-parse", "HEAD")


def test_making_it_again_keeps_branches_and_changes(tmp_path: Path) -> None:
    target = tmp_path / "warehouse"
    prepare(target)
    git(target, "branch", "optimizer/something")
    (target / "notes.txt").write_text("mine", encoding="utf-8")
    assert prepare(target).returncode == 0
    assert git(target, "branch", "--list", "optimizer/*").strip() == "optimizer/something"
    assert (target / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    finished = prepare(tmp_path)
    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1
    assert "holds something else" in finished.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_the_examples_own_tests_pass(tmp_path: Path) -> None:
    target = tmp_path / "warehouse"
    prepare(target)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    finished = subprocess.run(command, cwd=target, env=clean, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout


def test_the_functions_named_on_the_examples_page_exist() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    named = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert len(named) == 15
    for name in named:
        module, *_, function = name.split(".")
        source = EXAMPLES / "warehouse" / "src" / "warehouse" / f"{module}.py"
        assert f"def {function}(" in source.read_text(encoding="utf-8")
