"""One change as one commit on one branch, made in the mirror without any working tree."""

import hashlib
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from optimizer.domain.checkouts import Checkout
from optimizer.domain.errors import MirrorError, RepositoryError
from optimizer.vcs.checkout import git_of
from optimizer.vcs.git import Git
from optimizer.vcs.mirror import locked

EMAIL = "optimizer@localhost"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]+")
# Says what a change is about no better than the words around it.
_FILLERS = frozenset(
    "a an and as at by for from in instead into is it its not of on once only or so the to with".split()
)


@dataclass(frozen=True, slots=True)
class Change:
    """The whole new content of one file."""

    path: str  # POSIX, relative to the repository's root
    content: bytes = field(repr=False)


def commit_branch(
    base: Checkout, branch: str, change: Change, text: str, when: datetime | None = None
) -> str:
    """Makes the branch: one commit on the checkout's, which changes one file. Returns the commit's id.

    Dated like the base commit unless `when` says otherwise, so that the same input gives the same id
    however often it is made. The file keeps its mode. Raises RepositoryError for a name that git
    does not take, or a path that is not a regular file.
    """
    git = git_of(base)
    if git.run("check-ref-format", f"refs/heads/{branch}").code != 0 or branch.startswith("-"):
        raise RepositoryError(f"{branch!r} is not a valid name of a branch: see the setting branch_prefix")
    with locked(base.mirror):
        commit = _commit(git, base, _tree_with(git, base, change), text, when or commit_date(base))
        git.read("update-ref", f"refs/heads/{branch}", commit, git_dir=base.mirror)
    return commit


def commit_alone(base: Checkout, change: Change, text: str) -> str:
    """The id of the commit that `commit_branch` makes of the same, without a branch."""
    git = git_of(base)
    with locked(base.mirror):
        return _commit(git, base, _tree_with(git, base, change), text, commit_date(base))


def commit_date(base: Checkout) -> datetime:
    """When the checkout's commit was made, with its own offset from UTC."""
    output = git_of(base).read("show", "--no-patch", "--format=%cI", base.commit, git_dir=base.mirror)
    return datetime.fromisoformat(output.text)


def diff(base: Checkout, commit: str) -> str:
    """Unified, from the checkout's commit to another one. Bytes that are not UTF-8 are replaced."""
    options = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
    output = git_of(base).read("diff", *options, base.commit, commit, "--", git_dir=base.mirror)
    return output.stdout.decode("utf-8", "replace")


def branch_name(prefix: str, function_label: str, summary: str) -> str:
    """For people first: `<prefix><module>-<function>-<a few words>-<6 hex digits>`."""
    path, _, qualname = function_label.partition("::")
    module = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if module == "__init__":
        module = path.rsplit("/", 2)[-2] if "/" in path else "package"
    function = qualname.replace("<locals>.", "")
    words = [word for word in _slug(summary).split("-") if word not in _FILLERS]
    digest = hashlib.sha256(f"{function_label}\0{summary}".encode("utf-8", "surrogatepass")).hexdigest()[:6]
    parts = (_cut(_slug(module), 16), _cut(_slug(function), 24), _cut("-".join(words[:5]), 20), digest)
    return prefix + "-".join(part for part in parts if part)


def _tree_with(git: Git, base: Checkout, change: Change) -> str:
    entry = git.read(
        "ls-tree", "--full-tree", base.commit, "--", f":(literal){change.path}", git_dir=base.mirror
    )
    mode = entry.text.partition(" ")[0] or "100644"
    if mode not in ("100644", "100755") or not _inside(change.path):
        raise RepositoryError(f"{change.path} is not a regular file in commit {base.commit[:12]}")
    blob = git.read(
        "hash-object", "-w", "--no-filters", "--stdin", git_dir=base.mirror, stdin=change.content
    ).text
    with tempfile.TemporaryDirectory(dir=git.home) as folder:
        index = Path(folder) / "index"
        git.read("read-tree", base.commit, git_dir=base.mirror, index=index)
        line = os.fsencode(f"{mode} {blob}\t{change.path}") + b"\0"
        git.read("update-index", "-z", "--add", "--index-info", git_dir=base.mirror, stdin=line, index=index)
        return git.read("write-tree", git_dir=base.mirror, index=index).text


def _inside(path: str) -> bool:
    return not any(part.lower() in ("", ".", "..", ".git") for part in path.split("/"))


def _commit(git: Git, base: Checkout, tree: str, text: str, when: datetime) -> str:
    date = f"{int(when.timestamp())} {when.strftime('%z') or '+0000'}"
    environment = {
        f"GIT_{role}_{name}": value
        for role in ("AUTHOR", "COMMITTER")
        for name, value in (("NAME", "optimizer"), ("EMAIL", EMAIL), ("DATE", date))
    }
    message = text.replace("\0", "").rstrip("\n").encode("utf-8", "replace") + b"\n"
    output = git.run(
        "commit-tree", "--no-gpg-sign", "-p", base.commit, "-F", "-", tree,
        git_dir=base.mirror, stdin=message, environment=environment,
    )  # fmt: skip
    if output.code != 0:
        raise MirrorError(f"the commit of {base.repository.name} could not be made: {output.stderr.strip()}")
    return output.text


def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_IN_NAMES.sub("-", ascii_text).strip("-_").lower()


def _cut(slug: str, length: int) -> str:
    """At a word's end where there is one."""
    if len(slug) <= length:
        return slug
    head, dash, _ = slug[: length + 1].rpartition("-")
    return (head if dash else slug[:length]).strip("-_")
