"""E-code beside what it has to beat, on problems that people solved twice, judged by the referee.

    python -m benchmarks.ecode --data FOLDER [--problems N] [--best-of K] [--kind function|program|slowed]

FOLDER holds pairs.dev.jsonl.gz, problem_examples.jsonl.gz and program_tests.json.gz. A problem is the slow
version of a pair; versions that stand in several pairs count once. With `--kind slowed` it is the fast
version after one of the kinds of experts/ecode/data/backwards: what the model was taught, on code that it
has not seen. `--fields` adds the model with one field at a time kept from it, `--people` the fast versions,
and `--variant NAME=FOLDER` a model that was trained otherwise. `--record FILE` keeps each judged proposal, a
JSON object a line, for `benchmarks.ranker`. All are scored twice: on all inputs, as in
production, and on the inputs that the problem allows (see experts/ecode/evaluation/judging.py). BLEU and
CodeBLEU are those of the first proposal, the input where there is none, against the fast version.

Target: the share of time that the best of K saves is the paper's 54.98 % (arXiv 2408.12948) or more.
"""

import argparse
import contextlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TextIO

from benchmarks import support
from benchmarks.ecode_problems import pairs_to_try, problem
from benchmarks.pairs import Pair
from optimizer.bootstrap import timing_core
from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Decision
from optimizer.domain.settings import Settings
from optimizer.experts.ecode.checkpoint import SHIPPED, whole
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.evaluation.baselines import copy_input, in_turn, of_batch, of_expert
from optimizer.experts.ecode.evaluation.codebleu import corpus_codebleu
from optimizer.experts.ecode.evaluation.judging import Bench, Judged, Problem, Proposer, compare
from optimizer.experts.ecode.evaluation.scores import Tried, score
from optimizer.experts.ecode.evaluation.table import table
from optimizer.experts.ecode.expert import EcodeExpert
from optimizer.experts.ecode.fields import NAMES, at_margin
from optimizer.experts.rules.expert import rules_expert
from optimizer.sandbox import bubblewrap

TARGET = 0.5498
_ALL, _ALLOWED = "all inputs", "allowed inputs"
_ECODE, _BOTH = "E-code", "rules and E-code in turn"


@dataclass(frozen=True, slots=True)
class _Found:
    """Of all problems."""

    tries: dict[tuple[str, str], list[Tried]]  # by which inputs count, and proposer
    texts: dict[str, list[tuple[str, str]]]  # by proposer: its first proposal, and the fast version
    reasons: Counter[str]  # how often each judgement ended how


def main() -> None:
    options = _options()
    settings = Settings(seed=options.seed)
    pairs = pairs_to_try(options.data, options.kind, options.problems, options.seed)
    proposers = _proposers(options, [problem(one, settings) for one in pairs], pairs)
    bench = Bench(bubblewrap.detect(), timing_core(), settings)
    with contextlib.ExitStack() as stack:
        record = stack.enter_context(options.record.open("w")) if options.record else None
        found = _tried(pairs, proposers, options.best_of, bench, record)
    if not found.tries:
        raise SystemExit(f"none of the {len(pairs)} problems can be judged: {dict(found.reasons)}")
    scores = {
        (which, name, k): score(tries, k, options.seed)
        for (which, name), tries in found.tries.items()
        for k in sorted({1, options.best_of})
    }
    for which in (_ALL, _ALLOWED):
        print(f"\n{which}\n")
        print(table((name, one) for (part, name, _), one in scores.items() if part == which))
    alike = _alike(found.texts)
    saved = scores[_ALL, _ECODE, options.best_of].reduction.value
    as_json = [{"inputs": which, "proposer": name, **asdict(one)} for (which, name, _), one in scores.items()]
    support.finish(
        round(saved, 4), TARGET, saved >= TARGET, scores=as_json, alike=alike, reasons=found.reasons
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the three files")
    parser.add_argument("--problems", type=int, help="so many, drawn at random; all without it")
    parser.add_argument("--best-of", type=int, default=8, help="proposals for a problem")
    parser.add_argument(
        "--kind", choices=["function", "program", "slowed"], help="of problems; without it, what people wrote"
    )
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder with the model")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME=FOLDER", help="another model")
    parser.add_argument("--fields", action="store_true", help="add the model without each of its fields")
    parser.add_argument("--people", action="store_true", help="add the fast versions as a proposer")
    parser.add_argument("--record", type=Path, help="file for what was judged")
    parser.add_argument("--seed", type=int, default=0, help="of the draw, of inputs and of intervals")
    options = parser.parse_args()
    if not (options.data / "pairs.dev.jsonl.gz").is_file():
        parser.error(f"{options.data} holds no pairs.dev.jsonl.gz: name the folder with the pairs")
    if options.best_of < 1:
        parser.error("--best-of has to be 1 or more")
    if any("=" not in variant for variant in options.variant):
        parser.error("--variant has to be NAME=FOLDER")
    return options


