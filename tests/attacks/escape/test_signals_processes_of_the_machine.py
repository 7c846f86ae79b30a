"""Every process id there is, all of them at once, process groups, threads, and queued signals."""

import os
import subprocess

from tests.support.attacks import attack, told

SIGNAL = """
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    target = int(sys.argv[1])
    ways = [tried(os.kill, target, 9), tried(os.killpg, target, 9), tried(os.kill, -target, 9),
            tried(syscall, 234, target, target, 9), tried(syscall, 200, target, 9), tried(syscall, 129,
                target, 9, 0),
            tried(syscall, 434, target, 0)]
    everybody = tried(os.kill, -1, signal.SIGTERM)
    first = tried(os.kill, 1, signal.SIGKILL)
    for pid in range(2, 40000):
        if pid != os.getpid():
            tried(os.kill, pid, 9)
    tell([ways, everybody, first])
    """


def test_a_process_outside_is_not_there() -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as bystander:
        try:
            target = max(bystander.pid, 1000)
            ways, _, first = told(attack(SIGNAL, str(target)))
            assert set(ways) <= {"ESRCH", "EINVAL", "EFAULT"}
            assert first in ("done", "EPERM")  # the kernel ignores it: nobody kills the first of a namespace
            assert bystander.poll() is None
            assert os.getppid()
        finally:
            bystander.kill()
