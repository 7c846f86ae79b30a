"""Whose a branch is that we made: ours still, or somebody's who went on with it, or deleted it."""

from collections.abc import Sequence
from pathlib import Path

from optimizer.domain.checkouts import Checkout
from optimizer.domain.refresh import Branch
from optimizer.vcs.branches import EMAIL
from optimizer.vcs.checkout import git_of
from optimizer.vcs.git import NETWORK_SECONDS, Git
from optimizer.vcs.mirror import TRANSPORTS, explain, fetch_tip, locked, network_variables
from optimizer.vcs.source import Remote, parse_source


def branch_states(base: Checkout, branches: Sequence[str]) -> dict[str, Branch]:
    """Of a path: in the user's own repository. Of a URL: where they were pushed to, if they were.

    Raises RepositoryError when the network or the repository does not answer.
    """
    if not branches:
        return {}
    git = git_of(base)
    if base.local is not None:
        return {branch: _local_state(git, base.local, branch) for branch in branches}
    where = parse_source(base.repository.url)
    assert isinstance(where, Remote)  # what has no local path came from a URL
    tips = remote_tips(git, where, branches)
    return {branch: _remote_state(git, base.mirror, where, branch, tips.get(branch)) for branch in branches}


def is_ours(git: Git, commit: str, *, git_dir: Path | None = None, directory: Path | None = None) -> bool:
    """Whether the commit is there, and made by us."""
    output = git.run("log", "-1", "--format=%ce", commit, "--", git_dir=git_dir, directory=directory)
    return output.code == 0 and output.text == EMAIL


def remote_tips(git: Git, remote: Remote, branches: Sequence[str]) -> dict[str, str]:
    """The commits that the branches are at; those that are not there are left out."""
    names = [f"refs/heads/{branch}" for branch in branches]
    output = git.run(
        "ls-remote", "--", remote.url, *names,
        environment=network_variables(git, remote), protocols=TRANSPORTS, timeout=NETWORK_SECONDS,
    )  # fmt: skip
    if output.code != 0:
        raise explain(remote.url, output.stderr)
    found = {name: commit for commit, _, name in (line.partition("\t") for line in output.text.splitlines())}
    return {branch: found[name] for branch, name in zip(branches, names, strict=True) if name in found}


def _local_state(git: Git, local: Path, branch: str) -> Branch:
    name = f"refs/heads/{branch}"
    if git.run("rev-parse", "--verify", "--quiet", name, directory=local).code != 0:
        return Branch.GONE
    return Branch.OURS if is_ours(git, name, directory=local) else Branch.CHANGED


def _remote_state(git: Git, mirror: Path, remote: Remote, branch: str, tip: str | None) -> Branch:
    if tip is None:
        return Branch.OURS  # it was not pushed: it is in the mirror alone
    with locked(mirror):
        fetch_tip(git, mirror, remote, f"refs/heads/{branch}", tip)
    return Branch.OURS if is_ours(git, tip, git_dir=mirror) else Branch.CHANGED
