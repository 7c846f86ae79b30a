"""Two programs that time something on one core take turns."""

import subprocess
import sys
from pathlib import Path

from optimizer.sandbox.cores import reserved

HOLDER = """
import sys
from optimizer.sandbox.cores import reserved
with reserved(0):
    print("held", flush=True)
    sys.stdin.read()
"""
ASKER = """
from optimizer.sandbox.cores import reserved
print("asks", flush=True)
with reserved(0):
    print("held", flush=True)
"""
ROOT = Path(__file__).parents[2]


def started(script: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_core_is_held_by_one_process_and_free_again_when_that_is_killed() -> None:
    with started(HOLDER) as holder:
        assert line(holder) == "held"
        with started(ASKER) as asker:
            assert line(asker) == "asks"
            assert waits(asker)
            holder.kill()
            assert line(asker) == "held"


def waits(process: "subprocess.Popen[str]") -> bool:
    """Whether it is still there after a while in which it would long have ended."""
    try:
        process.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        return True
    return False


def test_without_a_core_there_is_nothing_to_wait_for() -> None:
    with reserved(None), reserved(None), reserved(4096), reserved(4096):
        pass


def test_a_core_can_be_held_again() -> None:
    for _ in range(2):
        with reserved(0):
            pass
