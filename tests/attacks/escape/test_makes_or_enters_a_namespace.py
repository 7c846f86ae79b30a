"""In a user namespace of its own a process has every right: the usual beginning of a way out."""

import pytest

from tests.support.attacks import attack, told

NEW = {"user": 0x10000000, "mount": 0x00020000, "network": 0x40000000, "pid": 0x20000000, "ipc": 0x08000000}


@pytest.mark.parametrize("flag", NEW.values(), ids=NEW)
def test_no_namespace_can_be_unshared(flag: int) -> None:
    assert told(attack(f"tell(tried(called, 'unshare', {flag}))")) == "EPERM"


def test_no_user_namespace_can_be_cloned() -> None:
    clone = f"tell([tried(syscall, 56, {NEW['user']} | 17, 0, 0, 0, 0), tried(syscall, 435, None, 0)])"
    assert told(attack(clone)) == ["EPERM", "ENOSYS"]  # clone; clone3, whose flags no filter can see


def test_the_usual_program_for_it_fails() -> None:
    script = """
        import subprocess
        done = subprocess.run(["unshare", "--user", "--map-root-user", "id", "-u"], capture_output=True)
        tell([done.returncode, done.stdout.decode()])
        """
    code, text = told(attack(script))
    assert (code != 0, text) == (True, "")


def test_no_namespace_of_another_process_can_be_entered() -> None:
    script = """
        def enter(path):
            called("setns", os.open(path, os.O_RDONLY), 0)
        names = ["mnt", "net", "pid", "user", "ipc", "uts", "cgroup"]
        tell([tried(enter, f"/proc/{pid}/ns/{name}") for name in names for pid in (1, "self")])
        """
    assert set(told(attack(script))) <= {"EPERM", "EACCES", "ENOENT"}
