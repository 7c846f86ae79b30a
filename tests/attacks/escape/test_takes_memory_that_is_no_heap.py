"""Memory that no limit of a process's address space sees: files in memory, shared segments, full pipes."""

import textwrap

import pytest

from optimizer.domain.isolation import Finished
from tests.support.attacks import attack, sandbox
from tests.support.inside import quick

MEMFD = """
    for number in range(20):
        fd = os.memfd_create(str(number))
        for _ in range(20):
            os.write(fd, bytes(1 << 20))
    """
SHARED = """
    for number in range(20):
        key = libc.shmget(0, 20 << 20, 0o1600)
        libc.shmat.restype = ctypes.c_void_p
        place = libc.shmat(key, None, 0)
        ctypes.memset(place, 1, 20 << 20)
        libc.shmdt(ctypes.c_void_p(place))
    """
FILES = """
    for number in range(400):
        write(f"/dev/shm/{number}", "x" * (1 << 20))
    """
INODES = """
    for number in range(1_500_000):
        os.close(os.open(f"/tmp/{number}", os.O_CREAT))
    """


def taken(script: str) -> Finished:
    return attack(
        textwrap.dedent(script) + "print('all of it')", limits=quick(memory_mb=100, scratch_mb=1000)
    )


@pytest.mark.parametrize("script", [MEMFD, SHARED, FILES, INODES], ids=["memfd", "shared", "files", "inodes"])
def test_it_counts_like_any_other_memory(script: str) -> None:
    done = taken(script)
    if sandbox().cgroup_version:
        assert done.out_of_memory
        assert b"all of it" not in done.stdout
    else:
        assert done.code is not None  # limits of a process do not see it: docs/sandbox.md says so