def _proposers(
    options: argparse.Namespace, problems: Sequence[Problem], pairs: Sequence[Pair]
) -> dict[str, Proposer]:
    rules = of_expert(rules_expert())
    expert = EcodeExpert(whole(options.model), Sampling(samples=options.best_of))
    ecode = of_batch(expert, problems)
    found: dict[str, Proposer] = {"copy input": copy_input, "rules alone": rules, _ECODE: ecode}
    found[_BOTH] = in_turn(rules, ecode)
    for name, folder in (variant.split("=", 1) for variant in options.variant):
        found[name] = of_batch(replace(expert, checkpoint=whole(Path(folder))), problems)
    for name in NAMES if options.fields else ():
        found[f"{_ECODE} without {name}"] = of_batch(replace(expert, unread=frozenset({name})), problems)
    if options.people:
        found["people"] = _people(pairs)
    return found


def _people(pairs: Sequence[Pair]) -> Proposer:
    """Only the first: another one's helpers stand in another module."""
    known = {(one.problem, one.function.source): one.candidate for one in pairs}

    def propose(problem: Problem, _k: int) -> list[Candidate]:
        return [known[problem.group, problem.function.source]]

    return propose


def _tried(
    pairs: Sequence[Pair], proposers: Mapping[str, Proposer], k: int, bench: Bench, record: TextIO | None
) -> _Found:
    """Problems that cannot be judged are counted among the reasons alone."""
    to = _Found(defaultdict(list), defaultdict(list), Counter())
    for number, pair in enumerate(pairs, 1):
        judged = compare(problem(pair, bench.settings), proposers, k, bench)
        if isinstance(judged, Decision):
            to.reasons[f"not judged: {judged.reason}"] += 1
            print(f"{pair.name}: {judged.reason}: {judged.detail}", file=sys.stderr)
            continue
        for name, found in judged.items():
            to.reasons.update(f"{name}: {one.reason}" for one in found)
            to.tries[_ALL, name].append(_one(pair.problem, found, allowed=False))
            to.tries[_ALLOWED, name].append(_one(pair.problem, found, allowed=True))
            first = found[0].candidate if found else pair.function
            to.texts[name].append((at_margin(first.source), at_margin(pair.candidate.source)))
        if record:
            _write(record, pair, judged)
        support.progress(number, len(pairs))
    return to


def _alike(texts: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, dict[str, float]]:
    """Printed, and as JSON."""
    print("\n| proposer | BLEU | CodeBLEU |\n|---|---|---|")
    found = {name: corpus_codebleu(pairs, "python") for name, pairs in texts.items()}
    for name, one in found.items():
        print(f"| {name} | {one.ngrams:.3f} | {one.total:.3f} |")
    return {name: {"bleu": one.ngrams, "codebleu": one.total} for name, one in found.items()}


def _write(record: TextIO, pair: Pair, judged: Mapping[str, Sequence[Judged]]) -> None:
    """Each candidate once, whoever proposed it, in the order of the proposers."""
    unique = {one.candidate.id: one for found in judged.values() for one in found}
    for one in unique.values():
        row = {
            "problem": pair.name,
            "group": pair.problem,
            "original": pair.function.source,
            "candidate": one.candidate.source,
            "expert": one.candidate.provenance.expert,
            "reason": one.reason,
            "accepted": one.everywhere.accepted,
            "ratio": one.everywhere.ratio if one.everywhere.correct else None,
            "seconds": round(one.seconds, 3),
        }
        record.write(json.dumps(row) + "\n")
    record.flush()


def _one(group: str, judged: Sequence[Judged], *, allowed: bool) -> Tried:
    """These proposers put what they think best first."""
    return Tried(group, tuple(one.allowed if allowed else one.everywhere for one in judged), ordered=True)


if __name__ == "__main__":
    main()
