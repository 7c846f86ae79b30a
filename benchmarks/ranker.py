"""How well the ranker tells which version is faster, and what that saves.

    python -m benchmarks.ranker --data FOLDER [--judged FILE]

FOLDER holds pairs.train.jsonl.gz, on whose measured Python pairs a ranker is fitted, and pairs.dev.jsonl.gz,
on whose pairs of other problems it is asked. Reported: Spearman's rank correlation between predicted and
measured log ratio over both directions of each pair, over the one direction alone, and the share of pairs
whose faster side is told. FILE is what `benchmarks.ecode --record` wrote: for it, the seconds of judging
until the first accepted candidate of each problem, in the order of the experts and in the ranker's, and
those spared by what production does: of E-code's candidates those that are probably slower are not judged.

Target: a correlation of 0.5 over the one direction (both directions together say mostly that slow and
fast versions differ).
"""

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scipy.stats import spearmanr

from benchmarks import support
from optimizer.experts.ecode.data.sources import read_pairs
from optimizer.experts.ecode.ranking.fitting import Measured, fit, of_pairs
from optimizer.experts.ecode.ranking.ranker import SLOWER, Ranker

TARGET = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the two files")
    parser.add_argument("--judged", type=Path, help="what benchmarks.ecode --record wrote")
    options = parser.parse_args()
    train = of_pairs(read_pairs(options.data / "pairs.train.jsonl.gz"))
    dev = of_pairs(read_pairs(options.data / "pairs.dev.jsonl.gz"))
    ranker = fit(train)
    predicted = [ranker.gain(one.original, one.version) for one in dev]
    both = _correlation([*dev, *map(_reversed, dev)], [*predicted, *(-each for each in predicted)])
    one_way = _correlation(dev, predicted)
    right = sum((gain > 0) == (one.log_ratio > 0) for one, gain in zip(dev, predicted, strict=True))
    print(f"fitted to {len(train)} pairs, asked about {len(dev)} of other problems")
    print(f"rank correlation {one_way:.3f} over one direction, {both:.3f} over both")
    print(f"the faster side is told in {right / len(dev):.1%}")
    saved = _saved(ranker, options.judged) if options.judged else {}
    for name, value in saved.items():
        print(f"{name}: {value}")
    more = {"both": both, "told": right / len(dev), "pairs": len(dev), **saved}
    support.finish(round(one_way, 3), TARGET, one_way >= TARGET, **more)


def _reversed(one: Measured) -> Measured:
    return Measured(one.version, one.original, -one.log_ratio, one.group)


def _correlation(measured: Sequence[Measured], predicted: Sequence[float]) -> float:
    return float(spearmanr([one.log_ratio for one in measured], predicted).statistic)


def _saved(ranker: Ranker, file: Path) -> dict[str, Any]:
    """Judging stops at the first accepted candidate; a problem without any costs the same in every order."""
    problems: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in file.read_text().splitlines():
        row = json.loads(line)
        problems[row["problem"]].append(row)
    given = ranked = everything = 0.0
    accepted, lost = 0, 0.0
    for rows in problems.values():
        order = ranker.ordered(rows[0]["original"], [(row, row["candidate"]) for row in rows])
        everything += sum(row["seconds"] for row in rows)
        given += _until_accepted(rows)
        ranked += _until_accepted(order)
        gains = [row["ratio"] for row in order if row["accepted"]]
        accepted += bool(gains)
        lost += math.log(max(gains) / gains[0]) if gains else 0.0
    return _spared(ranker, [row for rows in problems.values() for row in rows]) | {
        "problems": len(problems),
        "problems with an accepted candidate": accepted,
        "seconds to judge all": round(everything, 1),
        "seconds to the first accepted, experts' order": round(given, 1),
        "seconds to the first accepted, ranker's order": round(ranked, 1),
        "gain lost by stopping there": round(math.exp(lost / accepted) if accepted else 1.0, 3),
    }


def _spared(ranker: Ranker, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """By what production does."""
    own = [row for row in rows if row["expert"] == "ecode"]
    slower = [row for row in own if ranker.gain(row["original"], row["candidate"]) < SLOWER]
    return {
        "E-code's candidates": len(own),
        "seconds to judge them": round(sum(row["seconds"] for row in own), 1),
        "left out of them": len(slower),
        "seconds spared so": round(sum(row["seconds"] for row in slower), 1),
        "accepted ones among them": sum(row["accepted"] for row in slower),
    }


def _until_accepted(rows: Sequence[dict[str, Any]]) -> float:
    total = 0.0
    for row in rows:
        total += row["seconds"]
        if row["accepted"]:
            break
    return total


if __name__ == "__main__":
    main()
