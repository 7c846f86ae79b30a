"""From paths to module names, and which files are not the product itself."""

import keyword
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

_TEST_FOLDERS = frozenset({"test", "tests"})
_ASIDE_FOLDERS = frozenset({"example", "examples", "sample", "samples", "benchmark", "benchmarks"})
# Only at the top of a repository: a package may well have a subpackage called `tools` or `build`.
_TOP_FOLDERS = frozenset(
    {"doc", "docs", "build", "dist", "ci", "tools", "scripts", "script", "bin", "packaging", "asv_bench"}
)
_TEST_FILE = re.compile(r"(test_.*|.*_tests?|tests|conftest)\.py")
_TOP_FILES = frozenset(
    {"setup.py", "noxfile.py", "fabfile.py", "tasks.py", "build.py", "hatch_build.py", "pavement.py"}
    | {"toxfile.py", "versioneer.py", "make.py", "release.py", "dodo.py", "test.py"}
)


def is_test(path: str) -> bool:
    """Whether a file is tests, documentation, examples or build script: never optimised.

    `path` is POSIX, relative to the repository's root.
    """
    *folders, name = PurePosixPath(path).parts
    if _TEST_FILE.fullmatch(name) or name in ("setup.py", "noxfile.py"):
        return True
    if not folders:
        return name in _TOP_FILES
    hidden = any(part.startswith(".") for part in folders)
    return hidden or folders[0] in _TOP_FOLDERS or not (_TEST_FOLDERS | _ASIDE_FOLDERS).isdisjoint(folders)


def module_name(path: str, roots: Sequence[str]) -> str | None:
    """The dotted name a file is imported by; None when no import statement could name it.

    `roots` are folders on the import path, POSIX, relative to the repository's root, "" the root
    itself (see `source_roots`). The longest one that holds the file counts.
    """
    fitting = [root for root in roots if _inside(path, root)]
    if not fitting or not path.endswith(".py"):
        return None
    root = max(fitting, key=len)
    parts = PurePosixPath(path).relative_to(root or ".").with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    named = all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
    return ".".join(parts) if parts and named else None


def _inside(path: str, root: str) -> bool:
    return root == "" or PurePosixPath(path).is_relative_to(root)


def source_roots(worktree: Path, files: Sequence[str]) -> tuple[str, ...]:
    """Folders to put on the import path, so that the files can be imported; most nested first.

    Known from pyproject.toml where it says so, from `__init__.py` files (the folder above the topmost
    package), from a `src` folder, and else the repository's root. `files` are the Python files,
    POSIX, relative to `worktree`. Tests do not count: they are imported their own way.
    """
    sources = [path for path in files if not is_test(path)]
    packages = {str(PurePosixPath(path).parent) for path in files if path.endswith("__init__.py")}
    roots = {root for root in _declared(worktree) if any(_inside(path, root) for path in sources)}
    if "src" not in packages and any(path.startswith("src/") for path in sources):
        roots.add("src")
    roots |= {_above(path, packages) for path in sources if str(PurePosixPath(path).parent) in packages}
    if not all(any(_inside(path, root) for root in roots) for path in sources):
        roots.add("")
    return tuple(sorted(roots, key=lambda root: (-len(root), root)))


def _above(path: str, packages: set[str]) -> str:
    """The folder above the topmost package that holds the file."""
    folder = PurePosixPath(path).parent
    while str(folder) in packages and folder != PurePosixPath("."):
        folder = folder.parent
    return _folder(str(folder))


def _declared(worktree: Path) -> Iterator[str]:
    """Folders that pyproject.toml names: setuptools' and pytest's settings."""
    try:
        tools = tomllib.loads((worktree / "pyproject.toml").read_text("utf-8")).get("tool", {})
    except (OSError, ValueError):
        return  # missing or broken: the other signs have to do
    where = _get(tools, "setuptools", "packages", "find", "where")
    package_dir = _get(tools, "setuptools", "package-dir", "")
    pythonpath = _get(tools, "pytest", "ini_options", "pythonpath")
    for item in [*_list(where), *_list(package_dir), *_list(pythonpath)]:
        if isinstance(item, str) and not item.startswith(("/", "..")):
            yield _folder(item)


def _get(value: object, *keys: str) -> object:
    """The value at a path of keys; None where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _list(value: object) -> list[object]:
    return list(value.split() if isinstance(value, str) else value if isinstance(value, list) else [])


def _folder(text: str) -> str:
    folder = str(PurePosixPath(text))
    return "" if folder == "." else folder
