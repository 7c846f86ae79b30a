"""Settings that name a program, in a repository's own configuration or in a file that it includes. None of
them may start anything while the repository is read or a branch is put into it."""

from contextlib import suppress
from pathlib import Path

import pytest

from optimizer.domain.errors import RepositoryError
from optimizer.vcs import Change, checkout, commit_branch, deliver_branch, tracked_files
from tests.support.gitrepo import commit_files, git, make_repository

FILES = {"a.py": b"x = 1\n", "b.txt": b"text\n", ".gitattributes": b"* filter=evil diff=evil merge=evil\n"}


def set_all(repository: Path, settings: dict[str, str], included: bool) -> None:
    """In the configuration, or in a file that it includes."""
    file = repository / ".git" / ("elsewhere" if included else "config")
    for name, value in settings.items():
        git(repository, "config", "--file", str(file), name, value)
    if included:
        git(repository, "config", "include.path", "elsewhere")


PROGRAMS = (
    "core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.pager", "core.editor", "core.askPass",
    "core.alternateRefsCommand", "gpg.program", "gpg.ssh.program", "diff.external", "diff.evil.textconv",
    "diff.evil.command", "merge.evil.driver", "filter.evil.clean", "filter.evil.smudge",
        "filter.evil.process",
    "credential.helper", "uploadpack.packObjectsHook", "sequence.editor", "interactive.diffFilter",
    "remote.origin.uploadpack", "remote.origin.receivepack", "receive.procReceiveRefs", "ssh.variant",
)  # fmt: skip


def through(repository: Path, home: Path) -> None:
    """All that a scan does with a repository on this machine."""
    base = checkout(str(repository), None, home)
    assert [file.path for file in tracked_files(base)]
    commit_branch(base, "optimizer/x", Change("a.py", b"x = 2\n"), "faster")
    for _ in range(2):  # the second time the branch is there
        deliver_branch(base, "optimizer/x")


@pytest.fixture
def owned(tmp_path: Path) -> tuple[Path, Path]:
    """A program that leaves a mark, and the mark."""
    mark, program = tmp_path / "owned", tmp_path / "evil"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> {mark}\nexit 1\n')
    program.chmod(0o755)
    return program, mark


@pytest.mark.parametrize("included", [False, True], ids=["own", "included"])
def test_no_setting_that_names_a_program_starts_it(
    included: bool, owned: tuple[Path, Path], tmp_path: Path
) -> None:
    program, mark = owned
    repository = make_repository(tmp_path / "user", FILES)
    settings = dict.fromkeys(PROGRAMS, str(program)) | {
        "filter.evil.required": "true", "log.showSignature": "true", "diff.trustExitCode": "true",
        "receive.denyCurrentBranch": "updateInstead", "core.hooksPath": str(tmp_path / "hooks"),
        "alias.rev-parse": f"!{program}", "push.gpgSign": "if-asked", "core.worktree": str(tmp_path / "user"),
        "protocol.ext.allow": "always", "url.ext::sh -c evil.insteadOf": "/",
    }  # fmt: skip
    set_all(repository, settings, included)
    names = ("post-checkout", "pre-receive", "update", "post-receive", "post-update", "reference-transaction",
             "pre-push", "proc-receive", "push-to-checkout", "post-index-change", "pre-auto-gc")  # fmt: skip
    for hooks in (tmp_path / "hooks", repository / ".git/hooks"):
        hooks.mkdir(exist_ok=True)
        for name in names:
            (hooks / name).unlink(missing_ok=True)
            (hooks / name).symlink_to(program)
    through(repository, tmp_path / "home")
    assert not mark.exists(), mark.read_text()
    with suppress(AssertionError):
        git(repository, "status")
    assert mark.exists()  # the program does what it is thought to do


def test_a_signature_is_not_looked_at(owned: tuple[Path, Path], tmp_path: Path) -> None:
    program, mark = owned
    repository = make_repository(tmp_path / "user", FILES)
    head, _, message = git(repository, "cat-file", "commit", "HEAD").partition("\n\n")
    signed = (
        f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n{message}\n"
    )
    commit = git(repository, "hash-object", "-t", "commit", "-w", "--stdin", stdin=signed.encode())
    git(repository, "update-ref", "refs/heads/main", commit)
    git(repository, "update-ref", "refs/heads/optimizer/x", commit)
    set_all(repository, {"log.showSignature": "true", "gpg.program": str(program)}, included=False)
    with pytest.raises(RepositoryError, match="not ours"):  # it was looked at: by whom the branch is
        through(repository, tmp_path / "home")
    assert not mark.exists()
    git(repository, "log", "-1")
    assert mark.exists()


def test_a_partial_clone_fetches_nothing_by_itself(owned: tuple[Path, Path], tmp_path: Path) -> None:
    program, mark = owned
    repository = make_repository(tmp_path / "user", FILES)
    make_repository(tmp_path / "other", FILES)
    settings = {
        "core.repositoryformatversion": "1", "extensions.partialClone": "origin",
            "remote.origin.promisor": "true",
        "remote.origin.url": str(tmp_path / "other"), "remote.origin.uploadpack": str(program),
    }  # fmt: skip
    set_all(repository, settings, included=False)
    (repository / ".git/refs/heads/missing").write_text("1" * 40 + "\n")
    with pytest.raises(RepositoryError):
        through(repository, tmp_path / "home")
    assert not mark.exists()
    with pytest.raises(AssertionError):
        git(repository, "cat-file", "-p", "1" * 40)
    assert mark.exists()


def test_templates_bring_no_hooks(
    owned: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, mark = owned
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction", "post-update", "pre-receive"):
        (hooks / name).symlink_to(program)
    (tmp_path / "gitconfig").write_text(f"[init]\n\ttemplateDir = {hooks.parent}\n")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(hooks.parent))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    repository = make_repository(tmp_path / "user", FILES)
    commit_files(repository, {"a.py": b"x = 3\n"})
    through(repository, tmp_path / "home")
    assert not mark.exists()
    assert not list((tmp_path / "home").rglob("hooks/*"))
