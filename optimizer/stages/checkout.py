"""The first stage: what is scanned, as values. How it gets onto this machine is `optimizer.vcs`'s matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from optimizer.domain.functions import Unparsed
from optimizer.domain.jobs import NewJob, Repository

MAX_SOURCE_BYTES = 1_000_000  # larger files are generated or data: nobody would review a patch of them


class TrackedFile(NamedTuple):
    """A regular file of a commit. Symbolic links and submodules are never among them."""

    path: str  # POSIX, relative to the repository's root; bytes that are not UTF-8 as surrogates
    size: int  # bytes
    mode: str  # "100644" or "100755"


@dataclass(frozen=True, slots=True)
class Checkout:
    """One commit of a repository in a working tree of its own, which only this process uses."""

    repository: Repository
    mirror: Path  # bare
    worktree: Path
    commit: str
    tree: str
    ref: str  # as asked for; else the branch that HEAD names; the commit when HEAD is detached
    local: Path | None  # the user's own repository when the source is a path
    lock: int = field(default=-1, repr=False, compare=False)  # open file that keeps the worktree ours


def job_for(checkout: Checkout, fingerprint: str, settings: str) -> NewJob:
    """`fingerprint` stands for settings, experts and engine; `settings` is JSON."""
    return NewJob(checkout.repository, checkout.ref, checkout.commit, checkout.tree, fingerprint, settings)


def choose_sources(
    files: Iterable[TrackedFile],
    suffixes: Sequence[str],
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    max_bytes: int = MAX_SOURCE_BYTES,
) -> tuple[tuple[str, ...], tuple[Unparsed, ...]]:
    """Paths to read, sorted, and those that were passed over because of their size.

    Globs match the whole path (`*` also matches `/`), or a folder and everything below it.
    """
    chosen = sorted(file for file in files if _wanted(file.path, suffixes, include, exclude))
    large = tuple(
        Unparsed(file.path, f"{file.size:,} bytes, more than {max_bytes:,}")
        for file in chosen
        if file.size > max_bytes
    )
    return tuple(file.path for file in chosen if file.size <= max_bytes), large


def _wanted(path: str, suffixes: Sequence[str], include: Sequence[str], exclude: Sequence[str]) -> bool:
    if not path.endswith(tuple(suffixes)):
        return False
    return (not include or _matches(path, include)) and not _matches(path, exclude)


def _matches(path: str, globs: Sequence[str]) -> bool:
    return any(
        fnmatchcase(path, glob) or fnmatchcase(path, f"{glob.rstrip('/')}/*")
        for glob in globs
        if glob.strip("/")
    )
