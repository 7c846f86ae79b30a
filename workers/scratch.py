"""Temporary files of a worker's process: gone with it, or, when it was killed, with the next one."""

import fcntl
import os
import tempfile
from pathlib import Path

from optimizer.vcs.worktree import remove_tree


def own_scratch(home: Path) -> Path:
    """Where this process's temporary files go from now on. What dead processes left is removed."""
    folders = home / "scratch" / "workers"
    folders.mkdir(parents=True, exist_ok=True)
    with (folders / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for folder in folders.iterdir():
            if folder.is_dir() and _is_unused(folder):
                remove_tree(folder)
        mine = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=folders))
        mine.chmod(0o755)  # the sandbox's own uid reads what lies in it
        fcntl.flock(os.open(mine, os.O_RDONLY), fcntl.LOCK_EX)  # let go when we end
    tempfile.tempdir = str(mine)
    return mine


def _is_unused(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
