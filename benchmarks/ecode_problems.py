"""The problems of `benchmarks.ecode`: slow versions that people wrote, and fast ones slowed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import pair_limits
from benchmarks.pairs import PATH, Pair, load
from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.domain.settings import Settings
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.data.backwards.pairs import slowed
from optimizer.experts.ecode.evaluation.judging import Problem
from optimizer.experts.placing import placed
from optimizer.languages.python import PYTHON


def pairs_to_try(folder: Path, kind: str | None, most: int | None, seed: int) -> list[Pair]:
    """One pair for each slow version; `most` of them, drawn at random."""
    loaded = load(folder, reverse=kind == "slowed").pairs
    wanted = [one for one in loaded if kind in (None, "slowed", one.kind)]
    unique = {(one.problem, one.function.source): one for one in reversed(wanted)}
    order = sorted(unique)
    random.Random(seed).shuffle(order)
    found = (unique[key] for key in order)
    made = _slowed(found, seed) if kind == "slowed" else found
    return [one for _, one in zip(range(most or len(order)), made, strict=False)]


def problem(pair: Pair, settings: Settings) -> Problem:
    workload = pair.workload(settings)
    inside = {item.id: pair_limits.inside(pair.problem, item) for item in workload.inputs}
    known = None not in inside.values()
    allowed = frozenset(name for name, is_inside in inside.items() if is_inside) if known else None
    return Problem(
        pair.name,
        pair.problem,
        pair.module,
        pair.function,
        workload,
        allowed,
        searched=pair.kind == "function",
    )


def _slowed(pairs: Iterator[Pair], seed: int) -> Iterator[Pair]:
    """Methods and functions with one or more kinds of slowness; those where none fits are left out."""
    for pair in pairs:
        if pair.kind != "function":
            continue
        request = ProposalRequest(pair.function, pair.module)
        code = fields.dedented(pair.function.source, pair.module)
        for slow, kinds in slowed(code, pair.module, random.Random(f"{seed}:{code}"), most=1):
            yield from _with(pair, request.rewritten(placed(slow, request), ()).module_source, kinds)


def _with(pair: Pair, module: str, kinds: Sequence[str]) -> Iterator[Pair]:
    found = PYTHON.extract(PATH, module.encode())
    for function in found if isinstance(found, tuple) else ():
        if function.qualname != pair.function.qualname:
            continue
        name = f"{pair.name} ({', '.join(kinds)})"
        fast = Candidate(pair.function.source, Provenance("pairs", name, "1"))
        yield replace(pair, name=name, module=module, function=function, candidate=fast)
