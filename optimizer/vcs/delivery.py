"""A finished branch's way out of the mirror: into the user's repository, or to where it came from."""

import functools
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimizer.domain.checkouts import Checkout
from optimizer.domain.errors import RepositoryError
from optimizer.vcs.branches import EMAIL
from optimizer.vcs.checkout import find_local, git_of
from optimizer.vcs.git import NETWORK_SECONDS, Git, Output, reason_in
from optimizer.vcs.mirror import TRANSPORTS, explain, locked, mirror_path, network_variables
from optimizer.vcs.ownership import is_ours
from optimizer.vcs.source import Remote, parse_source


def deliver_branch(base: Checkout, branch: str) -> None:
    """Puts the branch into the user's own repository: its objects and one ref, nothing else.

    For a URL there is nothing to do: the branch stays in the mirror until it is pushed. Raises
    RepositoryError when a branch of that name is the user's own work, or is checked out.
    """
    if base.local is None:
        return
    git = git_of(base)
    existing = _replaceable(git, base.local, branch)
    output = git.run(
        "push", "--quiet", "--no-verify", f"--force-with-lease=refs/heads/{branch}:{existing}",
        f"--receive-pack={_receiver(base.local)}",
        "--", str(base.local), f"refs/heads/{branch}:refs/heads/{branch}",
        git_dir=base.mirror, protocols="file",
    )  # fmt: skip
    if output.code != 0:
        raise _refused(output, branch, str(base.local))


def push_branch(source: str, branch: str, home: Path, remote: str = "origin") -> str:
    """Sends the branch to where the repository came from, with the user's own way to log in. What we pushed
    there earlier, and nobody changed since, is replaced.

    `source` as given to `checkout`. From a local repository it goes to that repository's `remote`.
    Returns where it went, without credentials. Raises RepositoryError.
    """
    git = Git(home.absolute())
    where = parse_source(source)
    if isinstance(where, Remote):
        return _push_from_mirror(git, where, branch)
    root = find_local(git, where)
    url = git.run("remote", "get-url", "--push", "--", remote, directory=root, users_settings=True)
    if url.code != 0:
        raise RepositoryError(f"{root} has no remote {remote!r}: add it with `git remote add {remote} URL`")
    _require_branch(
        git.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", directory=root), branch
    )
    call: dict[str, Any] = {"directory": root, "users_settings": True, "timeout": NETWORK_SECONDS}
    call["protocols"] = f"{TRANSPORTS}:file"
    found = git.run("ls-remote", "--", remote, f"refs/heads/{branch}", **call)
    lease = _lease(branch, found, functools.partial(is_ours, git, directory=root))
    output = git.run(
        "push", "--quiet", "--no-verify", *lease, "--", remote, f"refs/heads/{branch}:refs/heads/{branch}",
        **call,
    )  # fmt: skip
    target = parse_source(url.text)
    shown = target.url if isinstance(target, Remote) else str(target)
    if output.code != 0:
        raise _refused(output, branch, shown)
    return shown


def _push_from_mirror(git: Git, remote: Remote, branch: str) -> str:
    mirror = mirror_path(git.home, remote.url)
    with locked(mirror):
        exists = git.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", git_dir=mirror)
        _require_branch(exists, branch)
        call: dict[str, Any] = {"git_dir": mirror, "protocols": TRANSPORTS, "timeout": NETWORK_SECONDS}
        call["environment"] = network_variables(git, remote)
        found = git.run("ls-remote", "--", remote.url, f"refs/heads/{branch}", **call)
        lease = _lease(branch, found, functools.partial(is_ours, git, git_dir=mirror))
        output = git.run(
            "push", "--quiet", "--no-verify", *lease, "--", remote.url,
            f"refs/heads/{branch}:refs/heads/{branch}", **call,
        )  # fmt: skip
    if output.code != 0:
        raise _refused(output, branch, remote.url)
    return remote.url


def _lease(branch: str, found: Output, ours: Callable[[str], bool]) -> list[str]:
    """Leave to replace what is there, when that is a commit of ours; git refuses all else."""
    tip = found.text.partition("\t")[0] if found.code == 0 else ""
    return [f"--force-with-lease=refs/heads/{branch}:{tip}"] if tip and ours(tip) else []


def _require_branch(output: Output, branch: str) -> None:
    if output.code != 0:
        raise RepositoryError(f"there is no branch {branch}: publish the patch first")


def _replaceable(git: Git, local: Path, branch: str) -> str:
    """The commit that the branch is at, empty if there is none. It may be replaced when it is ours."""
    output = git.run("log", "-1", "--format=%H %ce", f"refs/heads/{branch}", "--", directory=local)
    commit, _, email = output.text.partition(" ")
    if output.code == 0 and email != EMAIL:
        raise RepositoryError(
            f"{local}: branch {branch} is not ours: rename it, or delete it with `git branch -D`"
        )
    return commit if output.code == 0 else ""


def _receiver(local: Path) -> str:
    """How git takes the branch on the user's side: no hook, no checked-out files, no clean-up.

    When root works on somebody's repository, the owner writes to it: files of root would lock him out.
    """
    settings = ("core.hooksPath=/dev/null", "receive.denyCurrentBranch=refuse", "receive.autogc=false",
                "core.alternateRefsCommand=true", "core.fsmonitor=false")  # fmt: skip
    command = ["git", *(part for setting in settings for part in ("-c", setting)), "receive-pack"]
    owner = local.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        as_owner = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        command = ["env", "HOME=/", "GIT_CONFIG_GLOBAL=/dev/null", *as_owner, *command]
    return shlex.join(command)


def _refused(output: Output, branch: str, where: str) -> RepositoryError:
    text = output.stderr
    if "checked out" in text:
        return RepositoryError(f"{where}: branch {branch} is checked out: switch to another one first")
    if "[rejected]" in text or "stale info" in text:
        return RepositoryError(
            f"{where}: there is another branch {branch} already: rename or delete that one"
        )
    if "[remote rejected]" in text or "read-only" in text or "Permission denied" in text:
        return RepositoryError(f"{where}: branch {branch} was not taken: {reason_in(text)}")
    return explain(where, text)
