"""A/A: how often identical code is accepted as faster. Target: never in 1,000 decisions.

    python benchmarks/aa.py [--decisions N]

Each decision is the referee's whole one (first measurement and, if that accepts, the second) on a
candidate whose text is the original's. Functions and inputs vary.
"""

import argparse
import random
from collections import Counter

from benchmarks import subjects, support
from optimizer.domain.evidence import Reason


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1000)
    wanted = parser.parse_args().decisions
    reasons: Counter[str] = Counter()
    first_accepts = 0
    rounds = max(1, wanted // 50)
    for number in range(rounds):
        name = list(subjects.PLAIN)[number % len(subjects.PLAIN)]
        source = subjects.PLAIN[name]
        inputs = support.int_lists(random.Random(number), (100, 400, 1600)[: 1 + number % 3])
        with support.referee(source, inputs) as referee:
            same = support.candidate(referee.arena.function.source)
            for _ in range(wanted // rounds):
                evaluation = referee.evaluate(same)
                reasons[evaluation.decision.reason] += 1
                first_accepts += bool(evaluation.second)
        support.progress(sum(reasons.values()), wanted, lambda: str(dict(reasons)))
    accepted = reasons[Reason.ACCEPTED]
    decisions = sum(reasons.values())
    passed = accepted == 0 and decisions >= wanted
    support.finish(
        accepted, f"0 of {wanted}", passed, decisions=decisions, reasons=reasons, first_accepts=first_accepts
    )


if __name__ == "__main__":
    main()
