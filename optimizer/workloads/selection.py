"""Which tests of a repository to run, and how its modules are found. Reads files, runs nothing."""

import configparser
import os
import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from optimizer.domain.settings import Settings

_FOLDERS = frozenset({"test", "tests", "testing", "unittests", "unit_tests"})
_SKIPPED = frozenset({"node_modules", "build", "dist", "venv", "env", "site-packages", "__pycache__"})
_DEPTH = 4
_MAX_BYTES = 2_000_000
_LOOKS_LIKE_TESTS = re.compile(r"^\s*(?:async\s+)?def test|unittest\.TestCase|\(TestCase\)", re.MULTILINE)


def pytest_arguments(worktree: Path, settings: Settings) -> tuple[str, ...]:
    """Arguments for pytest: the settings' own, nothing where the target configures its test paths,
    else the test folders and files that are there. Raises ValueError on unbalanced quotes."""
    if settings.test_command.strip():
        words = shlex.split(settings.test_command)
        return tuple(words[1:] if words[0] in ("pytest", "py.test") else words)
    if _configured(worktree, "testpaths"):
        return ()
    found = list(_test_files(worktree))
    folders = sorted({folder for folder, _ in found if folder})
    tops = [folder for folder in folders if not any(_inside(folder, other) for other in folders)]
    loose = [path for folder, path in found if not folder]
    odd = sorted(
        {PurePosixPath(path).name for folder, path in found if folder and not _is_default_name(path)}
    )
    names = ("-o", " ".join(("python_files=test_*.py *_test.py", *odd)))
    return (*tops, *loose, *(names if odd and not _configured(worktree, "python_files") else ()))


def import_roots(worktree: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Folders (relative, "" the repository itself) from which the modules are importable, deepest first."""
    roots = {_root_of(worktree, PurePosixPath(path)) for path in paths}
    return (*sorted(roots - {""}, key=lambda root: (-len(root), root)), "")


def module_name(worktree: Path, path: str) -> str:
    """The dotted name under which a source file is imported from its root."""
    root = _root_of(worktree, PurePosixPath(path))
    parts = list(PurePosixPath(path).with_suffix("").parts[len(PurePosixPath(root).parts) :])
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def doctest_modules(worktree: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Dotted names of the modules that have examples in them."""
    skipped = {"setup.py", "conftest.py", "__main__.py"}
    return tuple(
        module_name(worktree, path)
        for path in paths
        if PurePosixPath(path).name not in skipped and ">>>" in _read(worktree / path)
    )


def _root_of(worktree: Path, path: PurePosixPath) -> str:
    folder = path.parent
    while folder.name and (worktree / folder / "__init__.py").is_file():
        folder = folder.parent
    return "" if str(folder) == "." else str(folder)


def _configured(worktree: Path, option: str) -> bool:
    """Whether the target's own settings of pytest have the option."""
    try:
        tool = tomllib.loads(_read(worktree / "pyproject.toml")).get("tool", {})
        if tool.get("pytest", {}).get("ini_options", {}).get(option):
            return True
    except (tomllib.TOMLDecodeError, AttributeError):
        return False  # pytest will say so itself
    files = (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))
    return any(_ini_has(worktree / name, section, option) for name, section in files)


def _ini_has(path: Path, section: str, option: str) -> bool:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(_read(path))
    except configparser.Error:
        return False
    return bool(parser.get(section, option, fallback="").strip())


def _test_files(worktree: Path) -> Iterator[tuple[str, str]]:
    """(test folder or "", path) of the files that look as if they held tests."""
    for folder, subfolders, files in os.walk(worktree):
        here = Path(folder).relative_to(worktree)
        subfolders[:] = sorted(
            name
            for name in subfolders
            if len(here.parts) < _DEPTH and name not in _SKIPPED and not name.startswith(".")
        )
        for name in sorted(files):
            if name.endswith(".py") and _is_test_file(Path(folder) / name, here):
                yield _test_folder(here), (here / name).as_posix()


def _is_test_file(path: Path, here: Path) -> bool:
    if path.is_symlink() or path.name in ("conftest.py", "__init__.py", "setup.py"):
        return False
    named = path.stem in ("test", "tests") or path.stem.endswith("_tests") or _is_default_name(path.name)
    if not named and not _test_folder(here):
        return False
    return _LOOKS_LIKE_TESTS.search(_read(path)) is not None


def _test_folder(here: Path) -> str:
    """The outermost test folder on the way."""
    for number, part in enumerate(here.parts):
        if part.lower() in _FOLDERS:
            return Path(*here.parts[: number + 1]).as_posix()
    return ""


def _is_default_name(path: str) -> bool:
    stem = PurePosixPath(path).stem
    return stem.startswith("test_") or stem.endswith("_test")


def _inside(path: str, folder: str) -> bool:
    return path != folder and PurePosixPath(folder) in PurePosixPath(path).parents


def _read(path: Path) -> str:
    """The text of a regular file; "" for anything else, or what is too large to be source."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
