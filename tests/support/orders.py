"""A small repository with one function that can be made much faster, and candidates for it."""

import json
import sys
from pathlib import Path

from tests.support.gitrepo import make_repository

ORDERS = b'''\
"""Orders."""


def plan(prices: list[int]) -> list[int]:
    """What the prices come to after one month, two months, and so on for five years."""
    result = []
    for month in range(1, 61):
        total = 0
        for index in range(max(80, len(prices))):
            if index < len(prices):
                total = total + prices[index]
        result.append(total * month)
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
from orders import largest, plan


def test_plan():
    assert plan([1, 2, 3])[:3] == [6, 12, 18]
    assert plan([]) == [0] * 60
    assert plan(list(range(400)))[0] == 79800


def test_largest():
    assert largest([3, 1, 2]) == 3
    assert largest(list(range(500))) == 499
"""
# Many times faster at every size, the empty list included: a busy machine does not decide the test.
FASTER = '''\
def plan(prices: list[int]) -> list[int]:
    """What the prices come to after one month, two months, and so on for five years."""
    result = []
    total = 0
    for index in range(len(prices)):
        total = total + prices[index]
    for month in range(1, 61):
        result.append(total * month)
    return result
'''
WRONG = "def largest(prices: list[int]) -> int:\n    return prices[0]\n"
CANDIDATES = [
    {"function": "orders.py::plan", "source": FASTER, "summary": "The prices are added up once"},
    {"function": "orders.py::largest", "source": WRONG, "summary": "Quick, and wrong"},
]
# Nothing is installed: the tests of the target run with what runs these.
SETTINGS = {
    "OPTIMIZER_INSTALL": "false",
    "OPTIMIZER_PYTHON": sys.executable,
    "OPTIMIZER_SEARCH_SECONDS": "0.5",
}


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
