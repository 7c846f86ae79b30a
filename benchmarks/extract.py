"""What extraction costs: its time over that of tree-sitter's bare parse of the same files.

    python -m benchmarks.extract [FOLDER] [--rounds N]

The files are the standard library of the running Python without its tests, or those of FOLDER. Both
sides take turns file by file, and each file counts with the fastest of its rounds, in CPU time of
this process, so that what else the machine does counts little. The last line is
JSON; the exit code is 1 above the target. Bare parse is a parse by tree-sitter and nothing else;
extraction reads the encoding, has CPython's own parser check the syntax (tree-sitter takes wrong
indentation and Python 2 for Python), parses, and makes the values with their hashes.
"""

import argparse
import json
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

from optimizer.domain.functions import Unparsed
from optimizer.languages.python.extract import MAX_BYTES, extract
from optimizer.languages.python.parsing import parse_bytes

TARGET = 3.0
FEWEST_FILES = 200
_LEFT_OUT = {"test", "tests", "idle_test", "site-packages", "__pycache__"}


def files_below(folder: Path) -> list[bytes]:
    paths = sorted(path for path in folder.rglob("*.py") if _LEFT_OUT.isdisjoint(path.parts))
    found = [path.read_bytes() for path in paths if path.is_file()]
    return [data for data in found if len(data) <= MAX_BYTES]


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(data: bytes, rounds: int) -> tuple[float, float]:
    """CPU seconds of the bare parse and of the extraction of one file."""
    pairs = [
        (seconds(lambda: parse_bytes(data)), seconds(lambda: extract("file.py", data))) for _ in range(rounds)
    ]
    return min(bare for bare, _ in pairs), min(whole for _, whole in pairs)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(sysconfig.get_path("stdlib")))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    files = files_below(options.folder)
    times = [measure(data, options.rounds) for data in files]
    return report(files, times)


def report(files: list[bytes], times: list[tuple[float, float]]) -> int:
    results = [extract("file.py", data) for data in files]
    functions = sum(len(found) for found in results if not isinstance(found, Unparsed))
    unparsed = sum(isinstance(found, Unparsed) for found in results)
    bare, whole = (sum(column) for column in zip(*times, strict=True)) if times else (1.0, 0.0)
    megabytes = sum(map(len, files)) / 1e6
    print(f"{len(files)} files, {megabytes:.1f} MB, {functions} functions, {unparsed} not read")
    print(f"bare parse {bare:.2f} s, extraction {whole:.2f} s")
    ratio = round(whole / bare, 3)
    passed = ratio <= TARGET and len(files) >= FEWEST_FILES
    print(json.dumps({"figure": ratio, "target": TARGET, "pass": passed}))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
