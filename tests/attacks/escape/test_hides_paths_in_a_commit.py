"""Trees that git's own commands would not make: names that lead out, `.git` inside, names with line ends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.domain.errors import RepositoryError
from optimizer.vcs import Change, checkout, commit_branch, read_blob, tracked_files
from tests.support.gitrepo import commit_files, git, make_repository


def commit_tree(repository: Path, entries: bytes) -> None:
    """Makes main a commit of a tree that is written as it is given, unchecked."""
    tree = git(repository, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=entries)
    git(repository, "update-ref", "refs/heads/main", git(repository, "commit-tree", tree, "-m", "odd"))


def entry(repository: Path, mode: str, name: bytes, content: bytes) -> bytes:
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=content)
    return mode.encode() + b" " + name + b"\0" + bytes.fromhex(blob)


def inside(repository: Path, name: bytes, entries: bytes) -> bytes:
    tree = git(repository, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=entries)
    return b"40000 " + name + b"\0" + bytes.fromhex(tree)


ODD: dict[str, Callable[[Path], bytes]] = {
    "dots": lambda r: inside(r, b"..", entry(r, "100644", b"owned", b"x")),
    "dots in a name": lambda r: entry(r, "100644", b"../owned", b"x"),
    "absolute": lambda r: entry(r, "100644", b"/tmp/owned-by-a-tree", b"x"),
    "git folder": lambda r: inside(
        r, b".git", entry(r, "100644", b"config", b"[core]\n\tfsmonitor = evil\n")
    ),
    "git folder in capitals": lambda r: inside(r, b".GIT", entry(r, "100644", b"config", b"x")),
    "git folder below": lambda r: inside(
        r, b"pkg", inside(r, b".git", inside(r, b"hooks", entry(r, "100755", b"post-checkout", b"#!/bin/sh")))
    ),
    "git file": lambda r: entry(r, "100644", b".git", b"gitdir: /tmp\n"),
    "git link": lambda r: entry(r, "120000", b".git", b"/tmp"),
    "through a link": lambda r: (
        entry(r, "120000", b"a", b"/tmp") + inside(r, b"a", entry(r, "100644", b"owned-by-a-tree", b"x"))
    ),
}


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_a_name_that_leads_elsewhere_is_refused_or_stays_inside(
    make: Callable[[Path], bytes], tmp_path: Path
) -> None:
    repository = make_repository(tmp_path / "user", {"a.py": b""})
    commit_tree(repository, make(repository))
    home = tmp_path / "home"
    try:
        found = checkout(str(repository), None, home)
    except RepositoryError as error:
        assert "\n" not in str(error)
        assert not list(home.rglob("owned*"))
    else:
        assert (found.worktree / ".git").is_file()
        assert (found.worktree / ".git").read_text().startswith(f"gitdir: {found.mirror}")
        assert all(path.is_relative_to(found.worktree) for path in home.rglob("owned*"))
    assert not list(tmp_path.glob("owned*"))
    assert not Path("/tmp/owned-by-a-tree").exists()


def test_names_with_line_ends_and_odd_bytes_are_whole(tmp_path: Path) -> None:
    names = ["a\nb.py", "tab\there.py", '"quoted".py', "-rf.py", "$(touch owned).py", "\udcff.py", "end\r.py"]
    repository = make_repository(tmp_path / "user", dict.fromkeys(names, b"x = 1\n"))
    base = checkout(str(repository), None, tmp_path / "home")
    assert sorted(file.path for file in tracked_files(base)) == sorted(names)
    assert all(read_blob(base, name) == b"x = 1\n" for name in names)


@pytest.mark.parametrize("path", ["../owned", "/tmp/owned", ".git/config", "a/../../owned", "link"])
def test_a_change_stays_inside(path: str, tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "user", {"a.py": b""})
    (repository / "link").symlink_to(tmp_path)
    commit_files(repository, {})
    base = checkout(str(repository), None, tmp_path / "home")
    with pytest.raises(RepositoryError):
        commit_branch(base, "x/y", Change(path, b"x"), "text")
    assert not (tmp_path / "owned").exists()
