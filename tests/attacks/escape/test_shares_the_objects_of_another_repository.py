"""A repository whose objects lie in somebody else's folder: what is kept of it must not depend on that
one."""

import shutil
from pathlib import Path

from optimizer.vcs import Change, checkout, commit_branch, deliver_branch, read_blob
from tests.support.gitrepo import git, make_repository


def test_the_mirror_has_objects_of_its_own(tmp_path: Path) -> None:
    private = make_repository(tmp_path / "private", {"secret.py": b"hunter2 = 1\n", "a.py": b"x = 1\n"})
    hostile = make_repository(tmp_path / "hostile", {"a.py": b"x = 2\n"})
    (hostile / ".git/objects/info/alternates").write_text(f"{private}/.git/objects\n")
    git(hostile, "update-ref", "refs/heads/main", git(private, "rev-parse", "HEAD"))
    base = checkout(str(hostile), None, tmp_path / "home")
    assert not (base.mirror / "objects/info/alternates").exists()
    before = sorted(private.rglob("*"))
    commit = commit_branch(base, "optimizer/x", Change("a.py", b"x = 3\n"), "faster")
    deliver_branch(base, "optimizer/x")
    assert sorted(private.rglob("*")) == before  # nothing was put there
    shutil.rmtree(private)
    assert read_blob(base, "a.py") == b"x = 1\n"
    assert git(base.mirror, "cat-file", "-t", commit) == "commit"
