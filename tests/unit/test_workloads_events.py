"""What a hostile test run writes is read without harm, and the right tests are picked."""

import base64
import json
import os
from pathlib import Path

import pytest

from optimizer.domain.settings import Settings
from optimizer.workloads import events, selection
from optimizer.workloads.events import read_events


def written(path: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def text64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_what_a_run_says_is_read(tmp_path: Path) -> None:
    seen = read_events(
        written(
            tmp_path / "events",
            {"e": "collected", "n": 2},
            {"e": "path", "p": ["/repo"]},
            {"e": "start", "id": "a", "at": 0.5},
            {"e": "call", "f": 1, "s": 0, "p": text64(b"pay"), "t": text64(b"N"), "m": "pkg"},
            {"e": "call", "f": 1, "s": 0, "p": text64(b"load"), "t": "", "m": "pkg"},
            {"e": "outcome", "id": "a", "o": "passed"},
            {"e": "profile", "samples": 10, "counts": [[1, 4, 6]]},
            {"e": "seen", "f": 1, "n": 2, "skipped": {"too large": 3}},
            {"e": "start", "id": "b", "at": 1},
        ),
        2,
    )
    assert seen.outcomes == {"a": "passed"}
    assert (seen.running, seen.running_since, seen.exit_code, seen.collected) == ("b", 1.0, None, 2)
    assert (seen.samples, seen.own, seen.total) == (10, {1: 4}, {1: 6})
    assert seen.calls[1][0].payload == b"load"
    assert seen.skipped == {1: {"too large": 3}}
    assert seen.notes == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "null",
        "[1]",
        '"text"',
        "[" * 100_000,
        {"e": "unknown"},
        {"e": "start", "id": 3, "at": 0},
        {"e": "start", "id": "a", "at": "soon"},
        {"e": "start", "id": "a", "at": -1},
        {"e": "outcome", "id": "a"},
        {"e": "call", "f": 2, "s": 0, "p": "", "t": "", "m": ""},
        {"e": "call", "f": -1, "s": 0, "p": "", "t": "", "m": ""},
        {"e": "call", "f": 0, "s": 10**9, "p": "", "t": "", "m": ""},
        {"e": "call", "f": 0, "s": 0, "p": "not base64!", "t": "", "m": ""},
        {"e": "call", "f": True, "s": 0, "p": "", "t": "", "m": ""},
        {"e": "profile", "samples": 1, "counts": [[1, 2]]},
        {"e": "profile", "samples": 1.5, "counts": []},
        {"e": "profile", "samples": 1, "counts": [[5, 1, 1]]},
        {"e": "seen", "f": 0, "n": 1, "skipped": [1]},
        {"e": "path", "p": [1]},
        {"e": "exit", "code": 10**30},
        '{"e": "exit", "code": ' + "9" * 5000 + "}",
    ],
)
def test_a_line_that_is_not_an_event_is_counted_and_left_out(tmp_path: Path, line: object) -> None:
    seen = read_events(written(tmp_path / "events", line, {"e": "collected", "n": 1}), 2)
    assert seen.collected == 1
    assert (seen.outcomes, seen.calls, seen.exit_code, seen.samples) == ({}, {}, None, 0)
    assert seen.notes == ["1 lines of the test run's report could not be read"]


def test_links_pipes_folders_and_missing_files_say_nothing(tmp_path: Path) -> None:
    real = written(tmp_path / "real", {"e": "collected", "n": 1})
    (tmp_path / "link").symlink_to(real)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder", "missing"):
        assert read_events(tmp_path / name, 1).collected is None
    assert read_events(real, 1).collected == 1


def test_bytes_that_are_no_text_and_endless_lines_are_survived(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_bytes(os.urandom(100_000) + b"x" * (2 * events.MAX_LINE) + b'\n{"e": "collected", "n": 1}\n')
    assert read_events(path, 1).collected == 1


def tree(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("def test_a():\n    pass\n", encoding="utf-8")
    return root


def test_test_folders_and_loose_test_files_are_picked(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "tests/unit/test_a.py",
        "pkg/core.py",
        "test_b.py",
        "pkg/tests/test_c.py",
        ".venv/tests/test_d.py",
    )
    assert selection.pytest_arguments(tmp_path, Settings()) == ("pkg/tests", "tests", "test_b.py")


def test_oddly_named_test_files_are_picked_too(tmp_path: Path) -> None:
    tree(tmp_path, "tests/lib_tests.py", "tests.py")
    (tmp_path / "tests/data.py").write_text("x = 1\n", encoding="utf-8")
    arguments = selection.pytest_arguments(tmp_path, Settings())
    assert arguments == ("tests", "tests.py", "-o", "python_files=test_*.py *_test.py lib_tests.py")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["checks"]\n'),
        ("pytest.ini", "[pytest]\ntestpaths = checks\n"),
        ("tox.ini", "[pytest]\ntestpaths = checks\n"),
        ("setup.cfg", "[tool:pytest]\ntestpaths = checks\n"),
    ],
)
def test_what_the_target_configures_is_left_to_pytest(tmp_path: Path, name: str, text: str) -> None:
    tree(tmp_path, "tests/test_a.py")
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert selection.pytest_arguments(tmp_path, Settings()) == ()


@pytest.mark.parametrize("text", ["not toml [", "tool = 3\n", "[tool]\npytest = 3\n"])
def test_broken_configuration_is_left_to_pytest(tmp_path: Path, text: str) -> None:
    tree(tmp_path, "tests/test_a.py")
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (tmp_path / "setup.cfg").write_text("no section\n", encoding="utf-8")
    assert selection.pytest_arguments(tmp_path, Settings()) == ("tests",)


def test_the_setting_replaces_the_detected_arguments(tmp_path: Path) -> None:
    tree(tmp_path, "tests/test_a.py")
    settings = Settings(test_command="pytest checks -k 'a or b'")
    assert selection.pytest_arguments(tmp_path, settings) == ("checks", "-k", "a or b")


def test_modules_are_named_from_the_folder_they_are_imported_from(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "src/pkg/__init__.py",
        "src/pkg/sub/__init__.py",
        "src/pkg/sub/mod.py",
        "top.py",
        "plain/mod.py",
    )
    assert selection.module_name(tmp_path, "src/pkg/sub/mod.py") == "pkg.sub.mod"
    assert selection.module_name(tmp_path, "src/pkg/__init__.py") == "pkg"
    assert selection.module_name(tmp_path, "top.py") == "top"
    roots = selection.import_roots(tmp_path, ["src/pkg/sub/mod.py", "top.py", "plain/mod.py"])
    assert roots == ("plain", "src", "")


def test_only_modules_with_examples_are_doctested(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "setup.py", "conftest.py")
    for name in ("b.py", "setup.py", "conftest.py"):
        (tmp_path / name).write_text('"""\n>>> 1\n1\n"""\n', encoding="utf-8")
    paths = ["a.py", "b.py", "setup.py", "conftest.py", "missing.py"]
    assert selection.doctest_modules(tmp_path, paths) == ("b",)


def test_a_module_without_init_beside_others_gets_its_folder_as_root(tmp_path: Path) -> None:
    tree(tmp_path, "scripts/tool.py")
    assert selection.module_name(tmp_path, "scripts/tool.py") == "tool"
