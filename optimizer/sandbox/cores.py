"""One measurement at a time on a core, whoever on this machine makes it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator


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
