from pathlib import Path

import pytest

from optimizer.environment.project import find_layout
from optimizer.environment.requirements import read_requirements, without_self
from optimizer.environment.workshop import complaint


def make(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def arguments(root: Path) -> list[str]:
    return [part for wish in read_requirements(root).wishes for part in wish.arguments]


@pytest.mark.parametrize(
    ("files", "built", "static"),
    [
        ({"pyproject.toml": '[project]\nname = "x"\nversion = "1"\n'}, True, True),
        ({"pyproject.toml": '[project]\nname = "x"\ndynamic = ["dependencies"]\n'}, True, False),
        ({"pyproject.toml": "[tool.black]\nline-length = 9\n"}, False, False),
        ({"setup.py": ""}, True, False),
        ({"setup.cfg": "[metadata]\nname = x\n"}, True, False),
        ({"setup.cfg": "[flake8]\nmax = 1\n"}, False, False),
        ({"pyproject.toml": "not toml ["}, False, False),
        ({}, False, False),
    ],
)
def test_only_what_describes_a_project_is_built(
    files: dict[str, str], built: bool, static: bool, tmp_path: Path
) -> None:
    found = read_requirements(make(tmp_path, files))
    assert (found.has_project, found.static) == (built, static)


def test_extras_and_groups_for_tests_are_taken_and_others_are_not(tmp_path: Path) -> None:
    text = (
        '[project]\nname = "x"\nversion = "1"\n[project.optional-dependencies]\ntest = []\n'
        "Docs = []\ndev = []\n"
        '[dependency-groups]\ntests = ["a"]\ndocs = ["b"]\n'
    )
    found = read_requirements(make(tmp_path, {"pyproject.toml": text}))
    assert found.extras == ("dev", "test")
    assert found.project_arguments == ("-r", "pyproject.toml", "--extra", "dev", "--extra", "test")
    assert [wish.arguments for wish in found.wishes] == [("--group", "pyproject.toml:tests")]


def test_tox_is_asked_only_where_nothing_else_names_the_tests_needs(tmp_path: Path) -> None:
    tox = {"tox.ini": "[testenv]\ndeps =\n    a>=1  # why\n    {env:X}\n    -r other.txt\n    py3{9,10}: b\n"}
    assert arguments(make(tmp_path, tox)) == ["a>=1", "b"]
    assert arguments(make(tmp_path, {"requirements-test.txt": "c"})) == ["-r", "requirements-test.txt"]


def test_options_in_pytests_settings_name_the_plugins_they_need(tmp_path: Path) -> None:
    make(tmp_path, {"setup.cfg": "[tool:pytest]\naddopts = --cov=x -n auto --strict\ntimeout = 5\n"})
    assert arguments(tmp_path) == ["pytest-cov", "pytest-xdist", "pytest-timeout"]


def test_the_digest_follows_what_the_environment_is_made_from(tmp_path: Path) -> None:
    make(tmp_path, {"requirements.txt": "a", "a.py": "1"})
    first = read_requirements(tmp_path).digest
    make(tmp_path, {"a.py": "2"})
    assert read_requirements(tmp_path).digest == first
    make(tmp_path, {"src/x.pyx": "1"})
    second = read_requirements(tmp_path).digest
    make(tmp_path, {"requirements.txt": "b"})
    assert len({first, second, read_requirements(tmp_path).digest}) == 3


def test_symbolic_links_are_not_read(tmp_path: Path) -> None:
    make(tmp_path, {"secret/requirements.txt": "a", "target/a.py": ""})
    (tmp_path / "target/requirements.txt").symlink_to(tmp_path / "secret/requirements.txt")
    (tmp_path / "target/tests").symlink_to(tmp_path / "secret")
    assert arguments(tmp_path / "target") == []


def test_the_project_itself_is_not_in_its_own_list() -> None:
    text = "-e .\n.[dev]\n--editable=.\n.\na\n./\n-r b.txt\n.hidden-is-no-path\n"
    assert without_self(text) == "a\n-r b.txt\n.hidden-is-no-path\n"


@pytest.mark.parametrize(
    ("files", "sources"),
    [
        ({"src/pkg/__init__.py": ""}, ("src", ".")),
        ({"src/mod.py": ""}, ("src", ".")),
        ({"pkg/__init__.py": ""}, (".",)),
        ({"src/main.c": ""}, (".",)),
    ],
)
def test_the_layout_is_seen_without_a_build(
    files: dict[str, str], sources: tuple[str, ...], tmp_path: Path
) -> None:
    assert find_layout(make(tmp_path, files), None).sources == sources


def test_the_layout_of_a_built_project_is_where_its_modules_came_from(tmp_path: Path) -> None:
    make(tmp_path / "work", {"code/pkg/__init__.py": "", "single.py": ""})
    names = (
        "pkg/__init__.py",
        "pkg/_v.py",
        "pkg/_fast.so",
        "single.py",
        "pkg-1.dist-info/METADATA",
        "bin/tool",
    )
    layout = find_layout(tmp_path / "work", make(tmp_path / "built", dict.fromkeys(names, "")))
    assert layout.sources == ("code", ".")
    assert [str(place) for _, place in layout.generated] == ["code/pkg/_fast.so", "code/pkg/_v.py"]


def test_a_complaint_is_one_line_without_credentials() -> None:
    drawn = (
        "Using Python 3.11\n  \u00d7 No solution found when resolving dependencies:\n"
        "  \u2570\u2500\u25b6 Because x was not found at\n"
        "      https://a:b@host/simple and you require x, no.\n"
    )
    assert complaint(drawn) == (
        "No solution found when resolving dependencies: Because x was not found at"
        " https://host/simple and you require x, no."
    )
    assert complaint("error: Failed to fetch\n") == "Failed to fetch"
    assert complaint("") == "no reason given"
