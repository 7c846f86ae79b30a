import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.domain.errors import RepositoryError
from optimizer.vcs import at_commit, checkout, read_blob, remove_worktree, tracked_files
from tests.support.gitrepo import commit_files, git, make_repository, write

FILES = {"pkg/a.py": b"def f():\n    return 1\n", "run.sh": b"#!/bin/sh\n"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "user", FILES)


def state_of(root: Path) -> tuple[str, str, bytes, dict[str, bytes]]:
    """All that the user sees of his repository: HEAD, refs, index, files."""
    files = {
        str(p.relative_to(root)): p.read_bytes()
        for p in root.rglob("*")
        if p.is_file() and ".git" not in p.parts
    }
    refs = git(root, "for-each-ref", "--format=%(refname) %(objectname)")
    return (root / ".git/HEAD").read_text(), refs, (root / ".git/index").read_bytes(), files


def failure(source: object, ref: str | None, home: Path) -> str:
    with pytest.raises(RepositoryError) as caught:
        checkout(str(source), ref, home)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_path_becomes_a_working_tree_with_the_committed_files(repository: Path, home: Path) -> None:
    found = checkout(str(repository), None, home)
    assert (found.worktree / "pkg/a.py").read_bytes() == FILES["pkg/a.py"]
    assert found.commit == git(repository, "rev-parse", "HEAD")
    assert found.tree == git(repository, "rev-parse", "HEAD^{tree}")
    assert (found.ref, found.local, found.repository.url) == ("main", repository, str(repository))
    assert found.repository.name == "user"
    assert home in found.worktree.parents
    assert home in found.mirror.parents


def test_a_dirty_working_tree_is_left_alone(repository: Path, home: Path) -> None:
    write(repository, {"pkg/a.py": b"changed\n", "untracked.txt": b"mine\n", "staged.py": b"x\n"})
    git(repository, "add", "staged.py")
    before = state_of(repository)
    found = checkout(str(repository), None, home)
    assert (found.worktree / "pkg/a.py").read_bytes() == FILES["pkg/a.py"]
    assert not (found.worktree / "untracked.txt").exists()
    assert state_of(repository) == before


def test_a_folder_inside_a_repository_stands_for_its_root(repository: Path, home: Path) -> None:
    assert checkout(str(repository / "pkg"), None, home).local == repository


def test_only_the_newest_commit_is_copied(repository: Path, home: Path) -> None:
    newest = commit_files(repository, {"pkg/a.py": b"x = 2\n"})
    found = checkout(str(repository), None, home)
    assert git(found.mirror, "rev-list", "--all") == newest


