"""A descriptor that the launcher forgot to close leads to a file by no name at all."""

import os
import socket
from pathlib import Path

from tests.support.attacks import attack, returned, told

LOOK = """
def open_files():
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass
    return found
"""


def test_nothing_that_we_have_open_is_open_inside(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    ours, theirs = socket.socketpair()
    with secret.open() as file, ours, theirs:
        for fd in (file.fileno(), theirs.fileno()):
            os.set_inheritable(fd, True)
        found = told(
            attack(LOOK + "\ntell([open_files(), tried(os.read, int(sys.argv[1]), 1)])", str(file.fileno()))
        )
    assert found[1] == "EBADF"
    assert all(name in "012" or path.startswith("/proc/") for name, path in found[0].items()), found[0]


def test_a_function_has_nothing_open_but_its_own_socket(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)
        source = LOOK + "\ndef attack(n):\n    return json.dumps(open_files())\n"
        (tmp_path / "tree").mkdir()
        found = returned(tmp_path / "tree", source, 1)
    others = [path for path in found.values() if path != "/dev/null" and not path.startswith("/proc/")]
    assert len(others) == 1
    assert others[0].startswith("socket:")
