"""Daemons: forked twice, in a session of their own, deaf to every signal that one can be deaf to."""

import contextlib
import uuid
from pathlib import Path

from optimizer.stages.observe import observe
from tests.support.arena import an_input, zygote
from tests.support.attacks import PRELUDE, attack, gone, processes_with, told

DAEMON = """
def daemon(mark):
    import signal
    ready, told = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1, 65):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            os.write(told, b"x")
            os.closerange(0, 100)
            os.execv(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(600)", mark])
        os._exit(0)
    os.read(ready, 1)
"""


def test_a_daemon_of_a_program_ends_with_it() -> None:
    mark = uuid.uuid4().hex
    assert told(attack(DAEMON + "\ndaemon(sys.argv[1][::-1]); tell('left')", mark[::-1])) == "left"
    assert gone(mark)


def test_a_daemon_of_a_function_ends_with_its_sandbox(tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    source = PRELUDE + DAEMON + "\ndef attack(mark):\n    daemon(mark)\n    time.sleep(0.3)\n    return 1\n"
    with zygote(tmp_path, source) as started:
        with contextlib.suppress(Exception):
            observe(lambda: started.fork("attack"), [an_input(mark)], lambda _: 5.0, probe=True)
        assert processes_with(mark)  # it is there as long as the sandbox is
    assert gone(mark)
