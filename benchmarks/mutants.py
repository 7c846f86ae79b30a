"""Mistakes planted in correct faster versions: how many does the referee catch? Target: 97 of 100.

    python -m benchmarks.mutants [--data FOLDER] [--limit N] [--seed N] [--only KEY] [--workers N]

Each pair (an original and a faster version that ought to be right) is judged first as it is; those that
the referee does not find equivalent are left out. Then one mistake is planted in the faster version, of a
kind drawn so that all kinds come up, and judged: on the workload that a job would have made, and if nothing
is found there, by the search for a counterexample. Nothing is timed and no text is checked. FOLDER has
`pairs.dev.jsonl.gz` and what goes with it; without it only the pairs of this repository are taken. What
provably changes nothing is not planted, or is taken off by `proved_mutants.toml`, with its proof.
"""

import argparse
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from benchmarks import support, untimed
from benchmarks.mutant_pairs import Subject, subjects
from benchmarks.mutations import Mutant, choose, plain
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Decision, VerdictKind
from optimizer.domain.settings import Settings
from optimizer.stages.evaluate import Referee

TARGET = 0.97
PROVED = Path(__file__).with_name("proved_mutants.toml")
_UNUSABLE = "the original cannot be judged"


@dataclass(frozen=True, slots=True)
class Planted:
    subject: Subject
    mutant: Mutant

    @property
    def key(self) -> str:
        """Names the mutant: another text, another key, and no proof."""
        return f"{self.subject.key} #{self.mutant.id}"


@dataclass(frozen=True, slots=True)
class Result:
    key: str
    source: str
    kind: str
    change: str
    outcome: str  # "left out", "workload", "search" (caught by), or "survived"
    detail: str
    seconds: float


def plant(pairs: Sequence[Subject], seed: int) -> list[Planted]:
    """One mistake in each pair's faster version; pairs in which none can be planted are missing."""
    used: Counter[str] = Counter()
    found = []
    for pair in pairs:
        mutant = choose(pair.candidate.source, used, Random(f"{seed}:{pair.key}"))
        if mutant:
            found.append(Planted(pair, mutant))
    return found


def judged(planted: Planted, settings: Settings) -> Result:
    """The pair as it is, then with the mistake."""
    began = time.monotonic()
    with untimed.referee(planted.subject, settings) as referee:
        if isinstance(referee, Decision):
            outcome, detail = "left out", f"{_UNUSABLE}: {referee.reason}"
        else:
            outcome, detail = _outcome(referee, planted)
    mutant = planted.mutant
    return Result(
        planted.key,
        planted.subject.source,
        mutant.kind,
        mutant.change,
        outcome,
        detail,
        time.monotonic() - began,
    )


def _outcome(referee: Referee, planted: Planted) -> tuple[str, str]:
    right = planted.subject.candidate
    by, verdict = untimed.verdict(referee, _candidate(plain(right.source), right))
    if verdict.kind is not VerdictKind.EQUIVALENT:
        return "left out", f"the faster version is no match: {verdict.kind}, {by}: {untimed.shown(verdict)}"
    by, verdict = untimed.verdict(referee, _candidate(planted.mutant.source, right))
    return ("survived" if verdict.kind is VerdictKind.EQUIVALENT else by), untimed.shown(verdict)


def _candidate(source: str, right: Candidate) -> Candidate:
    return Candidate(source, Provenance("benchmark", "mutant", "1"), right.imports)


def proofs() -> dict[str, str]:
    """Mutants that a person proved to be the same, by key, each with its proof."""
    rows = tomllib.loads(PROVED.read_text())["same"]
    return {row["key"]: row["proof"] for row in rows}


def table(results: Sequence[Result], by: str) -> list[str]:
    """Markdown: what was caught, by an attribute of the results."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        groups[getattr(result, by)][result.outcome] += 1
    lines = [f"| {by} | planted | workload | search | survived |", "|---|---|---|---|---|"]
    for name, counts in sorted(groups.items()):
        cells = [sum(counts.values()), *(counts[one] for one in ("workload", "search", "survived"))]
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    return lines


def told(result: Result, proved: dict[str, str]) -> str:
    """One result for people; of a pair that is left out only why."""
    detail = f"the same: {proved[result.key]}" if result.key in proved else result.detail
    head = f"{result.key}\n  {result.kind}, {result.outcome}, {result.seconds:.1f} s: {detail}"
    return head if result.outcome == "left out" else f"{head}\n{result.change}\n"


def main() -> None:
    options = _options()
    proved = proofs()
    results: list[Result] = []
    with ProcessPoolExecutor(options.workers) as pool:
        pairs, unread = subjects(options.data, partial(pool.map, chunksize=8))
        planted = plant(pairs, options.seed)
        planted = [one for one in planted if options.only in one.key][: options.limit]
        for result in pool.map(partial(judged, settings=Settings()), planted):
            results.append(result)
            if options.only or result.outcome in ("survived", "left out"):
                print(told(result, proved), flush=True)
            support.progress(len(results), len(planted), lambda: str(Counter(r.outcome for r in results)))
    report(results, proved, unread)


def report(results: Sequence[Result], proved: dict[str, str], unread: dict[str, int]) -> None:
    """Tables, the slowest, and the closing line."""
    left_out = Counter(result.detail.split(":")[0] for result in results if result.outcome == "left out")
    same = [one for one in results if one.outcome != "left out" and one.key in proved]
    wrong = [one.key for one in same if one.outcome != "survived"]
    counted = [one for one in results if one.outcome != "left out" and one.key not in proved]
    print("\n".join(["", *table(counted, "source"), "", *table(counted, "kind"), ""]))
    outcomes = Counter(one.outcome for one in counted)
    caught = outcomes["workload"] + outcomes["search"]
    share = round(caught / max(1, len(counted)), 4)
    support.finish(
        share,
        f">= {TARGET}",
        share >= TARGET and not wrong,
        caught_by=outcomes,
        planted=len(counted) + len(same),
        proved_same=len(same),
        pairs_left_out=left_out,
        not_read=unread,
        proved_and_yet_caught=wrong,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of pairs.dev.jsonl.gz and what goes with it")
    parser.add_argument("--limit", type=int, default=None, help="pairs, from the first one on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="part of a mutant's key: only those, with their changes")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
