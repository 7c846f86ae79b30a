"""What the documents point at is there, and the README points at all of them."""

import re
from pathlib import Path

import pytest

from optimizer.cli.main import optimizer

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:^ {4}|`)(?:\.venv/bin/)?optimizer ([a-z]+)\b", re.MULTILINE)
FILE = re.compile(r"`((?:optimizer|db|migrations|tests|benchmarks|examples|docs)/[\w./-]*)`")
MODULE = re.compile(r"python -m ((?:optimizer|benchmarks)[\w.]*)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_exist(document: Path) -> None:
    assert set(COMMAND.findall(document.read_text("utf-8"))) <= set(optimizer.commands)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_modules_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    modules = [f"{name.replace('.', '/')}.py" for name in MODULE.findall(text)]
    assert [name for name in (*FILE.findall(text), *modules) if not (ROOT / name).exists()] == []


def test_the_readme_names_every_document() -> None:
    named = set(LINK.findall((ROOT / "README.md").read_text("utf-8")))
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} <= named


@pytest.mark.parametrize(("folder", "document"), [("escape", "sandbox.md"), ("verdict", "referee.md")])
def test_every_attack_is_named_beside_what_stops_it(folder: str, document: str) -> None:
    named = set(re.findall(r"`(\w+)`", (ROOT / "docs" / document).read_text("utf-8")))
    attacks = {
        path.stem.removeprefix("test_") for path in (ROOT / "tests/attacks" / folder).glob("test_*.py")
    }
    assert len(attacks) > 40
    assert attacks <= named
