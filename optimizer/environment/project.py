"""What building the target itself yields: its metadata, and files that only a build makes.

The target's own code is never installed: it is imported from the working tree. But its metadata
(version, entry points, dependencies) and generated files (`_version.py`, extension modules) are needed.
"""

import glob
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from optimizer.environment.interpreter import Interpreter
from optimizer.environment.requirements import TEST_WORDS

_LAYOUTS = ("src", "", "lib", "python")
_MOST_TEXT = 2_000_000  # characters; no package says more about itself
_NOT_CODE = ("bin", "include", "share", "etc", "__pycache__")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the target's code lies, relative to the repository's root, and what a build adds to it."""

    sources: tuple[str, ...]  # folders for sys.path, "." last
    generated: tuple[tuple[Path, Path], ...] = ()  # (file in the built project, place in the repository)


def find_layout(worktree: Path, built: Path | None) -> Layout:
    """`built` is a folder into which the project was installed, None where that failed."""
    if built is None:
        return Layout((*(["src"] if _has_python(worktree / "src") else []), "."))
    places: dict[str, None] = {}
    generated: list[tuple[Path, Path]] = []
    tops = [path for path in sorted(built.iterdir()) if _is_code(path)]
    for top in sorted(tops, key=lambda path: not path.is_dir()):
        prefix = _place_of(worktree, top.name)
        if prefix is None:
            prefix = next(iter(places), "")
        places[prefix] = None
        found = [top] if top.is_file() else regular_files(top)
        targets = ((file, Path(prefix, file.relative_to(built))) for file in found)
        generated += [pair for pair in targets if not os.path.lexists(worktree / pair[1])]
    return Layout((*(place for place in places if place), "."), tuple(generated))


def project_requirements(built: Path, interpreter: Interpreter) -> tuple[str, ...]:
    """What the built project depends on, with the extras that its tests need."""
    text = next((read_text(folder / "METADATA") for folder in sorted(built.glob("*.dist-info"))), "")
    headers = HeaderParser().parsestr(text)
    own = canonicalize_name(headers.get("Name", ""))
    extras = {extra for extra in headers.get_all("Provides-Extra", []) if extra.lower() in TEST_WORDS}
    wanted: dict[str, None] = {}
    pending = ["", *sorted(extras)]
    for extra in pending:
        for requirement in _applicable(headers.get_all("Requires-Dist", []), extra, interpreter):
            if canonicalize_name(requirement.name) == own:  # "project[test]" inside another extra
                pending += [name for name in sorted(requirement.extras) if name not in pending]
            else:
                requirement.marker = None
                wanted[str(requirement)] = None
    return tuple(wanted)


def install_metadata(built: Path, packages: Path) -> None:
    """Puts the project's metadata beside the others', so that its version and entry points are found."""
    for folder in sorted(built.glob("*.dist-info")):
        name = glob.escape(folder.name.rpartition("-")[0])
        there = os.path.lexists(packages / folder.name)  # perhaps a link to elsewhere
        if folder.is_symlink() or there or any(packages.glob(f"{name}-*.dist-info")):
            continue
        for file in regular_files(folder):
            if file.name not in ("RECORD", "direct_url.json", "REQUESTED"):
                _copy(file, packages / file.relative_to(built))


def keep_generated(layout: Layout, folder: Path) -> None:
    for source, place in layout.generated:
        _copy(source, folder / place)


def lay_files(folder: Path, worktree: Path) -> None:
    """Copies the files that a build made to where the target expects them. What is there stays."""
    root = worktree.resolve()
    for source in regular_files(folder):
        target = worktree / source.relative_to(folder)
        inside = target.parent.resolve().is_relative_to(root)  # the repository may have links to elsewhere
        if inside and not os.path.lexists(target):
            _copy(source, target)


def regular_files(folder: Path) -> Iterator[Path]:
    """Never through symbolic links: what is in there was made by other people's code."""
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink():
                yield path


def read_text(path: Path) -> str:
    if path.is_symlink() or not path.is_file() or path.parent.is_symlink():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(_MOST_TEXT)


def _applicable(lines: Iterable[str], extra: str, interpreter: Interpreter) -> Iterator[Requirement]:
    environment = {name: str(value) for name, value in default_environment().items()}
    environment["python_full_version"] = interpreter.version
    environment["python_version"] = ".".join(interpreter.version.split(".")[:2])
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        marker = requirement.marker
        plain = marker is None or marker.evaluate({**environment, "extra": ""})
        if (
            plain
            if extra == ""
            else (not plain and marker is not None and marker.evaluate({**environment, "extra": extra}))
        ):
            yield requirement


def _is_code(path: Path) -> bool:
    if path.is_symlink() or path.name in _NOT_CODE or path.name.startswith("."):
        return False
    if path.is_dir():
        return path.name.isidentifier()
    return path.suffix in (".py", ".so") and not path.name.startswith("__editable__")


def _place_of(worktree: Path, name: str) -> str | None:
    others = sorted(
        path.name for path in worktree.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    for prefix in (*_LAYOUTS, *others):
        if (worktree / prefix / name).exists():
            return prefix
    return None


def _has_python(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    return any(path.suffix == ".py" or (path / "__init__.py").is_file() for path in folder.iterdir())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target, follow_symlinks=False)
