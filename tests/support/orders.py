"""A small repository with one function that can be made much faster, and candidates for it."""

import json
import sys
from pathlib import Path

from tests.support.gitrepo import make_repository

ORDERS = b'''\
"""Orders."""


def running(prices: list[int]) -> list[int]:
    """The sum of the first price, of the first two, and so on."""
    result = []
    for index in range(len(prices)):
        total = 0
        for price in prices[: index + 1]:
            total = total + price
        result.append(total)
    return result


def largest(prices: list[int]) -> int:
    """The largest price."""
    found = prices[0]
    for price in prices:
        if price > found:
            found = price
    return found
'''
TESTS = b"""\
from orders import largest, running


def test_running():
    assert running([1, 2, 3]) == [1, 3, 6]
    assert running([]) == []
    assert running(list(range(400)))[-1] == 79800


def test_largest():
    assert largest([3, 1, 2]) == 3
    assert largest(list(range(500))) == 499
"""
FASTER = '''\
def running(prices: list[int]) -> list[int]:
    """The sum of the first price, of the first two, and so on."""
    result = []
    total = 0
    for index in range(len(prices)):
        for price in prices[index : index + 1]:
            total = total + price
        result.append(total)
    return result
'''
WRONG = "def largest(prices: list[int]) -> int:\n    return prices[0]\n"
CANDIDATES = [
    {"function": "orders.py::running", "source": FASTER, "summary": "Each sum is made from the last"},
    {"function": "orders.py::largest", "source": WRONG, "summary": "Quick, and wrong"},
]
# Nothing is installed: the tests of the target run with what runs these.
SETTINGS = {"OPTIMIZER_INSTALL": "false", "OPTIMIZER_PYTHON": sys.executable}


def orders(folder: Path) -> Path:
    files = {
        "orders.py": ORDERS,
        "tests/test_orders.py": TESTS,
        "pyproject.toml": b"[tool.pytest.ini_options]\npythonpath = ['.']\n",
    }
    return make_repository(folder, files)


def candidates(folder: Path) -> tuple[str, ...]:
    path = folder / "candidates.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in CANDIDATES))
    return ("--expert", "file", "--candidates", str(path))
