"""A socket carries open files: sent without end they would use up the descriptors of whoever receives."""

from pathlib import Path

from optimizer.stages.observe import OutcomeKind
from tests.support.attacks import outcome

SEND = """
def attack(n):
    import array
    fds = [os.open("/dev/null", os.O_RDONLY) for _ in range(100)]
    sockets = [fd for fd in range(3, 300) if tried(os.fstat, fd) == "done"
               and os.readlink(f"/proc/self/fd/{fd}").startswith("socket:")]
    for fd in sockets:
        with socket.socket(fileno=os.dup(fd)) as sock:
            sock.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
    return json.dumps(len(sockets))
"""


def test_what_is_sent_along_is_not_taken(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    found = outcome(tmp_path, SEND, 1)
    assert found.kind is OutcomeKind.DIED  # what it said with them was no answer
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
