"""Where the mutation benchmark has its pairs from: an original, and a faster version that ought to be right.

From this repository: the examples of the bundled rules, the honest rewrites of the traps, and the rules
applied to the example repository. From a folder that the caller names: solutions of programming problems,
and the rules applied to those.
"""

import ast
import copy
import gzip
import itertools
import json
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.pair_solutions import PRELUDE
from benchmarks.pairs import PATH, Pair, load, named, pair_of
from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.domain.functions import Function
from optimizer.experts.rules.expert import rules_expert
from optimizer.experts.rules.table import all_rules
from optimizer.languages.python import PYTHON
from optimizer.languages.runners.canonical import encode
from optimizer.workloads.recorded import RecordedCall
from tests.traps.honest import HONEST
from tests.unit.test_rules_examples import CALLS

WAREHOUSE = Path(__file__).parents[1] / "examples" / "warehouse" / "src"
_RULES = rules_expert()
_MORE = "pairs.train.jsonl.gz"  # of these only the originals, for the rules
_MOST_READ = 200  # of them
_MOST_CANDIDATES = 3  # for one original
_LIBRARIES = {"np": "import numpy as np\n", "pd": "import pandas as pd\n"}


Over = Callable[
    [Callable[["Subject"], list[Candidate]], Sequence["Subject"]], Iterable[list[Candidate]]
]  # map


@dataclass(frozen=True, slots=True)
class Subject:
    """`candidate` replaces `function` in `module`; calls are what tests would have made."""

    source: str  # where it is from
    name: str
    module: str = field(repr=False)
    function: Function = field(repr=False)
    candidate: Candidate = field(repr=False)
    calls: tuple[RecordedCall, ...] = field(default=(), repr=False)

    @property
    def key(self) -> str:
        return f"{self.source}: {self.name}"


def subjects(data: Path | None, over: Over) -> tuple[list[Subject], dict[str, int]]:
    """All pairs, and how many of the folder's could not be read as one, by reason."""
    own = [*_examples(), *_honest(), *_warehouse()]
    if data is None:
        return own, {}
    loaded = load(data)
    pairs = [pair for pair in loaded.pairs if pair.kind == "function"]
    found = [
        Subject("solutions", pair.name, pair.module, pair.function, pair.candidate, pair.calls)
        for pair in pairs
    ]
    left_out = {f"{reason}": count for reason, count in loaded.reasons.items()}
    ruled = _ruled([*found, *_turned(data), *_more(data)], over)
    return [*own, *ruled, *found], left_out


def _turned(data: Path) -> list[Subject]:
    """The faster solutions as originals: the rules find things in them as well."""
    return [
        Subject("solutions", f"{pair.name} faster", pair.module, pair.function, pair.candidate, pair.calls)
        for pair in load(data, reverse=True).pairs
        if pair.kind == "function"
    ]


def _more(data: Path) -> Iterator[Subject]:
    """Solutions of other problems, where the folder has them; only as originals for the rules."""
    if not (data / _MORE).exists():
        return
    with gzip.open(data / "problem_examples.jsonl.gz", "rt") as file:
        examples = {row["problem"]: row for row in map(json.loads, file)}
    with gzip.open(data / _MORE, "rt") as file:
        rows = itertools.islice(named(map(json.loads, file)), 0, 10 * _MOST_READ, 10)  # of many problems
        for name, row in rows:
            pair = (
                pair_of(name, row, examples.get(row["problem"]), None) if row["kind"] == "function" else None
            )
            if isinstance(pair, Pair):
                yield Subject("", f"{name} (train)", pair.module, pair.function, pair.candidate, pair.calls)


def _ruled(found: Iterable[Subject], over: Over) -> Iterator[Subject]:
    """What the rules make of the originals: all together first, then rule by rule. Of each original a few;
    the same function twice counts once."""
    unique = list({one.function.source: one for one in reversed(list(found))}.values())[::-1]
    proposed = list(over(_proposals, unique))
    for number in range(_MOST_CANDIDATES):
        for one, candidates in zip(unique, proposed, strict=True):
            for candidate in candidates[number : number + 1]:
                name = f"{one.name} by {candidate.provenance.detail} {number}"
                yield Subject("rules on solutions", name, one.module, one.function, candidate, one.calls)


def _proposals(one: Subject) -> list[Candidate]:
    return list(itertools.islice(_RULES.propose(ProposalRequest(one.function, one.module)), _MOST_CANDIDATES))


def _examples() -> Iterator[Subject]:
    """Each rule's example, before and after."""
    for rule in all_rules():
        libraries = "".join(line for name, line in _LIBRARIES.items() if f"{name}." in rule.before)
        module = f"{PRELUDE}{libraries}\n\n{rule.before}"
        function = _functions(module)[-1]
        rewrites = list(rule.rewrite(ProposalRequest(function, module)))
        if rewrites:
            candidate = Candidate(
                rewrites[0].source, Provenance("rules", rule.name, "1"), rewrites[0].imports
            )
            calls = recorded(module, function, CALLS.get(rule.name, ()))
            yield Subject("examples of rules", rule.name, module, function, candidate, calls)


def _honest() -> Iterator[Subject]:
    for entry in HONEST:
        function = next(one for one in _functions(entry.module) if one.source == entry.original)
        candidate = Candidate(entry.candidate, Provenance("honest", entry.name, "1"), entry.candidate_imports)
        calls = recorded(entry.module, function, (*entry.calls, *entry.probes))
        yield Subject("honest rewrites", entry.name, entry.module, function, candidate, calls)


def _warehouse() -> Iterator[Subject]:
    """Functions of the example repository that need none of its other modules."""
    for path in sorted(WAREHOUSE.rglob("*.py")):
        module = path.read_text()
        if "from ." in module or "from warehouse" in module:
            continue
        for function in _functions(module):
            for candidate in list(_RULES.propose(ProposalRequest(function, module)))[:1]:
                yield Subject("example repository", function.qualname, module, function, candidate)


def _functions(module: str) -> tuple[Function, ...]:
    found = PYTHON.extract(PATH, module.encode("utf-8", "surrogatepass"))
    assert isinstance(found, tuple), found
    return found


def recorded(module: str, function: Function, calls: Sequence[str]) -> tuple[RecordedCall, ...]:
    """The calls, written as text, as the recorder would have kept them; those of methods are left out."""
    names: dict[str, Any] = {"__name__": "subject"}
    exec(compile(module, PATH, "exec"), names)  # our own modules
    seen: list[tuple[tuple[object, ...], dict[str, object]]] = []
    names[function.name] = lambda *args, **kwargs: seen.append((args, kwargs))
    for text in calls:
        tree = ast.parse(text, mode="eval").body
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == function.name:
            eval(text, names)
    return tuple(_recorded(args, kwargs) for args, kwargs in seen)


def _recorded(args: tuple[object, ...], kwargs: dict[str, object]) -> RecordedCall:
    payload = pickle.dumps(("call", args, kwargs), 5)
    tree: bytes = encode(copy.deepcopy((args, kwargs)))  # type: ignore[no-untyped-call]  # inside's language
    return RecordedCall(payload, tree)