def test_a_bare_repository_works(repository: Path, tmp_path: Path, home: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    found = checkout(str(tmp_path / "bare.git"), None, home)
    assert found.local == tmp_path / "bare.git"
    assert found.repository.name == "bare"


def test_a_file_url_that_the_user_names_is_a_path(repository: Path, home: Path) -> None:
    assert checkout(f"file://{repository}", None, home).local == repository


def test_a_linked_worktree_is_scanned_at_its_own_head(repository: Path, tmp_path: Path, home: Path) -> None:
    git(repository, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    commit = commit_files(tmp_path / "side", {"side.py": b"x\n"})
    found = checkout(str(tmp_path / "side"), None, home)
    assert (found.commit, found.ref) == (commit, "side")


def test_a_detached_head_is_scanned_where_it_is(repository: Path, home: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    commit_files(repository, {"b.py": b"x\n"})
    git(repository, "checkout", "--quiet", "--detach", first)
    found = checkout(str(repository), None, home)
    assert (found.commit, found.ref) == (first, first)


@pytest.mark.parametrize("ref", ["v1", "refs/tags/v1", "HEAD~1", "side", "abbreviated", "full"])
def test_a_ref_may_be_a_tag_a_branch_or_a_commit(ref: str, repository: Path, home: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "tag", "-a", "-m", "one", "v1")
    git(repository, "branch", "side")
    commit_files(repository, {"b.py": b"x\n"})
    asked = {"abbreviated": first[:10], "full": first}.get(ref, ref)
    assert checkout(str(repository), asked, home).commit == first


def test_a_missing_ref_names_the_nearest_one(repository: Path, home: Path) -> None:
    git(repository, "branch", "release-2")
    assert "release-2" in failure(repository, "relase-2", home)


def test_a_missing_path_says_so(tmp_path: Path, home: Path) -> None:
    assert "no such directory" in failure(tmp_path / "nothing", None, home)


def test_a_folder_without_git_says_so(tmp_path: Path, home: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert "not in a git repository" in failure(tmp_path / "plain", None, home)


def test_a_file_is_not_a_repository(tmp_path: Path, home: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert "is a file" in failure(tmp_path / "notes.txt", None, home)


def test_a_repository_without_commits_says_so(tmp_path: Path, home: Path) -> None:
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "--quiet")
    assert "no commits yet" in failure(tmp_path / "new", None, home)


def test_an_unborn_head_beside_other_branches_asks_for_a_ref(repository: Path, home: Path) -> None:
    git(repository, "symbolic-ref", "HEAD", "refs/heads/later")
    assert "--ref" in failure(repository, None, home)


@pytest.mark.parametrize("source", ["--upload-pack=touch x", "-", "", "ext::sh -c 'touch x'", "a\nb"])
def test_a_source_that_is_an_option_or_a_helper_is_refused(source: str, home: Path) -> None:
    assert failure(source, None, home)


@pytest.mark.parametrize("ref", ["--output=x", "-f", "", "a\0b"])
def test_a_ref_that_is_an_option_is_refused(ref: str, repository: Path, home: Path) -> None:
    assert "not a branch, tag or commit" in failure(repository, ref, home)


def test_line_ends_and_filters_of_gitattributes_change_nothing(tmp_path: Path, home: Path) -> None:
    files = {
        ".gitattributes": b"*.py text eol=crlf\n*.bin filter=lfs\nid.txt ident\n",
        "unix.py": b"a = 1\nb = 2\n",
        "id.txt": b"$Id$\n",
        "big.bin": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    }
    repository = make_repository(tmp_path / "user", files)
    found = checkout(str(repository), None, home)
    assert {name: (found.worktree / name).read_bytes() for name in files} == files


def test_hooks_and_programs_named_in_the_repository_are_not_run(
    repository: Path, tmp_path: Path, home: Path
) -> None:
    evidence = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {evidence}\n")
    script.chmod(0o755)
    for setting in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "filter.x.smudge",
        "uploadpack.packObjectsHook",
    ):
        git(repository, "config", setting, str(script))
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        shutil.copy(script, repository / ".git/hooks" / hook)
    checkout(str(repository), None, home)
    assert not evidence.exists()


def test_submodules_are_not_followed(repository: Path, tmp_path: Path, home: Path) -> None:
    make_repository(tmp_path / "inner", {"secret.py": b"x\n"})
    git(repository, "submodule", "--quiet", "add", str(tmp_path / "inner"), "inner")
    git(repository, "commit", "--quiet", "-m", "submodule")
    found = checkout(str(repository), None, home)
    assert list((found.worktree / "inner").iterdir()) == []
    assert "inner" not in {file.path for file in tracked_files(found)}


def test_tracked_files_are_the_regular_ones_with_size_and_mode(repository: Path, home: Path) -> None:
    (repository / "run.sh").chmod(0o755)
    (repository / "link.py").symlink_to("/etc/passwd")
    (repository / "folder").symlink_to("/etc")
    commit_files(repository, {"name with space é.py": b"12345"})
    assert set(tracked_files(checkout(str(repository), None, home))) == {
        ("pkg/a.py", len(FILES["pkg/a.py"]), "100644"),
        ("run.sh", 10, "100755"),
        ("name with space é.py", 5, "100644"),
    }


def test_a_blob_is_read_from_the_commit_and_not_through_the_working_tree(
    repository: Path, home: Path
) -> None:
    found = checkout(str(repository), None, home)
    (found.worktree / "pkg/a.py").unlink()
    (found.worktree / "pkg/a.py").symlink_to("/etc/passwd")
    assert read_blob(found, "pkg/a.py") == FILES["pkg/a.py"]


def test_a_second_scan_sees_the_new_commit(repository: Path, home: Path) -> None:
    first = checkout(str(repository), None, home)
    remove_worktree(first)
    commit = commit_files(repository, {"pkg/a.py": b"new\n"})
    second = checkout(str(repository), None, home)
    assert second.mirror == first.mirror
    assert second.commit == commit
    assert (second.worktree / "pkg/a.py").read_bytes() == b"new\n"


def test_two_scans_at_once_get_working_trees_of_their_own(repository: Path, home: Path) -> None:
    first = checkout(str(repository), None, home)
    second = checkout(str(repository), None, home)
    assert first.worktree != second.worktree
    remove_worktree(first)
    assert (second.worktree / "pkg/a.py").exists()


def test_a_working_tree_is_removed_with_its_lock_and_can_be_removed_twice(
    repository: Path, home: Path
) -> None:
    found = checkout(str(repository), None, home)
    (found.worktree / "made").mkdir()
    (found.worktree / "made/by-tests").write_text("x")
    (found.worktree / "made").chmod(0o500)
    remove_worktree(found)
    remove_worktree(found)
    assert list((home / "worktrees").iterdir()) == []
    assert str(found.worktree) not in git(found.mirror, "worktree", "list")


def test_another_commit_of_the_mirror_gets_a_tree_of_its_own(repository: Path, home: Path) -> None:
    first = checkout(str(repository), None, home)
    commit = commit_files(repository, {"pkg/a.py": b"new\n"})
    checkout(str(repository), None, home)
    other = at_commit(first, commit)
    assert (other.worktree / "pkg/a.py").read_bytes() == b"new\n"
    assert other.tree == git(repository, "rev-parse", "HEAD^{tree}")


def test_what_a_killed_run_left_behind_is_cleared_away(repository: Path, home: Path) -> None:
    code = (
        "import sys, os, signal; from pathlib import Path; from optimizer.vcs import checkout\n"
        "found = checkout(sys.argv[1], None, Path(sys.argv[2]))\n"
        "(found.worktree / 'half').write_text('x'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(repository), str(home)], check=False)
    assert killed.returncode == -signal.SIGKILL
    (mirror,) = (home / "mirrors").glob("*.git")
    for stale in ("shallow.lock", "packed-refs.lock", "refs/optimizer/bases/x.lock"):
        (mirror / stale).write_text("")
    commit_files(repository, {"b.py": b"x\n"})
    found = checkout(str(repository), None, home)
    assert not (found.worktree / "half").exists()
    trees = [path for path in (home / "worktrees").iterdir() if path.is_dir()]
    assert trees == [found.worktree]


def test_many_processes_can_use_one_mirror(repository: Path, home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from optimizer.vcs import checkout, remove_worktree\n"
        "for _ in range(3):\n"
        "    found = checkout(sys.argv[1], None, Path(sys.argv[2]))\n"
        "    assert (found.worktree / 'pkg/a.py').exists()\n"
        "    remove_worktree(found)"
    )
    command = [sys.executable, "-c", code, str(repository), str(home)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in running] == [b"", b"", b""]


def test_a_caller_that_is_a_git_hook_does_not_lead_us_into_its_own_repository(
    repository: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_repository(tmp_path / "other", {"other.py": b"x\n"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.hooksPath'='/tmp'")
    found = checkout(str(repository), None, home)
    assert (found.worktree / "pkg/a.py").exists()


def test_a_repository_of_another_user_can_be_read(repository: Path, home: Path) -> None:
    assert os.geteuid() != 0 or _give_away(repository)
    found = checkout(str(repository), None, home)
    assert (found.worktree / "pkg/a.py").exists()


def _give_away(root: Path) -> bool:
    for path in (root, *root.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    return True
