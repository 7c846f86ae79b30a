import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from optimizer.domain.errors import RepositoryError
from optimizer.domain.refresh import Branch
from optimizer.vcs import (
    Change,
    Checkout,
    branch_name,
    branch_states,
    checkout,
    commit_branch,
    commit_date,
    deliver_branch,
    diff,
    push_branch,
    remove_worktree,
)
from tests.support.gitrepo import commit_files, git, make_repository, write

BRANCH = "optimizer/a-f-set-123456"
TEXT = "Speed up f 2x\n\nWhy: a set → not a list.\n"
FILES = {"a.py": b"x = [1]\r\ny = 2\r\n", "run.py": b"#!/usr/bin/env python3\n", "b.py": b"b\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = make_repository(tmp_path / "user", FILES)
    (root / "run.py").chmod(0o755)
    commit_files(root, {})
    return root


@pytest.fixture
def base(repository: Path, tmp_path: Path) -> Checkout:
    return checkout(str(repository), None, tmp_path / "home")


def test_a_branch_is_one_commit_that_changes_one_file(base: Checkout) -> None:
    commit = commit_branch(base, BRANCH, Change("a.py", b"x = {1}\r\ny = 2\r\n"), TEXT)
    assert git(base.mirror, "rev-parse", f"refs/heads/{BRANCH}") == commit
    assert git(base.mirror, "rev-parse", f"{commit}^") == base.commit
    assert git(base.mirror, "diff", "--name-only", base.commit, commit) == "a.py"
    assert git(base.mirror, "cat-file", "blob", f"{commit}:a.py") == "x = {1}\r\ny = 2\r"
    assert git(base.mirror, "log", "-1", "--format=%B", commit).rstrip() == TEXT.rstrip()
    assert git(base.mirror, "log", "-1", "--format=%an <%ae>", commit) == "optimizer <optimizer@localhost>"


def test_line_ends_are_committed_as_they_are(base: Checkout) -> None:
    changed = b"x = {1}\r\ny = 2\nz = 3\r"
    commit = commit_branch(base, BRANCH, Change("a.py", changed), TEXT)
    assert git(base.mirror, "rev-parse", f"{commit}:a.py") == git(
        base.mirror, "hash-object", "--no-filters", "--stdin", stdin=changed
    )


def test_an_executable_file_stays_executable(base: Checkout) -> None:
    commit = commit_branch(base, BRANCH, Change("run.py", b"#!/usr/bin/env python3\n1\n"), TEXT)
    assert git(base.mirror, "ls-tree", commit, "run.py").startswith("100755")


def test_the_same_change_made_twice_is_the_same_commit(base: Checkout, tmp_path: Path) -> None:
    change = Change("a.py", b"x = {1}\n")
    first = commit_branch(base, BRANCH, change, TEXT)
    assert commit_branch(base, BRANCH, change, TEXT) == first
    elsewhere = checkout(str(base.local), None, tmp_path / "other-home")
    assert commit_branch(elsewhere, BRANCH, change, TEXT) == first


def test_the_commit_is_dated_like_its_base_unless_told_otherwise(base: Checkout) -> None:
    change = Change("a.py", b"x = {1}\n")
    commit = commit_branch(base, BRANCH, change, TEXT)
    date = "2024-05-06T07:08:09+02:00"
    assert git(base.mirror, "log", "-1", "--format=%aI %cI", commit) == f"{date} {date}"
    assert commit_date(base).isoformat() == date
    commit = commit_branch(base, BRANCH, change, TEXT, datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert git(base.mirror, "log", "-1", "--format=%cI", commit) == "2025-01-02T03:04:05+00:00"


@pytest.mark.parametrize("branch", ["-f", "a..b", "x.lock", "a b", "", "ends/"])
def test_a_name_that_git_does_not_take_is_refused(branch: str, base: Checkout) -> None:
    with pytest.raises(RepositoryError, match="not a valid name"):
        commit_branch(base, branch, Change("a.py", b""), TEXT)


@pytest.mark.parametrize("path", ["../outside.py", "/etc/passwd", ".git/config"])
def test_a_path_outside_the_tree_is_refused(path: str, base: Checkout) -> None:
    with pytest.raises(RepositoryError):
        commit_branch(base, BRANCH, Change(path, b"x"), TEXT)


def test_a_symbolic_link_is_not_replaced_by_a_file(repository: Path, tmp_path: Path) -> None:
    (repository / "link.py").symlink_to("a.py")
    commit_files(repository, {})
    base = checkout(str(repository), None, tmp_path / "home")
    with pytest.raises(RepositoryError, match="not a regular file"):
        commit_branch(base, BRANCH, Change("link.py", b"x"), TEXT)


def test_the_difference_is_a_patch_that_git_applies(base: Checkout, repository: Path) -> None:
    commit = commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    text = diff(base, commit)
    assert text.startswith("diff --git a/b.py b/b.py\n")
    git(repository, "apply", "-", stdin=text.encode())
    assert (repository / "b.py").read_bytes() == b"b = 1\n"


def test_a_delivered_branch_changes_nothing_else_in_the_users_repository(
    base: Checkout, repository: Path
) -> None:
    write(repository, {"a.py": b"dirty\n", "new.py": b"untracked\n"})
    git(repository, "add", "new.py")
    before = git(repository, "status", "--porcelain"), (repository / ".git/HEAD").read_text()
    index = (repository / ".git/index").read_bytes()
    commit = commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    deliver_branch(base, BRANCH)
    assert git(repository, "rev-parse", BRANCH) == commit
    assert (repository / ".git/index").read_bytes() == index
    assert (git(repository, "status", "--porcelain"), (repository / ".git/HEAD").read_text()) == before
    assert not (repository / ".git/shallow").exists()
    assert (repository / "a.py").read_bytes() == b"dirty\n"
    git(repository, "fsck", "--strict")


def test_a_branch_from_an_old_commit_is_delivered_too(repository: Path, tmp_path: Path) -> None:
    base = checkout(str(repository), "HEAD~1", tmp_path / "home")
    commit = commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    assert git(repository, "rev-list", "--count", commit) == "2"
    assert not (repository / ".git/shallow").exists()


def test_a_branch_is_delivered_to_a_bare_repository(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    base = checkout(str(tmp_path / "bare.git"), None, tmp_path / "home")
    commit = commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    assert git(tmp_path / "bare.git", "rev-parse", BRANCH) == commit


def test_delivering_runs_no_hook_of_the_users_repository(
    base: Checkout, repository: Path, tmp_path: Path
) -> None:
    for hook in ("pre-receive", "update", "post-receive", "post-update", "reference-transaction", "pre-push"):
        path = repository / ".git/hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        path.chmod(0o755)
    git(repository, "config", "core.hooksPath", str(repository / ".git/hooks"))
    commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    assert not (tmp_path / "ran").exists()


def test_a_new_version_of_our_branch_replaces_the_old_one(base: Checkout, repository: Path) -> None:
    commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    commit = commit_branch(base, BRANCH, Change("b.py", b"b = 2\n"), TEXT)
    deliver_branch(base, BRANCH)
    assert git(repository, "rev-parse", BRANCH) == commit


def test_a_branch_with_the_users_own_commits_is_never_replaced(base: Checkout, repository: Path) -> None:
    git(repository, "branch", BRANCH)
    commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    with pytest.raises(RepositoryError, match="not ours"):
        deliver_branch(base, BRANCH)
    assert git(repository, "rev-parse", BRANCH) == base.commit


def test_a_branch_that_is_checked_out_is_left_alone(base: Checkout, repository: Path) -> None:
    first = commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    git(repository, "config", "receive.denyCurrentBranch", "updateInstead")
    git(repository, "checkout", "--quiet", BRANCH)
    commit_branch(base, BRANCH, Change("b.py", b"b = 2\n"), TEXT)
    with pytest.raises(RepositoryError, match="checked out"):
        deliver_branch(base, BRANCH)
    assert git(repository, "rev-parse", "HEAD") == first
    assert (repository / "b.py").read_bytes() == b"b = 1\n"


def test_root_leaves_no_file_of_its_own_in_another_users_repository(base: Checkout, repository: Path) -> None:
    owner = 65534 if os.geteuid() == 0 else os.geteuid()
    for path in (repository, *repository.rglob("*")):
        if os.geteuid() == 0:
            os.chown(path, owner, owner, follow_symlinks=False)
    _let_everybody_pass(repository)
    commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    assert {path.lstat().st_uid for path in repository.rglob("*")} == {owner}


@pytest.mark.parametrize("merge", [("--no-ff", "--no-edit"), ("--ff-only",), ("--squash",)])
def test_a_merged_branch_is_reverted_by_its_name(
    merge: tuple[str, ...], base: Checkout, repository: Path
) -> None:
    commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    git(repository, "merge", "--quiet", *merge, BRANCH)
    commit_files(repository, {"later.py": b"x\n"})
    git(repository, "revert", "--no-edit", BRANCH)
    assert (repository / "b.py").read_bytes() == FILES["b.py"]


def test_a_branch_of_a_local_repository_is_pushed_to_its_origin(
    base: Checkout, repository: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "origin.git")
    git(repository, "remote", "add", "origin", str(tmp_path / "origin.git"))
    commit = commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    assert push_branch(str(repository), BRANCH, tmp_path / "home") == str(tmp_path / "origin.git")
    assert git(tmp_path / "origin.git", "rev-parse", BRANCH) == commit


def test_a_newer_version_of_our_branch_replaces_what_we_pushed_and_nothing_else(
    base: Checkout, repository: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "origin.git")
    origin = tmp_path / "origin.git"
    git(repository, "remote", "add", "origin", str(origin))

    def publish(content: bytes) -> str:
        commit = commit_branch(base, BRANCH, Change("b.py", content), TEXT)
        deliver_branch(base, BRANCH)
        push_branch(str(repository), BRANCH, tmp_path / "home")
        return commit

    publish(b"b = 1\n")
    assert publish(b"b = 2\n") == git(origin, "rev-parse", BRANCH)
    git(tmp_path, "clone", "--quiet", "--branch", BRANCH, str(origin), "colleague")
    theirs = commit_files(tmp_path / "colleague", {"c.py": b"c\n"})
    git(tmp_path / "colleague", "push", "--quiet")
    with pytest.raises(RepositoryError, match="another branch"):
        publish(b"b = 3\n")
    assert git(origin, "rev-parse", BRANCH) == theirs


def test_a_branch_is_ours_until_somebody_commits_to_it_or_deletes_it(
    base: Checkout, repository: Path
) -> None:
    assert branch_states(base, [BRANCH]) == {BRANCH: Branch.GONE}
    commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    assert branch_states(base, [BRANCH]) == {BRANCH: Branch.OURS}
    git(repository, "switch", "--quiet", BRANCH)
    commit_files(repository, {"c.py": b"c\n"})
    assert branch_states(base, [BRANCH, "other"]) == {BRANCH: Branch.CHANGED, "other": Branch.GONE}


def test_pushing_without_a_remote_or_a_branch_says_what_is_missing(
    base: Checkout, repository: Path, tmp_path: Path
) -> None:
    with pytest.raises(RepositoryError, match="no remote 'origin'"):
        push_branch(str(repository), BRANCH, tmp_path / "home")
    git(repository, "remote", "add", "origin", str(tmp_path / "gone.git"))
    with pytest.raises(RepositoryError, match="there is no branch"):
        push_branch(str(repository), BRANCH, tmp_path / "home")
    commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    with pytest.raises(RepositoryError, match=r"gone\.git"):
        push_branch(str(repository), BRANCH, tmp_path / "home")


def test_a_branch_of_ours_is_found_again_by_its_name(
    base: Checkout, repository: Path, tmp_path: Path
) -> None:
    commit = commit_branch(base, BRANCH, Change("b.py", b"b = 1\n"), TEXT)
    deliver_branch(base, BRANCH)
    remove_worktree(base)
    shutil.rmtree(tmp_path / "home")
    found = checkout(str(repository), BRANCH, tmp_path / "home")
    assert found.commit == commit
    assert (found.worktree / "b.py").read_bytes() == b"b = 1\n"


@pytest.mark.parametrize(
    ("label", "summary", "start"),
    [
        ("src/pkg/parse.py::parse_row", "A set instead of a list", "parse-parse_row-set-list-"),
        ("pkg/__init__.py::Tree.walk", "deque", "pkg-tree-walk-deque-"),
        ("a.py::outer.<locals>.inner", "", "a-outer-inner-"),
        ("é.py::größe", "Ω…/..@{~^:", "e-groe-"),
        ("a.py::f", "word " * 40, "a-f-word-word-word-word-"),
    ],
)
def test_names_of_branches_are_readable_and_valid(
    label: str, summary: str, start: str, base: Checkout
) -> None:
    name = branch_name("optimizer/", label, summary)
    assert name.startswith(f"optimizer/{start}")
    assert len(name) <= 80
    commit_branch(base, name, Change("b.py", b"1\n"), TEXT)


def test_different_changes_get_different_names() -> None:
    names = {
        branch_name("o/", "a.py::f", "set"),
        branch_name("o/", "a.py::f", "Set"),
        branch_name("o/", "b/a.py::f", "set"),
    }
    assert len(names) == 3


def _let_everybody_pass(path: Path) -> None:
    for parent in path.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
