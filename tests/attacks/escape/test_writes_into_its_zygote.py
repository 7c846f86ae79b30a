"""A session is forked from a process of the same user: what is written into that one's memory, every
later session begins with."""

from pathlib import Path

from optimizer.canonical import decode, show
from optimizer.stages.observe import observe
from tests.support.arena import an_input, zygote
from tests.support.attacks import PRELUDE

SOURCE = (
    PRELUDE
    + """
MARK = ["before-or-not"]
def overwrite(pid):
    with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
        memory.seek(id(MARK[0]))
        found = memory.read(80).replace(b"before", b"AFTER!")
        memory.seek(id(MARK[0]))
        memory.write(found)
def attack(n):
    mark = "".join(MARK)
    ways = [tried(overwrite, os.getppid())]
    ways += [tried(os.open, f"/proc/{os.getppid()}/{name}", os.O_RDONLY) for name in ("environ", "maps",
        "fd")]
    vector = (ctypes.c_ulong * 2)(id(MARK[0]), 6)
    ways.append(tried(called, "process_vm_writev", os.getppid(), vector, 1, vector, 1, 0))
    ways.append(tried(called, "ptrace", 16, os.getppid(), 0, 0))
    return json.dumps([mark, ways])
def control(n):
    libc.prctl(4, 1, 0, 0, 0)  # its own memory may be written, if it wants
    overwrite(os.getpid())
    return MARK[0]
"""
)


def test_the_memory_of_the_process_that_later_sessions_come_from_stays(tmp_path: Path) -> None:
    with zygote(tmp_path, SOURCE) as started:

        def ask(name: str) -> str:
            (found,) = observe(lambda: started.fork(name), [an_input(1)], lambda _: 5.0, probe=False).values()
            return show(decode(found.result))

        assert ask("control") == "'AFTER!-or-not'"  # the attack works where it is not stopped
        for _ in range(2):
            answer = ask("attack")
            assert "before-or-not" in answer
            assert "done" not in answer
