"""A commit in a working tree, and the files it holds."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from optimizer.domain.jobs import Repository


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
