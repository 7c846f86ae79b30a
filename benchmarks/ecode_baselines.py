"""What E-code has to beat: copying the input, and the rules alone, on problems that people solved twice.

    python -m benchmarks.ecode_baselines --data FOLDER [--problems N] [--best-of K] [--kind function|program]

FOLDER holds pairs.dev.jsonl.gz, problem_examples.jsonl.gz and program_tests.json.gz. A problem is the slow
version of a pair; versions that stand in several pairs count once. Proposals go through the referee (see
optimizer/experts/ecode/evaluation/judging.py) and are scored twice: on all inputs, as in production, and
on the inputs that the problem allows. `--people` adds the fast versions as a proposer: what could be
reached. Target: copying the input is correct on every problem, 1x and never accepted.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import pair_limits, support
from benchmarks.pairs import Pair, load
from optimizer.bootstrap import timing_core
from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Decision
from optimizer.domain.settings import Settings
from optimizer.experts.ecode.evaluation.baselines import copy_input, of_expert
from optimizer.experts.ecode.evaluation.judging import Bench, Judged, Problem, Proposer, compare
from optimizer.experts.ecode.evaluation.scores import Scores, Tried, score
from optimizer.experts.ecode.evaluation.table import table
from optimizer.experts.rules.expert import rules_expert
from optimizer.sandbox import bubblewrap

_ALL, _ALLOWED = "all inputs", "allowed inputs"
Tries = Mapping[tuple[str, str], Sequence[Tried]]  # by which inputs count, and proposer


def main() -> None:
    options = _options()
    settings = Settings(seed=options.seed)
    pairs = _chosen(load(options.data).pairs, options)
    proposers: dict[str, Proposer] = {"copy input": copy_input, "rules alone": of_expert(rules_expert())}
    if options.people:
        proposers["people"] = _people(pairs)
    bench = Bench(bubblewrap.detect(), timing_core(), settings)
    tries, reasons = _tried(pairs, proposers, options.best_of, bench)
    if not tries:
        raise SystemExit(f"none of the {len(pairs)} problems can be judged: {dict(reasons)}")
    scores = {
        (which, name, k): score(found, k, options.seed)
        for (which, name), found in tries.items()
        for k in sorted({1, options.best_of})
    }
    for which in (_ALL, _ALLOWED):
        print(f"\n{which}\n")
        print(table((name, one) for (part, name, _), one in scores.items() if part == which))
    copied = scores[_ALL, "copy input", 1]
    as_json = [{"inputs": which, "proposer": name, **asdict(one)} for (which, name, _), one in scores.items()]
    support.finish(copied.correct.value, 1.0, _is_a_copy(copied), scores=as_json, reasons=reasons)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the three files")
    parser.add_argument("--problems", type=int, help="so many, drawn at random; all without it")
    parser.add_argument("--best-of", type=int, default=8, help="proposals for a problem")
    parser.add_argument("--kind", choices=["function", "program"], help="of problems; both without it")
    parser.add_argument("--people", action="store_true", help="add the fast versions as a proposer")
    parser.add_argument("--seed", type=int, default=0, help="of the draw, of inputs and of intervals")
    options = parser.parse_args()
    if not (options.data / "pairs.dev.jsonl.gz").is_file():
        parser.error(f"{options.data} holds no pairs.dev.jsonl.gz: name the folder with the pairs")
    if options.best_of < 1:
        parser.error("--best-of has to be 1 or more")
    return options


def _chosen(pairs: Sequence[Pair], options: argparse.Namespace) -> dict[tuple[str, str], list[Pair]]:
    """The pairs of each slow version, by its problem and source."""
    found: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        if options.kind in (None, pair.kind):
            found[pair.problem, pair.function.source].append(pair)
    if options.problems is None or options.problems >= len(found):
        return dict(found)
    drawn = random.Random(options.seed).sample(sorted(found), options.problems)
    return {key: found[key] for key in drawn}


def _people(pairs: Mapping[tuple[str, str], Sequence[Pair]]) -> Proposer:
    """Only the first: another one's helpers stand in another module."""

    def propose(problem: Problem, _k: int) -> list[Candidate]:
        return [pairs[problem.group, problem.function.source][0].candidate]

    return propose


def _tried(
    pairs: Mapping[tuple[str, str], Sequence[Pair]], proposers: Mapping[str, Proposer], k: int, bench: Bench
) -> tuple[Tries, Counter[str]]:
    """And how often each judgement ended how; problems that cannot be judged are counted there alone."""
    tries: defaultdict[tuple[str, str], list[Tried]] = defaultdict(list)
    reasons: Counter[str] = Counter()
    for number, (first, *_) in enumerate(pairs.values(), 1):
        judged = compare(_problem(first, bench.settings), proposers, k, bench)
        if isinstance(judged, Decision):
            reasons[f"not judged: {judged.reason}"] += 1
            print(f"{first.name}: {judged.reason}: {judged.detail}", file=sys.stderr)
            continue
        for name, found in judged.items():
            reasons.update(f"{name}: {one.reason}" for one in found)
            tries[_ALL, name].append(_one(first.problem, found, allowed=False))
            tries[_ALLOWED, name].append(_one(first.problem, found, allowed=True))
        support.progress(number, len(pairs))
    return tries, reasons


def _one(group: str, judged: Sequence[Judged], *, allowed: bool) -> Tried:
    """These proposers put what they think best first."""
    return Tried(group, tuple(one.allowed if allowed else one.everywhere for one in judged), ordered=True)


def _problem(pair: Pair, settings: Settings) -> Problem:
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


def _is_a_copy(scores: Scores) -> bool:
    return scores.correct.value == 1 and scores.speed_up.value == 1 and scores.accepted.value == 0


if __name__ == "__main__":
    main()
