"""Power: how often a true gain is accepted. Target: 95 of 100 for each of

    1.10 on a function of 50 microseconds, 1.25 on one of 2 microseconds, 1.25 on one of 50.

    python -m benchmarks.power [--decisions N] [--load none|other|timing] [--only 1.10@50]

The slower version does the same work and then a share of it again, so the true ratio is known up to the
cost of a loop; it is measured here too, and printed.
"""

import argparse
import random
from collections import Counter
from statistics import median
from typing import Any

from benchmarks import support
from optimizer.domain.settings import Settings

_FAST = "def f(xs):\n    total = 0\n    for x in xs:\n        total += x * x % 7\n    return total\n"
_SLOW = (
    "def f(xs):\n    total = 0\n    for x in xs:\n        total += x * x % 7\n"
    "    waste = 0\n    for x in xs[:len(xs) * {percent} // 100]:\n        waste += x * x % 7\n"
    "    return total\n"
)
# The start of a second loop is a tenth of a call that short: eight elements more, and no division.
_SHORT = (
    "def f(xs):\n    total = 0\n    for x in xs:\n        total += x * x % 7\n"
    "    for x in xs[:{extra}]:\n        x * x % 7\n    return total\n"
)
CASES = {
    "1.10@50": (_SLOW.format(percent=10), 1000),
    "1.25@2": (_SHORT.format(extra=8), 45),
    "1.25@50": (_SLOW.format(percent=25), 1000),
}


_NO_SEARCH = Settings(search_seconds=0.0)  # the two versions are the same: time is what is asked about


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=100, help="of each case")
    parser.add_argument("--load", default="none", choices=("none", "other", "timing"))
    parser.add_argument("--only", choices=list(CASES), action="append")
    options = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    with support.busy(options.load):
        for name in options.only or CASES:
            found[name] = decided(name, options.decisions)
    least = 0.95 * options.decisions
    accepted = {name: one["reasons"]["accepted"] for name, one in found.items()}
    target = f">= {least:g} of {options.decisions} for each"
    passed = min(accepted.values()) >= least
    support.finish(accepted, target, passed, load=options.load, cases=found)


def decided(name: str, decisions: int) -> dict[str, Any]:
    slow, elements = CASES[name]
    reasons: Counter[str] = Counter(accepted=0)
    ratios: list[float] = []
    times: list[float] = []
    rounds = max(1, decisions // 20)
    for number in range(rounds):
        inputs = support.int_lists(random.Random(number), (elements,))
        with support.referee(slow, inputs, settings=_NO_SEARCH) as referee:
            for _ in range(decisions * (number + 1) // rounds - decisions * number // rounds):
                evaluation = referee.evaluate(support.candidate(_FAST.rstrip("\n")))
                reasons[evaluation.decision.reason.value] += 1
                if evaluation.first:
                    ratios.append(evaluation.first.wall.estimate)
                    times.append(evaluation.first.rows[0].candidate_ns / 1000)
        support.progress(sum(reasons.values()), decisions, lambda: f"{name}: {dict(reasons)}")
    return {
        "reasons": reasons,
        "median_ratio": round(median(ratios), 3),
        "candidate_us": round(median(times), 2),
    }


if __name__ == "__main__":
    main()
