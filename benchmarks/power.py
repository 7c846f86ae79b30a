"""Power: how often a true gain of 1.25 on a function of 50 microseconds is accepted. Target: 95 of 100.

    python benchmarks/power.py [--decisions N] [--gain G]

The slower version does the same work and then a share of it again, so the true ratio is known up to
the cost of a loop; it is measured here too, and printed.
"""

import argparse
import random
from collections import Counter
from statistics import median

from benchmarks import support
from optimizer.domain.evidence import Reason

_FAST = "def f(xs):\n    total = 0\n    for x in xs:\n        total += x * x % 7\n    return total\n"
_SLOW = (
    "def f(xs):\n    total = 0\n    for x in xs:\n        total += x * x % 7\n"
    "    waste = 0\n    for x in xs[:len(xs) * {percent} // 100]:\n        waste += x * x % 7\n"
    "    return total\n"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--gain", type=float, default=1.25)
    parser.add_argument("--elements", type=int, default=1000, help="1000 are about 50 microseconds")
    options = parser.parse_args()
    slow = _SLOW.format(percent=round(100 * (options.gain - 1)))
    reasons: Counter[str] = Counter()
    ratios: list[float] = []
    rounds = max(1, options.decisions // 20)
    for number in range(rounds):
        with support.referee(slow, support.int_lists(random.Random(number), (options.elements,))) as referee:
            for _ in range(options.decisions // rounds):
                evaluation = referee.evaluate(support.candidate(_FAST.rstrip("\n")))
                reasons[evaluation.decision.reason] += 1
                if evaluation.first:
                    ratios.append(evaluation.first.wall.estimate)
        support.progress(sum(reasons.values()), options.decisions, lambda: str(dict(reasons)))
    accepted = reasons[Reason.ACCEPTED]
    passed = accepted >= 0.95 * options.decisions
    support.finish(
        accepted,
        f">= {0.95 * options.decisions:g} of {options.decisions}",
        passed,
        gain=options.gain,
        median_ratio=round(median(ratios), 3),
        reasons=reasons,
    )


if __name__ == "__main__":
    main()
