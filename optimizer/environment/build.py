"""Makes a target's environment, or finds the one that was made before from the same files."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name

from optimizer.domain.errors import TargetError
from optimizer.domain.isolation import Bind
from optimizer.domain.settings import Settings
from optimizer.environment.index import package_index, pip_files
from optimizer.environment.interpreter import Interpreter, find_interpreter
from optimizer.environment.project import (
    find_layout,
    install_metadata,
    keep_generated,
    lay_files,
    project_requirements,
)
from optimizer.environment.requirements import Requirements, Wish, read_requirements
from optimizer.environment.workshop import Workshop, failed_for_want_of_network, reason
from optimizer.ports import Sandbox
from optimizer.vcs.worktree import remove_tree

_FORM = "2"  # of what is in the cache: another one makes everything anew
_RECORD = "environment.json"


@dataclass(frozen=True, slots=True)
class Environment:
    """What the target's code runs in. Everything in it but its place is untrusted."""

    root: Path  # the virtual environment
    python: str  # the same path inside and outside of a sandbox
    packages: frozenset[str]  # top-level import names, and names of distributions as PEP 503 writes them
    lock_hash: str
    notes: tuple[str, ...]  # what could not be installed, and why: one line each
    binds: tuple[Bind, ...]  # what a sandbox must show, read-only, to run it
    sources: tuple[str, ...] = (".",)  # folders of the repository for sys.path, in this order
    generated: Path | None = None  # files that only a build makes, laid out as in the repository


def build_environment(
    worktree: Path, settings: Settings, home: Path, sandbox: Sandbox, repository: str = ""
) -> Environment:
    """The environment for this working tree, into which files that only a build makes are laid as well.

    Code of the target takes part in making it, so that it is kept for this `repository` alone. What
    cannot be installed is left out with a note. Raises TargetError when there is no such Python, or
    not even pytest can be had.
    """
    interpreter = find_interpreter(settings.python)
    if not settings.install:
        return _as_it_is(worktree, interpreter)
    requirements = read_requirements(worktree)
    key = _key(requirements, settings, interpreter, repository)
    folder = home.absolute() / "environments"
    with _locked(folder / f"{key}.lock"):
        root = _cached(folder, key)
        if root is None:
            index = package_index(os.environ, pip_files(os.environ))
            workshop = Workshop(folder / f".{key}", folder.parent / "uv-cache", sandbox, index, interpreter)
            root = _make(workshop, worktree, requirements, settings)
    environment = _load(root, key, interpreter)
    lay_generated(environment, worktree)
    return environment


def lay_generated(environment: Environment, worktree: Path) -> None:
    """For a second working tree of the same target: adds the files that only a build makes."""
    if environment.generated:
        lay_files(environment.generated, worktree)


