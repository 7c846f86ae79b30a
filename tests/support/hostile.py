"""Functions that no one should run unguarded, with a harmless variant of each to be judged."""

import ast

GOOD = '''

def running(prices: list[int]) -> list[int]:
    """The sum of the first price, of the first two, and so on."""
    result = []
    for end in range(len(prices) + 300):
        total = 0
        for index in range(max(300, len(prices))):
            if index <= end and index < len(prices):
                total = total + prices[index]
        result.append(total)
    return result[: len(prices)]
'''
# Many times faster at every size, the empty list included: a busy machine does not decide the test.
FASTER = '''\
def running(prices: list[int]) -> list[int]:
    """The sum of the first price, of the first two, and so on."""
    result = []
    total = 0
    for price in prices:
        total = total + price
        result.append(total)
    return result
'''
HOSTILE = '''\
"""Each of these does one thing that a nightly run has to survive."""

import ctypes
import os
import random
import socket
import sys
import threading
import time


def hangs(n: int) -> int:
    while True:
        n += 1


def sleeps(n: int) -> int:
    time.sleep(10_000)
    return n


def exits(n: int) -> int:
    sys.exit(3)


def exits_at_once(n: int) -> int:
    os._exit(3)


def segfaults(n: int) -> int:
    return ctypes.string_at(0)[n]


def kills_its_parent(n: int) -> int:
    os.kill(os.getppid(), 9)
    return n


def bombs(n: int) -> int:
    while True:
        os.fork()


def eats_memory(n: int) -> int:
    kept = []
    while True:
        kept.append(bytearray(10_000_000))


def eats_memory_at_once(n: int) -> list[int]:
    return [n] * 10_000_000_000


def reads_stdin(n: int) -> str:
    return sys.stdin.read() + input()


def closes_everything(n: int) -> int:
    os.closerange(0, 1000)
    return n


def prints_megabytes(n: int) -> int:
    for _ in range(30):
        print("x" * 1_000_000)
    return n


def tells_the_time(n: int) -> float:
    return time.time() + n


def rolls_dice(n: int) -> int:
    return random.SystemRandom().randrange(10**9) + n


def tells_addresses(n: int) -> int:
    return id(object()) + n


def order_of_sets(n: int) -> list[str]:
    return list({"some", "words", "to", "choose", "among", str(n)})


def asks_the_network(n: int) -> bytes:
    with socket.create_connection(("192.0.2.1", 80), timeout=5) as there:
        return there.recv(n)


def writes_files(n: int) -> int:
    with open(f"/tmp/written-{abs(n)}", "w") as file:
        file.write("x")
    return n


def writes_beside_itself(n: int) -> int:
    with open(__file__ + ".written", "w") as file:
        file.write("x")
    return n


def starts_threads(n: int) -> int:
    found = []
    workers = [threading.Thread(target=found.append, args=(n,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(found)


def leaves_threads(n: int) -> int:
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return n


def recurses(n: int) -> int:
    return recurses(n + 1)
''' + GOOD  # fmt: skip
TESTS = """\
from hostile import running


def test_running():
    assert running([1, 2, 3]) == [1, 3, 6]
    assert running(list(range(300)))[-1] == 44850
"""


def variants() -> dict[str, str]:
    """For every function by its label: the same with a statement more, so that the referee has to run it."""
    found = {}
    for node in ast.parse(HOSTILE).body:
        if isinstance(node, ast.FunctionDef):
            source = ast.get_source_segment(HOSTILE, node)
            assert source is not None
            found[f"hostile.py::{node.name}"] = source.replace(":\n    ", ":\n    assert True\n    ", 1)
    return found | {"hostile.py::running": FASTER}
