"""A/A: how often identical code is accepted as faster. Target: never in 1,000 decisions.

    python -m benchmarks.aa [--decisions N] [--load [none|other|timing]]

Each decision is the referee's whole one (first measurement and, if that accepts, the second) on a
candidate whose text is the original's. Functions and inputs vary. `--load other` runs a busy loop on the
core that does not time, `--load timing` on the one that does (300 decisions), `--load` alone one after
the other.
"""

import argparse
import random
from collections import Counter

from benchmarks import subjects, support
from optimizer.domain.evidence import Reason

_DECISIONS = {"none": 1000, "other": 1000, "timing": 300}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, help="of each part")
    parser.add_argument("--load", nargs="?", const="both", default="none", choices=[*_DECISIONS, "both"])
    options = parser.parse_args()
    parts = ("other", "timing") if options.load == "both" else (options.load,)
    wanted = {part: options.decisions or _DECISIONS[part] for part in parts}
    found: dict[str, Counter[str]] = {}
    for part, decisions in wanted.items():
        with support.busy(part):
            found[part] = decided(part, decisions)
    accepted = {part: reasons["accepted"] for part, reasons in found.items()}
    enough = all(_decisions(found[part]) >= wanted[part] for part in parts)
    passed = enough and not any(accepted.values())
    firsts = {part: reasons.pop("first measurement accepts") for part, reasons in found.items()}
    target = ", ".join(f"0 of {wanted[part]} (load: {part})" for part in parts)
    figure = accepted if len(parts) > 1 else accepted[parts[0]]
    support.finish(figure, target, passed, reasons=found, first_accepts=firsts)


def decided(part: str, wanted: int) -> Counter[str]:
    """How often each reason, and how often a first measurement accepted."""
    reasons: Counter[str] = Counter({"first measurement accepts": 0})
    rounds = max(1, wanted // 50)
    for number in range(rounds):
        source = subjects.PLAIN[list(subjects.PLAIN)[number % len(subjects.PLAIN)]]
        inputs = support.int_lists(random.Random(number), (100, 400, 1600)[: 1 + number % 3])
        share = wanted * (number + 1) // rounds - wanted * number // rounds
        with support.referee(source, inputs) as referee:
            same = support.candidate(referee.arena.function.source)
            for _ in range(share):
                evaluation = referee.evaluate(same)
                reasons[evaluation.decision.reason.value] += 1
                first = evaluation.first
                reasons["first measurement accepts"] += bool(first and first.reason is Reason.ACCEPTED)
        support.progress(_decisions(reasons), wanted, lambda: f"load {part}: {dict(reasons)}")
    return reasons


def _decisions(reasons: Counter[str]) -> int:
    return sum(count for name, count in reasons.items() if name != "first measurement accepts")


if __name__ == "__main__":
    main()
