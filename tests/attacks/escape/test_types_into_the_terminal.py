"""TIOCSTI puts characters into a terminal as if its user had typed them: the next shell runs them."""

import contextlib
import json
import os
import pty
import sys
from pathlib import Path

TYPE = """
def typed(fd):
    import fcntl
    for letter in b"touch /tmp/owned\\n":
        fcntl.ioctl(fd, 0x5412, bytes([letter]))
def opened():
    return os.open("/dev/tty", os.O_RDWR)
tell([tried(opened), [tried(typed, fd) for fd in (0, 1, 2)], [os.isatty(fd) for fd in (0, 1, 2)]])
"""
# Runs with a terminal of its own, as a shell's child does.
LAUNCH = f"""
import json, os
from tests.support.attacks import attack
outside = os.isatty(0) and os.close(os.open("/dev/tty", os.O_RDWR)) is None
done = attack({TYPE!r})
open(os.environ["REPORT"], "w").write(json.dumps([outside, done.stdout.decode(), done.stderr.decode()]))
"""


def shown(terminal: int) -> bytes:
    with contextlib.suppress(OSError):  # closed at the other end
        return os.read(terminal, 10_000)
    return b""


def test_there_is_no_terminal_inside(tmp_path: Path) -> None:
    report = tmp_path / "report"
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(Path(__file__).parents[3])
        os.execve(sys.executable, [sys.executable, "-c", LAUNCH], {**os.environ, "REPORT": str(report)})
    try:
        os.waitpid(pid, 0)
        outside, told, errors = json.loads(report.read_text())
        assert outside  # the launcher has the terminal
        assert told, errors
        opened, typed, terminals = json.loads(told)
        assert opened in ("ENXIO", "ENODEV", "EIO")
        assert set(typed) <= {"ENOTTY", "EPERM", "ENXIO"}
        assert not any(terminals)
        assert b"touch" not in shown(master)
    finally:
        os.close(master)
