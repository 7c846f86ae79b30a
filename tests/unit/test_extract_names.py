"""From paths to module names, and which files are left alone."""

from pathlib import Path

import pytest

from optimizer.languages.python.names import is_test, module_name, source_roots


@pytest.mark.parametrize(
    "path",
    (
        "tests/helpers.py pkg/tests/x.py test/x.py test_x.py pkg/test_x.py pkg/x_test.py conftest.py "
        "pkg/conftest.py tests.py app/tests.py docs/conf.py doc/x.py setup.py sub/setup.py noxfile.py "
        "examples/x.py pkg/examples/x.py benchmarks/x.py scripts/x.py tools/x.py build/lib/x.py "
        ".github/x.py tasks.py fabfile.py"
    ).split(),
)
def test_tests_documentation_examples_and_build_scripts_are_not_the_product(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize(
    "path",
    (
        "x.py pkg/x.py src/pkg/x.py pkg/testing.py pkg/latest.py pkg/contest.py pkg/tools/x.py "
        "pkg/build/x.py pkg/tasks.py attest/x.py pkg/docs/x.py"
    ).split(),
)
def test_everything_else_is(path: str) -> None:
    assert not is_test(path)


@pytest.mark.parametrize(
    ("path", "roots", "name"),
    [
        ("pkg/mod.py", [""], "pkg.mod"),
        ("src/pkg/mod.py", ["src", ""], "pkg.mod"),
        ("src/pkg/__init__.py", ["src"], "pkg"),
        ("srcx/mod.py", ["src"], None),
        ("mod.py", [""], "mod"),
        ("__init__.py", [""], None),
        ("my-scripts/mod.py", [""], None),
        ("pkg/2to3.py", [""], None),
        ("pkg/class.py", [""], None),
        ("pkg/mod.pyi", [""], None),
        ("pkg/été.py", [""], "pkg.été"),
        ("lib/python/pkg/a.py", ["lib", "lib/python"], "pkg.a"),
    ],
)
def test_a_file_is_imported_from_the_longest_root(path: str, roots: list[str], name: str | None) -> None:
    assert module_name(path, roots) == name


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        (["pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/m.py"], ("",)),
        (["src/pkg/__init__.py", "src/pkg/m.py", "tests/__init__.py", "tests/test_m.py"], ("src",)),
        (["src/pkg/m.py", "src/other.py"], ("src",)),
        (["src/__init__.py", "src/m.py"], ("",)),
        (["lib/pkg/__init__.py", "lib/pkg/m.py", "run.py"], ("lib", "")),
        (["sorts/a.py", "graphs/b.py"], ("",)),
        (["__init__.py", "m.py"], ("",)),
        ([], ()),
    ],
)
def test_roots_follow_from_the_layout(tmp_path: Path, files: list[str], roots: tuple[str, ...]) -> None:
    assert source_roots(tmp_path, files) == roots


@pytest.mark.parametrize(
    "settings",
    [
        '[tool.setuptools.packages.find]\nwhere = ["python"]\n',
        '[tool.setuptools]\npackage-dir = {"" = "python"}\n',
        '[tool.pytest.ini_options]\npythonpath = "python ../outside"\n',
        '[tool.pytest.ini_options]\npythonpath = ["./python/", "/abs", "missing"]\n',
    ],
)
def test_roots_that_the_project_declares_are_used(tmp_path: Path, settings: str) -> None:
    (tmp_path / "pyproject.toml").write_text(settings)
    assert source_roots(tmp_path, ["python/pkg/m.py"]) == ("python",)


def test_a_broken_project_file_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool\n")
    assert source_roots(tmp_path, ["pkg/m.py"]) == ("",)
    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    assert source_roots(tmp_path, ["pkg/m.py"]) == ("",)
