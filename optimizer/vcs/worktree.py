"""Working trees of our own: one for each process that scans, thrown away afterwards."""

import contextlib
import fcntl
import os
import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from optimizer.domain.errors import MirrorError, RepositoryError
from optimizer.vcs.git import Git, reason_in
from optimizer.vcs.mirror import locked

MOST_FILES = 500_000  # of one commit; the Linux kernel has 90,000
MOST_BYTES = 8 << 30  # of all its files together
_LISTED = 300 * MOST_FILES  # bytes of the list of them


@dataclass(frozen=True, slots=True)
class Lease:
    """A working tree that no other process uses, for as long as the lock file is open.

    A plain descriptor, so that nothing but `release`, or the end of the process, closes it.
    """

    path: Path
    descriptor: int

    def release(self) -> None:
        """The mirror's lock must be held. Once released, it does nothing."""
        lock = _lock_path(self.path)
        with contextlib.suppress(OSError):
            if lock.stat().st_ino == os.fstat(self.descriptor).st_ino:
                lock.unlink()
                os.close(self.descriptor)


def lease_worktree(git: Git, mirror: Path, commit: str) -> Lease:
    """A fresh working tree of the commit under `<home>/worktrees`, as the commit has it, byte for byte."""
    base = git.home / "worktrees" / f"{mirror.stem[:12]}-{commit[:12]}"
    base.parent.mkdir(parents=True, exist_ok=True)
    with locked(mirror):
        _sweep(base.parent, mirror)
        lease = _first_free(base)
        try:
            _fill(git, mirror, lease.path, commit)
        except BaseException:
            remove_tree(lease.path)
            lease.release()
            raise
    return lease


def drop_worktree(git: Git, mirror: Path, lease: Lease) -> None:
    """Removes the working tree. Nothing in it is trusted: code from the repository ran on it."""
    with locked(mirror):
        remove_tree(lease.path)
        git.run("worktree", "prune", git_dir=mirror)
        lease.release()


def remove_tree(path: Path) -> None:
    """Also a tree in which folders were made read-only. Never follows a symbolic link."""
    if path.is_symlink() or path.is_file():
        path.unlink()
        return
    for folder, _, _ in os.walk(path):
        with contextlib.suppress(OSError):
            Path(folder).chmod(0o700)
    shutil.rmtree(path, ignore_errors=True)


def _fill(git: Git, mirror: Path, path: Path, commit: str) -> None:
    _refuse_bombs(git, mirror, commit)
    remove_tree(path)
    git.read("worktree", "prune", git_dir=mirror)
    git.read(
        "worktree",
        "add",
        "--quiet",
        "--force",
        "--detach",
        "--no-checkout",
        str(path),
        commit,
        git_dir=mirror,
    )
    # The only time that git runs inside the tree: afterwards other people's code may have changed its `.git`.
    output = git.run("checkout", "--quiet", "--force", "--detach", commit, directory=path)
    if output.code != 0:
        raise MirrorError(f"commit {commit[:12]} cannot be checked out: {reason_in(output.stderr)}")


def _refuse_bombs(git: Git, mirror: Path, commit: str) -> None:
    """Zeros pack a thousandfold, and one tree may stand in a thousand places: looked at before anything
    is written."""
    listed = git.at_most("ls-tree", "-r", "-l", "-z", "--full-tree", commit, git_dir=mirror, most=_LISTED)
    entries = [] if listed is None else listed.split(b"\0")[:-1]
    if listed is None or len(entries) > MOST_FILES:
        raise RepositoryError(f"commit {commit[:12]} has more than {MOST_FILES:,} files: too many to scan")
    sizes = (entry.partition(b"\t")[0].split()[3] for entry in entries)
    if sum(int(size) for size in sizes if size.isdigit()) > MOST_BYTES:
        raise RepositoryError(f"commit {commit[:12]} has more than {MOST_BYTES >> 30} GB of files: too large")


def _first_free(base: Path) -> Lease:
    for number in count(1):
        path = base if number == 1 else base.with_name(f"{base.name}-{number}")
        lock = _try_lock(_lock_path(path))
        if lock is not None:
            return Lease(path, lock)
    raise AssertionError("count() does not end")


def _sweep(folder: Path, mirror: Path) -> None:
    """Removes the trees that killed processes left behind."""
    for path in folder.glob(f"{mirror.stem[:12]}-*"):
        if path.suffix == ".lock":
            continue
        lock = _try_lock(_lock_path(path))
        if lock is not None:
            remove_tree(path)
            Lease(path, lock).release()


def _lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _try_lock(path: Path) -> int | None:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
