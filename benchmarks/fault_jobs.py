"""Small repositories whose outcome is known: what is accepted in them does not depend on a busy machine."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Nothing is installed, little is tried, and every limit is small: it is the queue that is looked at.
QUICK = {
    "OPTIMIZER_EXPERTS": "rules",
    "OPTIMIZER_INSTALL": "false",
    "OPTIMIZER_PYTHON": sys.executable,
    "OPTIMIZER_CALL_SECONDS": "0.2",
    "OPTIMIZER_MAX_INPUTS": "12",
    "OPTIMIZER_MAX_LAUNCHES": "10",
    "OPTIMIZER_SEARCH_SECONDS": "0.2",
    "OPTIMIZER_MEMORY_MB": "400",
    "OPTIMIZER_TEST_SECONDS": "60",
}
_MODULE = '''\
"""Prices of shop {number}."""


def plan(prices: list[int]) -> list[int]:
    """What the prices come to after {months} months, one after the other."""
    result = []
    for month in range(1, {months} + 1):
        factor = {number}
        for step in range(300):
            factor = factor + step % 7
        result.append(month * factor + sum(prices))
    return result


def largest(prices: list[int]) -> int:
    """The largest price."""
    found = prices[0]
    for price in prices:
        if price > found:
            found = price
    return found


def label(prices: list[int]) -> str:
    """The prices for people."""
    return ", ".join(str(price) for price in prices)
'''
_TESTS = """\
import pytest

from prices import label, largest, plan


def test_plan():
    assert len(plan([1, 2, 3])) == {months}
    assert plan([])[1] == 2 * plan([])[0]
    assert plan(list(range(400)))[0] - plan([])[0] == 79800


def test_largest():
    assert largest([3, 1, 2]) == 3
    assert largest(list(range(500))) == 499


def test_label():
    assert label([1, 2]) == "1, 2"
{more}"""
# The sandbox's own disk is full, and the test says so.
_FULL = """

def test_a_full_disk(tmp_path):
    with pytest.raises(OSError), (tmp_path / "much").open("wb") as file:
        for _ in range(100_000):
            file.write(bytes(1_000_000))
"""
_FASTER = '''\
def plan(prices: list[int]) -> list[int]:
    """What the prices come to after {months} months, one after the other."""
    factor = {number}
    for step in range(300):
        factor = factor + step % 7
    return [month * factor + sum(prices) for month in range(1, {months} + 1)]
'''
_WRONG = "def largest(prices: list[int]) -> int:\n    return prices[0]\n"
_SLOWER = '''\
def label(prices: list[int]) -> str:
    """The prices for people."""
    return ", ".join([str(price) for price in prices for _ in range(40)][::40])
'''


@dataclass(frozen=True, slots=True)
class FaultJob:
    """One repository with the file of candidates for it."""

    repository: Path
    candidates: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        """For `optimizer submit`."""
        return (str(self.repository), "--expert", "file", "--candidates", str(self.candidates))


def make_job(folder: Path, number: int) -> FaultJob:
    """One function that is made many times faster, one whose candidate is wrong, one whose is slower."""
    values = {"number": number, "months": 50 + number, "more": _FULL if number == 1 else ""}
    repository, candidates = folder / f"shop-{number}", folder / f"shop-{number}.jsonl"
    (repository / "tests").mkdir(parents=True)
    (repository / "prices.py").write_text(_MODULE.format(**values))
    (repository / "tests" / "test_prices.py").write_text(_TESTS.format(**values))
    (repository / "pyproject.toml").write_text("[tool.pytest.ini_options]\npythonpath = ['.']\n")
    sources = {"plan": _FASTER.format(**values), "largest": _WRONG, "label": _SLOWER}
    lines = [
        json.dumps({"function": f"prices.py::{name}", "source": source, "summary": f"Another {name}"})
        for name, source in sources.items()
    ]
    candidates.write_text("".join(f"{line}\n" for line in lines))
    identity = ["-c", "user.name=Benchmark", "-c", "user.email=benchmark@localhost"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "prices"]):
        subprocess.run(["git", *command], cwd=repository, check=True, env=os.environ)
    return FaultJob(repository, candidates)


LABELS = frozenset({"prices.py::plan", "prices.py::largest", "prices.py::label"})
