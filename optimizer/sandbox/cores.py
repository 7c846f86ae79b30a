"""One measurement at a time on a core, whoever on this machine makes it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from optimizer.domain.errors import ConfigError


@contextlib.contextmanager
def reserved(core: int | None) -> Iterator[None]:
    """Waits until no other process holds the core, and holds it until the end, or until we die.

    The lock is on the kernel's own folder of the core, so nothing is created and every user sees the
    same. Not to be nested. Without a core, or where the kernel shows none, nothing is waited for.
    """
    try:
        folder = os.open(f"/sys/devices/system/cpu/cpu{core}", os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield
        return
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def own_core(home: Path, cores: Sequence[int]) -> int:
    """One of the cores that no other process of this home has, ours until this process ends.

    Raises ConfigError when all are taken.
    """
    folder = home / "cores"
    folder.mkdir(parents=True, exist_ok=True)
    for core in cores:
        file = os.open(folder / str(core), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        else:
            return core  # the file stays open: the lock goes with the process
    raise ConfigError(
        f"all {len(cores)} cores for timing are taken: start fewer processes, or set bench_cores higher"
    )