def _make(workshop: Workshop, worktree: Path, requirements: Requirements, settings: Settings) -> Path:
    """In a folder beside the cache, which is renamed when it is whole."""
    remove_tree(workshop.folder)  # of a killed run
    workshop.folder.mkdir(parents=True)
    try:
        workshop.open(worktree)
        record, lasting = _fill(workshop, worktree, requirements, settings)
        workshop.close()
        (workshop.folder / _RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
        name = workshop.folder.name.removeprefix(".")
        root = workshop.folder.with_name(name if lasting else _until_tomorrow(name))
        return workshop.folder.replace(root)
    finally:
        remove_tree(workshop.folder)


def _fill(
    workshop: Workshop, worktree: Path, requirements: Requirements, settings: Settings
) -> tuple[dict[str, object], bool]:
    """What is to be remembered of the environment, and whether it is worth more than today."""
    notes: list[str] = []
    built = None
    if requirements.has_project:
        done = workshop.build_project()
        built = workshop.built if done.code == 0 else None
        notes += [] if built else [f"the project could not be built: {reason(done)}"]
    own = project_requirements(built, workshop.interpreter) if built else requirements.project_arguments
    wishes = [Wish("its dependencies", own)] if own else []
    wishes += [*requirements.wishes, *(Wish(name, (name,)) for name in settings.requirements)]
    failed, lasting = _install(workshop, wishes)
    workshop.compile()
    layout = find_layout(worktree, built)
    keep_generated(layout, workshop.folder / "generated")
    packages = _site_packages(workshop.venv)
    if built:
        install_metadata(built, packages)
    found = sorted(set(_names_in(packages)))
    return {"notes": [*notes, *failed], "packages": found, "sources": layout.sources}, lasting


def _install(workshop: Workshop, wishes: list[Wish]) -> tuple[list[str], bool]:
    """All at once, so that versions fit together; where that fails, one after the other."""
    together = (*(part for wish in wishes for part in wish.arguments), "pytest")
    if workshop.install_wheels(together).code == 0 or workshop.install(together).code == 0:
        return [], True
    notes = []
    lasting = True
    for wish in wishes:
        done = workshop.install(wish.arguments)
        if done.code != 0:
            notes.append(f"{wish.name} could not be installed: {reason(done)}")
            lasting = lasting and not failed_for_want_of_network(done)
    done = workshop.install(("--no-config", "pytest"))
    if done.code != 0:
        raise TargetError(f"pytest could not be installed: {reason(done)} (is pip's configuration right?)")
    return notes, lasting


def _as_it_is(worktree: Path, interpreter: Interpreter) -> Environment:
    """Nothing is installed: the interpreter that the settings name, with what it has."""
    binds = {bind.target: bind for bind in interpreter.binds()}
    if not interpreter.environment.is_relative_to("/usr"):
        binds[str(interpreter.environment)] = Bind(interpreter.environment, str(interpreter.environment))
    names = frozenset(_names_in(interpreter.packages))
    digest = hashlib.sha256("\0".join([interpreter.executable, *sorted(names)]).encode()).hexdigest()[:32]
    sources = find_layout(worktree, None).sources
    notes = ("nothing was installed: the setting `install` is off",)
    root = interpreter.environment
    return Environment(root, interpreter.executable, names, digest, notes, tuple(binds.values()), sources)


def _load(root: Path, key: str, interpreter: Interpreter) -> Environment:
    record = json.loads((root / _RECORD).read_text("utf-8"))
    venv = root / "venv"
    return Environment(
        root=venv,
        python=str(venv / "bin" / "python"),
        packages=frozenset(record["packages"]),
        lock_hash=key,
        notes=tuple(record["notes"]),
        binds=(Bind(venv, str(venv)), *interpreter.binds()),
        sources=tuple(record["sources"]),
        generated=root / "generated",
    )


def _key(requirements: Requirements, settings: Settings, interpreter: Interpreter, repository: str) -> str:
    python = (interpreter.base, interpreter.version)
    parts = (_FORM, repository, requirements.digest, *python, *settings.requirements)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _cached(folder: Path, key: str) -> Path | None:
    names = (key, _until_tomorrow(key))
    return next((folder / name for name in names if (folder / name / _RECORD).is_file()), None)


def _until_tomorrow(key: str) -> str:
    """What failed for want of a network is tried again on another day."""
    return f"{key}-{datetime.now(UTC):%Y%m%d}"


def _site_packages(venv: Path) -> Path:
    """Not one that installation code made a link to elsewhere: we write into it."""
    for path in sorted(venv.glob("lib/python*/site-packages")):
        if path.resolve() == venv.resolve() / path.relative_to(venv):
            return path
    raise TargetError("installing the target destroyed its environment: see what its dependencies run")


def _names_in(packages: Path) -> Iterator[str]:
    for path in packages.iterdir() if packages.is_dir() else ():
        if path.name.endswith((".dist-info", ".egg-info")):
            yield canonicalize_name(path.name.removesuffix(".dist-info").split("-")[0])
        elif re.fullmatch(r"[A-Za-z]\w*(\.py|(\.[\w-]+)?\.so)?", path.name):
            yield path.name.split(".")[0]


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Two jobs that need the same environment: the second one waits and finds it made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
