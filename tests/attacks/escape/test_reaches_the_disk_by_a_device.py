"""The disk itself, beneath all files: opened under its name, or by a device node of its own."""

import os
from pathlib import Path

import pytest

from tests.support.attacks import attack, told

REACH = """
    import stat
    def node(path, kind):
        os.mknod(path, 0o666 | kind, os.makedev(int(sys.argv[1]), int(sys.argv[2])))
        os.close(os.open(path, os.O_RDONLY))
    def loop():
        os.close(os.open("/dev/loop-control", os.O_RDWR))
    named = ["/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/loop0", "/dev/kvm", "/dev/fuse",
        "/dev/net/tun", "/dev/hpet"]
    tell([sorted(set(os.listdir("/dev"))), [tried(os.open, path, os.O_RDWR) for path in named],
          [tried(node, f"{folder}/node", kind) for folder in ("/tmp",
              "/dev/shm") for kind in (stat.S_IFBLK, stat.S_IFCHR)]])
    """
USUAL = {"console", "core", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin",
    "stdout", "tty",
         "urandom", "zero"}  # fmt: skip


def test_no_device_but_the_harmless_ones() -> None:
    device = Path("/").stat().st_dev
    there, named, made = told(attack(REACH, str(os.major(device)), str(os.minor(device))))
    assert set(there) <= USUAL
    assert set(named) == {"ENOENT"}
    assert set(made) == {"EPERM"}


@pytest.mark.parametrize("name", ["null", "zero", "full"])
def test_the_machines_own_nodes_cannot_be_changed(name: str) -> None:
    before = Path("/dev", name).stat()
    change = f"""
        path = "/dev/{name}"
        tell([tried(os.chmod, path, 0), tried(os.unlink, path), tried(os.chown, path, os.getuid(), -1)])
        """
    assert set(told(attack(change))) <= {"EPERM", "EROFS", "EACCES", "EBUSY"}
    assert Path("/dev", name).stat().st_mode == before.st_mode
