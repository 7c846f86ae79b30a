"""What is read-only made writable, /proc mounted anew, the old root taken back."""

import pytest

from tests.support.attacks import attack, told

BIND, REMOUNT, MOVE = 4096, 32, 8192


@pytest.mark.parametrize(
    "call",
    [
        f'"mount", None, b"/usr", None, {REMOUNT | BIND}, None',
        f'"mount", b"/proc/1/root", b"/tmp", None, {BIND}, None',
        f'"mount", b"/usr", b"/tmp", None, {MOVE}, None',
        '"mount", b"none", b"/tmp", b"proc", 0, None',
        '"mount", b"none", b"/tmp", b"overlay", 0, b"lowerdir=/usr,upperdir=/tmp,workdir=/dev/shm"',
        '"umount2", b"/usr", 2',
        '"umount2", b"/proc/irq", 2',
        '"chroot", b"/tmp"',
        '"syscall", 155, b"/tmp", b"/tmp"',  # pivot_root
        '"syscall", 428, -100, b"/usr", 1',  # open_tree
        '"syscall", 429, -100, b"/usr", -100, b"/tmp", 0',  # move_mount
        '"syscall", 430, b"tmpfs", 0',  # fsopen
        '"syscall", 442, -100, b"/usr", 0, None, 0',  # mount_setattr
        '"swapoff", b"/swap"',
    ],
    ids=lambda call: call.replace('"', "").replace(",", "").replace("/", "|"),
)
def test_mounting_is_refused(call: str) -> None:
    assert told(attack(f"tell(tried(called, {call}))")) == "EPERM"
