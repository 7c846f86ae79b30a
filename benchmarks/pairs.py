"""Slow and fast versions of one problem, as an original and a candidate that replaces one function.

The data is read from a folder that the caller names and never copied: `pairs.dev.jsonl.gz` (versions),
`problem_examples.jsonl.gz` (arguments of methods) and `program_tests.json.gz` (texts for programs). A
method's helpers stand beside it in the module, in both versions, so that one span is replaced.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import pair_calls, pair_programs, pair_solutions
from benchmarks.pair_solutions import LeftOut
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.functions import Function
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Workload
from optimizer.languages.python import PYTHON
from optimizer.stages.collect import build_workload
from optimizer.workloads.recorded import RecordedCall

PATH = "subject.py"


@dataclass(frozen=True, slots=True)
class Pair:
    """`module` holds the original; `candidate` replaces `function` in it."""

    name: str  # "edit-distance 3": the problem, and which of its pairs
    problem: str
    kind: str  # "function" or "program"
    module: str = field(repr=False)
    function: Function = field(repr=False)
    candidate: Candidate = field(repr=False)
    calls: tuple[RecordedCall, ...] = field(repr=False)

    def workload(self, settings: Settings | None = None) -> Workload:
        """As production makes it. A program's text follows a format, so none is made up by changing one."""
        if self.kind == "program":
            return pair_programs.workload(self.calls)
        return build_workload(self.function, self.calls, settings or Settings(), module_source=self.module)


@dataclass(frozen=True, slots=True)
class Loaded:
    pairs: tuple[Pair, ...]
    left_out: tuple[tuple[str, str], ...]  # (name, why)

    @property
    def reasons(self) -> dict[str, int]:
        return dict(Counter(reason for _, reason in self.left_out).most_common())


def load(folder: Path, *, reverse: bool = False, file: str = "pairs.dev.jsonl.gz") -> Loaded:
    """The Python pairs of a folder. `reverse`: the fast version is the original."""
    examples = {row["problem"]: row for row in _lines(folder / "problem_examples.jsonl.gz")}
    tests: dict[str, Any] = json.loads(gzip.decompress((folder / "program_tests.json.gz").read_bytes()))
    pairs: list[Pair] = []
    left_out: list[tuple[str, str]] = []
    for name, row in named(_lines(folder / file)):
        found = pair_of(name, row, examples.get(row["problem"]), tests.get(row["problem"]), reverse=reverse)
        if isinstance(found, LeftOut):
            left_out.append((name, found.reason))
        else:
            pairs.append(found)
    return Loaded(tuple(pairs), tuple(left_out))


def named(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The Python rows, each with a name of its own."""
    seen: Counter[str] = Counter()
    for row in rows:
        if row["language"] == "python":
            seen[row["problem"]] += 1
            yield f"{row['problem']} {seen[row['problem']]}", row


def pair_of(
    name: str,
    row: dict[str, Any],
    examples: dict[str, Any] | None,
    tests: dict[str, Any] | None,
    *,
    reverse: bool = False,
) -> Pair | LeftOut:
    """One row as a pair; `examples` and `tests` are the problem's rows of the other two files."""
    original, candidate = (row["fast"], row["slow"]) if reverse else (row["slow"], row["fast"])
    if row["kind"] == "program":
        spliced = pair_programs.spliced(original, candidate)
    else:
        spliced = pair_solutions.spliced(original, candidate)
    if isinstance(spliced, LeftOut):
        return spliced
    if row["kind"] == "program":
        calls = pair_programs.calls(row["problem"], tests["inputs"] if tests else ())
    else:
        texts = [example["input"] for example in examples["examples"]] if examples else []
        calls = pair_calls.calls(spliced, texts)
    if isinstance(calls, LeftOut):
        return calls
    return _pair(name, row, spliced, calls)


def _pair(
    name: str, row: dict[str, Any], spliced: pair_solutions.Spliced, calls: Sequence[RecordedCall]
) -> Pair | LeftOut:
    functions = PYTHON.extract(PATH, spliced.module.encode())
    if not isinstance(functions, tuple):
        return LeftOut("the module is not understood")
    function = next((one for one in functions if one.qualname == spliced.qualname), None)
    if function is None:
        return LeftOut("defined more than once")
    if function.source == spliced.source and not spliced.imports:
        return LeftOut("the versions differ in their layout only")
    candidate = Candidate(spliced.source, Provenance("pairs", name, "1"), spliced.imports)
    return Pair(name, row["problem"], row["kind"], spliced.module, function, candidate, tuple(calls))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
