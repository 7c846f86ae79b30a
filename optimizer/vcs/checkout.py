"""From a URL or a path to one commit in a working tree of our own."""

import functools
import os
from dataclasses import replace
from pathlib import Path

from optimizer.domain.checkouts import Checkout, TrackedFile
from optimizer.domain.errors import RepositoryError
from optimizer.vcs.git import Git, reason_in
from optimizer.vcs.mirror import fetch_local, fetch_remote, locked, mirror_path, missing_ref
from optimizer.vcs.source import Remote, local_repository, parse_source
from optimizer.vcs.worktree import Lease, drop_worktree, lease_worktree

_REGULAR = ("100644", "100755")


def checkout(source: str, ref: str | None, home: Path) -> Checkout:
    """Brings the commit that `ref` (None: HEAD) names into a fresh working tree.

    A path may be any folder of a repository; what is committed counts, not what lies in the files.
    Raises RepositoryError with one line when there is no such repository, commit or network.
    """
    git = Git(home.absolute())
    if ref is not None and (not ref or ref.startswith("-") or not ref.isprintable()):
        raise RepositoryError(f"{ref!r} is not a branch, tag or commit")
    where = parse_source(source)
    if isinstance(where, Remote):
        mirror = mirror_path(git.home, where.url)
        with locked(mirror):
            commit, name = fetch_remote(git, mirror, where, ref)
        return _in_worktree(git, Checkout(where.repository, mirror, mirror, commit, "", name, None))
    root = find_local(git, where)
    mirror = mirror_path(git.home, str(root))
    commit, name = _resolve_local(git, root, ref)
    with locked(mirror):
        fetch_local(git, mirror, root, commit)
    return _in_worktree(git, Checkout(local_repository(root), mirror, mirror, commit, "", name, root))


def at_commit(base: Checkout, commit: str) -> Checkout:
    """Another commit of the same mirror, for instance a branch of ours, in a second working tree."""
    return _in_worktree(git_of(base), replace(base, commit=commit))


def remove_worktree(used: Checkout) -> None:
    """Removes the working tree; the mirror and its branches stay. Does nothing the second time."""
    drop_worktree(git_of(used), used.mirror, Lease(used.worktree, used.lock))


def tracked_files(base: Checkout) -> list[TrackedFile]:
    """The regular files of the commit, as git has them: what lies in the working tree is not looked at."""
    output = git_of(base).read("ls-tree", "-r", "-l", "-z", "--full-tree", base.commit, git_dir=base.mirror)
    files = []
    for entry in os.fsdecode(output.stdout).split("\0")[:-1]:
        head, _, path = entry.partition("\t")
        mode, _, _, size = head.split()
        if mode in _REGULAR:
            files.append(TrackedFile(path, int(size), mode))
    return files


@functools.lru_cache(maxsize=16)  # a file is asked for once for each of its functions; a commit never changes
def read_blob(base: Checkout, path: str) -> bytes:
    """The bytes of a tracked file. Unlike a read from the working tree it cannot be led elsewhere."""
    return git_of(base).read("cat-file", "blob", f"{base.commit}:{path}", git_dir=base.mirror).stdout


def git_of(base: Checkout) -> Git:
    return Git(base.mirror.parent.parent)


def find_local(git: Git, path: Path) -> Path:
    """The root of the repository that the path lies in; the repository itself when it is bare."""
    if not path.exists():
        raise RepositoryError(f"{path}: no such directory")
    if not path.is_dir():
        raise RepositoryError(f"{path} is a file: name the folder of a git repository")
    path = path.resolve()
    output = git.run("rev-parse", "--is-bare-repository", "--absolute-git-dir", directory=path)
    if output.code != 0:
        if "not a git repository" in output.stderr:
            raise RepositoryError(f"{path} is not in a git repository: run `git init` and commit there first")
        raise RepositoryError(f"{path} is not a repository that git can read: {reason_in(output.stderr)}")
    bare, _, git_dir = output.text.partition("\n")
    if bare == "true":
        return Path(git_dir)
    top = git.run("rev-parse", "--show-toplevel", directory=path)
    if top.code != 0 or not top.text:
        raise RepositoryError(f"{path} lies inside a .git folder: name the repository's own folder")
    return Path(top.text)


def _resolve_local(git: Git, root: Path, ref: str | None) -> tuple[str, str]:
    found = git.run("rev-parse", "--verify", "--quiet", f"{ref or 'HEAD'}^{{commit}}", directory=root)
    if found.code == 0:
        return found.text, ref or _branch_of_head(git, root) or found.text
    known = git.run("for-each-ref", "--format=%(refname:short)", directory=root).text.split()
    if not known:
        raise RepositoryError(f"{root} is empty: it has no commits yet")
    if ref is None:
        raise RepositoryError(
            f"{root}: HEAD has no commits yet: choose a branch with --ref ({', '.join(known[:3])})"
        )
    raise missing_ref(str(root), ref, known)


def _branch_of_head(git: Git, root: Path) -> str:
    output = git.run("symbolic-ref", "--quiet", "--short", "HEAD", directory=root)
    return output.text if output.code == 0 else ""


def _in_worktree(git: Git, found: Checkout) -> Checkout:
    """The same with its tree, and with a working tree."""
    tree = git.read("rev-parse", f"{found.commit}^{{tree}}", git_dir=found.mirror).text
    lease = lease_worktree(git, found.mirror, found.commit)
    return replace(found, tree=tree, worktree=lease.path, lock=lease.descriptor)
