"""All of a user's repository that must stay as it is, and what a run of the program left behind."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from tests.support.gitrepo import git

OURS = "refs/heads/optimizer/"


@dataclass(frozen=True)
class State:
    """HEAD, index, stash, refs but ours, settings, and every file with its content and mode."""

    head: str
    index: str
    refs: tuple[str, ...]
    settings: bytes
    files: tuple[tuple[str, int, str], ...]


def state(repository: Path) -> State:
    refs = git(repository, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return State(
        head=(repository / ".git" / "HEAD").read_text() + git(repository, "rev-parse", "HEAD"),
        index=git(repository, "ls-files", "--stage") + git(repository, "stash", "list"),
        refs=tuple(ref for ref in refs if not ref.startswith(OURS)),
        settings=(repository / ".git" / "config").read_bytes(),
        files=tuple(sorted(_files(repository))),
    )


def our_branches(repository: Path) -> dict[str, str]:
    """Commit by name."""
    lines = git(repository, "for-each-ref", "--format=%(refname:short) %(objectname)", OURS).splitlines()
    return {name: commit for name, _, commit in (line.partition(" ") for line in lines)}


def _files(repository: Path) -> list[tuple[str, int, str]]:
    found = []
    for folder, folders, names in os.walk(repository):
        if ".git" in folders:
            folders.remove(".git")
        for name in names:
            path = Path(folder, name)
            content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
            shown = str(path.relative_to(repository))
            found.append((shown, path.lstat().st_mode, hashlib.sha256(content).hexdigest()))
    return found


def processes_of(mark: Path) -> list[str]:
    """Command lines of living processes that name this folder, but for this one's children that are tests."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue  # it ended meanwhile
            if str(mark) in line and int(entry.name) != os.getpid():
                found.append(line)
    return found


def cgroups_of(pid: int) -> list[str]:
    """Folders that the process made for its sandboxes."""
    return [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/optimizer/{pid}-*")]
