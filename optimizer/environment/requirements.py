"""What a target says it needs, in any of the ways that Python projects say it."""

import configparser
import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEST_WORDS = ("test", "tests", "testing", "dev")
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_TEST_FILE = re.compile(
    r"(requirements[-_.]?)?(tests?|testing|dev|ci)([-_.]?requirements)?\.txt|requirements\.txt", re.IGNORECASE
)
# Files that only matter because a build reads them; compiled code in the environment depends on them.
_COMPILED = {".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".pyx", ".pxd", ".rs", ".f", ".f90"}
_SMALL = 2_000_000  # bytes; nothing larger is a list of requirements

# (where in pyproject.toml, {} stands for the group's name) of tools with tables of their own
_GROUP_TABLES = (
    ("tool", "poetry", "group", "{}", "dependencies"),
    ("tool", "pdm", "dev-dependencies", "{}"),
    ("tool", "hatch", "envs", "{}", "dependencies"),
    ("tool", "hatch", "envs", "hatch-{}", "extra-dependencies"),
)

# (found in pytest's own settings, what provides it)
_PLUGINS = (
    (r"--cov\b", "pytest-cov"),
    (r"(^|[\s\"'=])-n[\s=]?(\d|auto)|--numprocesses|--dist\b", "pytest-xdist"),
    (r"--timeout\b|^\s*timeout\s*=", "pytest-timeout"),
    (r"asyncio_mode|asyncio_default_fixture_loop_scope", "pytest-asyncio"),
    (r"--benchmark-", "pytest-benchmark"),
    (r"--randomly-|randomly_seed", "pytest-randomly"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to install, on its own if need be. `name` is for people."""

    name: str
    arguments: tuple[str, ...]  # of `uv pip install`, with paths relative to the repository's root


@dataclass(frozen=True, slots=True)
class Requirements:
    has_project: bool  # there is something that can be built
    static: bool  # the project's dependencies can be read without building it
    extras: tuple[str, ...]
    wishes: tuple[Wish, ...]  # without the project's own dependencies
    digest: str  # of everything that the environment is made from

    @property
    def project_arguments(self) -> tuple[str, ...]:
        """Of `uv pip install`, when the project cannot be built but says in a file what it depends on."""
        if not self.static:
            return ()
        return ("-r", "pyproject.toml", *(part for extra in self.extras for part in ("--extra", extra)))


def read_requirements(root: Path) -> Requirements:
    """Reads regular files only, never through symbolic links. A file that cannot be parsed says nothing."""
    pyproject = _toml(root / "pyproject.toml")
    project = pyproject.get("project")
    static = isinstance(project, dict) and "dependencies" not in project.get("dynamic", ())
    named = isinstance(project, dict) or _ini(root / "setup.cfg").has_option("metadata", "name")
    has_project = named or _has_backend(pyproject) or _is_file(root / "setup.py")
    files = requirement_files(root)
    wishes = (*_groups(pyproject), *(Wish(str(file), ("-r", str(file))) for file in files))
    tox = () if wishes or _extras(pyproject) else _tox(root)
    plugins = _plugins(root)
    found = (*wishes, *tox, *((Wish("pytest's plugins", plugins),) if plugins else ()))
    return Requirements(has_project, static, _extras(pyproject), found, _digest(root, files))


def requirement_files(root: Path) -> tuple[Path, ...]:
    """Relative paths of the lists of requirements that running or testing the target needs."""
    folders = ("", "requirements", "tests", "test")
    found = (Path(folder, file.name) for folder in folders for file in _files_in(root / folder))
    return tuple(sorted(file for file in found if _TEST_FILE.fullmatch(file.name)))


def without_self(text: str) -> str:
    """A list of requirements without the project itself, which is put on the path, not installed."""
    itself = re.compile(r"\s*(-e\b|--editable\b|\.(/|\[|\s*$))")
    return "".join(line for line in text.splitlines(keepends=True) if not itself.match(line))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8")) if _is_file(path) else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _ini(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        if _is_file(path):
            parser.read_string(path.read_text("utf-8"))
    except (configparser.Error, UnicodeDecodeError):
        return configparser.RawConfigParser()
    return parser


def _has_backend(pyproject: dict[str, Any]) -> bool:
    return "build-system" in pyproject or bool(_at(pyproject, ("tool", "poetry", "name")))


def _extras(pyproject: dict[str, Any]) -> tuple[str, ...]:
    known = set(_table(_at(pyproject, ("project", "optional-dependencies"))))
    return tuple(sorted(name for name in known if name.lower() in TEST_WORDS))


def _groups(pyproject: dict[str, Any]) -> Iterable[Wish]:
    for name in _table(pyproject.get("dependency-groups")):
        if str(name).lower() in TEST_WORDS:
            yield Wish(f"group {name}", ("--group", f"pyproject.toml:{name}"))
    for path in _GROUP_TABLES:
        for word in TEST_WORDS:
            names = _names(_at(pyproject, tuple(part.format(word) for part in path)))
            if names:
                yield Wish(f"{path[1]} group {word}", names)
    names = _names(_at(pyproject, ("tool", "poetry", "dev-dependencies")))
    if names:
        yield Wish("poetry dev-dependencies", names)


def _tox(root: Path) -> tuple[Wish, ...]:
    parser = _ini(root / "tox.ini")
    lines = parser.get("testenv", "deps", fallback="") if parser.has_section("testenv") else ""
    names = []
    for line in (lines or "").splitlines():
        requirement = re.sub(r"^[\w!][\w,{}!.-]*:\s+", "", line.split("#")[0].strip())
        if requirement and not re.match(r"-|\.|\{|\[|/", requirement) and "{" not in requirement:
            names.append(requirement)
    return (Wish("tox deps", tuple(names)),) if names else ()


def _plugins(root: Path) -> tuple[str, ...]:
    pytest = str(_at(_toml(root / "pyproject.toml"), ("tool", "pytest")) or "")
    for name, section in (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        parser = _ini(root / name)
        if parser.has_section(section):
            pytest += "".join(f"\n{key} = {value}" for key, value in parser.items(section))
    return tuple(name for pattern, name in _PLUGINS if re.search(pattern, pytest, re.MULTILINE))


def _names(table: object) -> tuple[str, ...]:
    """A list's requirements as they are; of poetry's tables the names: it spells versions its own way."""
    if isinstance(table, list):
        return tuple(item for item in table if isinstance(item, str) and re.match(r"\w", item))
    return tuple(name for name in _table(table) if name != "python" and re.fullmatch(r"[\w.-]+", name))


def _at(data: object, path: Iterable[str]) -> object:
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _table(data: object) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= _SMALL


def _files_in(folder: Path) -> list[Path]:
    if folder.is_symlink() or not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _is_file(path))


def _digest(root: Path, files: Iterable[Path]) -> str:
    named = {
        *map(Path, _PROJECT_FILES),
        *map(Path, ("tox.ini", "pytest.ini", "MANIFEST.in", "PKG-INFO")),
        *files,
    }
    compiled = {path.relative_to(root) for path in _walk(root) if path.suffix in _COMPILED}
    digest = hashlib.sha256()
    for path in sorted(named | compiled):
        if (root / path).is_file() and not (root / path).is_symlink():
            digest.update(f"{path}\0".encode("utf-8", "surrogatepass"))
            digest.update(hashlib.sha256((root / path).read_bytes()).digest())
    return digest.hexdigest()


def _walk(root: Path) -> Iterable[Path]:
    pending = [root]
    while pending:
        for path in pending.pop().iterdir():
            if path.is_symlink() or path.name in (".git", "node_modules"):
                continue
            if path.is_dir():
                pending.append(path)
            else:
                yield path
