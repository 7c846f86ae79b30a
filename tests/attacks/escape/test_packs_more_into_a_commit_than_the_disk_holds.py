"""A few kilobytes that become terabytes when they are checked out: one tree in many places of itself, and
files of zeros."""

from pathlib import Path

import pytest

from optimizer.domain.errors import RepositoryError
from optimizer.vcs import checkout, worktree
from tests.support.gitrepo import commit_files, git, make_repository


def nested(repository: Path, levels: int, width: int) -> None:
    """width ** levels files; the repository holds as many trees as there are levels."""
    line = git(repository, "ls-tree", "HEAD").splitlines()[0]
    lines = [line.rpartition("\t")[0] + f"\tf{number}.py" for number in range(width)]
    for _ in range(levels - 1):
        tree = git(repository, "mktree", stdin="\n".join(lines).encode())
        lines = [f"040000 tree {tree}\td{number}" for number in range(width)]
    tree = git(repository, "mktree", stdin="\n".join(lines).encode())
    git(repository, "update-ref", "refs/heads/main", git(repository, "commit-tree", tree, "-m", "bomb"))


def test_a_tree_of_ten_thousand_million_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worktree, "_LISTED", 3_000_000)  # the list has an end in days only
    repository = make_repository(tmp_path / "user", {"a.py": b"x = 1\n"})
    nested(repository, levels=10, width=10)
    with pytest.raises(RepositoryError, match="more than 500,000 files"):
        checkout(str(repository), None, tmp_path / "home")
    assert list((tmp_path / "home/worktrees").glob("*/*")) == []


def test_the_number_of_files_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worktree, "MOST_FILES", 99)
    repository = make_repository(tmp_path / "user", {"a.py": b"x = 1\n"})
    nested(repository, levels=2, width=10)
    with pytest.raises(RepositoryError, match="more than 99 files"):
        checkout(str(repository), None, tmp_path / "home")


def test_the_size_of_all_files_counts_before_any_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worktree, "MOST_BYTES", 20 << 20)
    repository = make_repository(tmp_path / "user", {"zeros": bytes(15 << 20)})
    assert checkout(str(repository), None, tmp_path / "home").worktree.is_dir()
    commit_files(repository, {"more": bytes(6 << 20) + b"x"})
    packed = sum(path.stat().st_size for path in (repository / ".git/objects").rglob("*") if path.is_file())
    assert packed < 1 << 20
    with pytest.raises(RepositoryError, match="of files: too large"):
        checkout(str(repository), None, tmp_path / "home")
