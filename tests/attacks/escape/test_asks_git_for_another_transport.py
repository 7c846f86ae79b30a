"""Addresses that are commands: remote helpers, options in place of hosts, and programs to be run there."""

from pathlib import Path

import pytest

from optimizer.domain.errors import RepositoryError
from optimizer.vcs import checkout
from tests.support.gitrepo import commit_files, git, make_repository


@pytest.mark.parametrize(
    "source",
    [
        "ext::sh -c touch% {mark}",
        "ext::touch {mark}",
        "fd::0",
        "transport-helper::x",
        "--upload-pack=touch {mark}",
        "-u touch {mark}",
        "ssh://-oProxyCommand=touch {mark}/x",
        "ssh://-oProxyCommand=touch%20{mark}/x",
        "ssh://user@-oProxyCommand=touch{mark}/x",
        "-oProxyCommand=touch {mark}:x",
        "git@-oProxyCommand=touch{mark}:x",
        "host:--upload-pack=touch {mark}",
        "ftp://localhost/x",
        "https://-localhost/x",
        "file://{mark}/../x\nhttps://localhost",
        "https://localhost/x\0",
    ],
)
def test_no_address_is_a_command(source: str, tmp_path: Path) -> None:
    mark = tmp_path / "owned"
    with pytest.raises(RepositoryError) as caught:
        checkout(source.format(mark=mark), None, tmp_path / "home")
    assert "\n" not in str(caught.value)
    assert not mark.exists()


@pytest.mark.parametrize("ref", ["--upload-pack=touch {mark}", "-f", "--output={mark}", "main\n--x", ""])
def test_no_ref_is_an_option(ref: str, tmp_path: Path) -> None:
    mark = tmp_path / "owned"
    repository = make_repository(tmp_path / "user", {"a.py": b""})
    with pytest.raises(RepositoryError, match="is not a branch, tag or commit"):
        checkout(str(repository), ref.format(mark=mark), tmp_path / "home")
    assert not mark.exists()


@pytest.mark.parametrize(
    "url", ["ext::sh -c 'touch {mark}'", "--upload-pack=touch {mark}", "{folder}/secret"]
)
def test_the_addresses_of_submodules_are_not_used(url: str, tmp_path: Path) -> None:
    mark = tmp_path / "owned"
    make_repository(tmp_path / "secret", {"secret.py": b"hunter2 = 1\n"})
    repository = make_repository(tmp_path / "user", {"a.py": b""})
    address = url.format(mark=mark, folder=tmp_path)
    module = f'[submodule "x"]\n\tpath = x\n\turl = "{address}"\n\tupdate = !touch {mark}\n'
    commit = git(tmp_path / "secret", "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{commit},x")
    commit_files(repository, {".gitmodules": module.encode()})
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{commit},x")
    git(repository, "commit", "-q", "-m", "module")
    assert "160000" in git(repository, "ls-tree", "HEAD")
    found = checkout(str(repository), None, tmp_path / "home")
    assert not mark.exists()
    assert list((found.worktree / "x").iterdir()) == []
