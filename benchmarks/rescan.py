"""A second scan of an unchanged repository. Target: no sandbox is started, at most 1/50 of the first.

    python -m benchmarks.rescan

Makes a repository of 300 functions with tests, an eighth of them with something to propose, and
runs `optimizer submit` on it twice, as a user would: both times are of whole processes.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.support import finish

_MODULES, _EACH = 30, 10
_FUNCTION = '''
def total_{n}(values: list[int], limit: int = {n}) -> int:
    """Adds what is above the limit."""
    result = 0
    for index in range(len(values)):
        if values[index] > limit:
            result = max(result, result + values[index])
    return result
'''
_PLAIN = '''
def total_{n}(values: list[int], limit: int = {n}) -> int:
    """Adds what is above the limit."""
    return sum([value for value in values if value > limit])
'''
_TEST = """
from package import module_{m}


def test_totals():
    for number in range({first}, {last}):
        function = getattr(module_{m}, "total_" + str(number))
        assert function(list(range(number + 30))) > 0
"""


def _make(folder: Path) -> None:
    (folder / "package").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "package" / "__init__.py").write_text("")
    for module in range(_MODULES):
        numbers = range(module * _EACH, (module + 1) * _EACH)
        text = "".join((_PLAIN if number % 8 else _FUNCTION).format(n=number) for number in numbers)
        (folder / "package" / f"module_{module}.py").write_text(text)
        test = _TEST.format(m=module, first=numbers[0], last=numbers[-1] + 1)
        (folder / "tests" / f"test_module_{module}.py").write_text(test)
    identity = ["-c", "user.name=Benchmark", "-c", "user.email=benchmark@localhost"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "300 functions"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def _submit(folder: Path, home: Path, trace: Path) -> tuple[float, int]:
    """(seconds, sandboxes started), counted by what the process executes."""
    wrapped = home / "bin" / "bwrap"
    wrapped.parent.mkdir(parents=True, exist_ok=True)
    real = subprocess.run(["which", "bwrap"], capture_output=True, text=True, check=True).stdout.strip()
    wrapped.write_text(f'#!/bin/sh\necho x >> {trace}\nexec {real} "$@"\n')
    wrapped.chmod(0o755)
    trace.write_text("")
    environment = os.environ | {
        "OPTIMIZER_HOME": str(home / "state"),
        "OPTIMIZER_EXPERTS": "rules",
        "PATH": f"{wrapped.parent}:{os.environ['PATH']}",
    }
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "optimizer.cli.main", "submit", "--quiet", str(folder)],
        env=environment,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"submit ended with status {done.returncode}")
    return time.perf_counter() - began, trace.read_text().count("x")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name) / "repository", Path(name) / "home"
        home.mkdir()
        _make(folder)
        first, boxes = _submit(folder, home, Path(name) / "trace")
        second, again = _submit(folder, home, Path(name) / "trace")
    share = second / first
    passed = again == 0 and boxes > 0 and share <= 1 / 50
    finish(
        round(1 / share),
        "first over second >= 50, and no sandbox in the second",
        passed,
        first_seconds=round(first, 1),
        second_seconds=round(second, 2),
        sandboxes=[boxes, again],
    )


if __name__ == "__main__":
    main()
