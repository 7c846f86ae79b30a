"""Pairs of slow and fast versions, as people wrote them, through the referee, in both directions.

    python -m benchmarks.dev_pairs --data FOLDER [--out FILE [--resume]] [--write-docs]

FOLDER holds pairs.dev.jsonl.gz, problem_examples.jsonl.gz and program_tests.json.gz. Every pair is judged
as original and candidate, and reversed, on the same inputs. Target: no reversed pair is accepted that is
accepted the right way round as well, or that was measured faster the right way round. A reversed pair
that is accepted without that has a wrong label: it is listed by name with both intervals.

Every row is written to `--out` at once; `--resume` goes on after the last. `--verdicts-only` times
nothing. `--write-docs` puts the figures and the table of differences into docs/dev-pairs.md.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import pair_report, support
from benchmarks.pair_judging import Bench, Row, judge, row_of
from benchmarks.pairs import Loaded, Pair, load
from optimizer.bootstrap import timing_core
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Workload
from optimizer.sandbox import bubblewrap

_DOCUMENT = Path("docs/dev-pairs.md")


def main() -> None:
    options = _options()
    loaded = load(options.data)
    done = _done(options.out) if options.resume else []
    if options.out and not options.resume:
        options.out.write_text("")
    began = time.monotonic()
    for row in _judged(loaded, done, options):
        done.append(row)
        if options.out:
            with options.out.open("a") as file:
                file.write(json.dumps(row.as_json()) + "\n")
    minutes = (time.monotonic() - began) / 60
    report = pair_report.report(done, loaded, minutes)
    if options.write_docs:
        pair_report.write(_DOCUMENT, report, done)
    print(pair_report.text(report, done))
    support.finish(report["failing"], 0, report["failing"] == 0, **report)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the three files")
    parser.add_argument("--limit", type=int, help="so many pairs, drawn at random")
    parser.add_argument("--only", help="pairs whose name begins so")
    parser.add_argument("--seed", type=int, default=0, help="of inputs and of --limit")
    parser.add_argument("--out", type=Path, help="JSON lines, one a pair and direction")
    parser.add_argument("--resume", action="store_true", help="keep what --out holds, and go on")
    parser.add_argument("--verdicts-only", action="store_true", help="time nothing")
    parser.add_argument("--write-docs", action="store_true", help=f"refresh {_DOCUMENT}")
    options = parser.parse_args()
    missing = [name for name in ("pairs.dev.jsonl.gz",) if not (options.data / name).is_file()]
    if missing:
        parser.error(f"{options.data} holds no {missing[0]}: name the folder with the pairs")
    if options.resume and not (options.out and options.out.is_file()):
        parser.error("--resume goes on with a file: name it with --out")
    return options


def _done(path: Path) -> list[Row]:
    """The rows of a file; a last line that a kill cut off is left out, and judged again."""
    rows = []
    for line in path.read_text().splitlines():
        try:
            rows.append(row_of(json.loads(line)))
        except ValueError:
            print("a line that was cut off is left out", file=sys.stderr)
    path.write_text("".join(json.dumps(row.as_json()) + "\n" for row in rows))
    return rows


def _judged(loaded: Loaded, done: Sequence[Row], options: argparse.Namespace) -> Iterator[Row]:
    known = {(row.name, row.reverse) for row in done}
    timed = not options.verdicts_only
    settings = replace(Settings(), seed=options.seed)
    bench = Bench(bubblewrap.detect(), timing_core() if timed else None, settings, timed=timed)
    backwards = {pair.name: pair for pair in load(options.data, reverse=True).pairs}
    chosen = _chosen(loaded.pairs, options)
    workloads: dict[str, Workload] = {}
    for reverse in (False, True):
        for number, pair in enumerate(chosen, 1):
            one = backwards.get(pair.name) if reverse else pair
            if one is not None and (pair.name, reverse) not in known:
                workload = workloads.get(pair.name) or pair.workload(settings)
                workloads[pair.name] = workload
                yield judge(one, workload, bench, reverse=reverse)
            support.progress(number, len(chosen), lambda: "reversed" if reverse else "as they are")  # noqa: B023


def _chosen(pairs: Sequence[Pair], options: argparse.Namespace) -> list[Pair]:
    chosen = [pair for pair in pairs if pair.name.startswith(options.only or "")]
    if options.limit and options.limit < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.limit)
    return chosen


if __name__ == "__main__":
    main()
