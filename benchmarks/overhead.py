"""Cost of judging: wall time a candidate over the bare running time of the calls made for it.

    python -m benchmarks.overhead [--candidates N]

Half of the candidates are true gains of 1.25 on a function of 50 microseconds (both measurements are
made), half are no gain at all. Targets: ratio at most 3, and at least 60 candidates a minute.
"""

import argparse
import random
import time
from collections import Counter

from benchmarks import support
from benchmarks.power import _FAST, _SLOW


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=60)
    wanted = parser.parse_args().candidates
    wall = calls = 0.0
    reasons: Counter[str] = Counter()
    with support.referee(_SLOW.format(percent=25), support.int_lists(random.Random(1), (1000,))) as referee:
        choices = [support.candidate(_FAST.rstrip("\n")), support.candidate(referee.arena.function.source)]
        for number in range(wanted):
            began = time.perf_counter()
            evaluation = referee.evaluate(choices[number % 2])
            wall += time.perf_counter() - began
            calls += evaluation.call_seconds
            reasons[evaluation.decision.reason] += 1
    ratio, rate = wall / calls, 60 * wanted / wall
    passed = ratio <= 3 and rate >= 60
    support.finish(
        round(ratio, 2), "<= 3, and >= 60 a minute", passed, candidates_a_minute=round(rate), reasons=reasons
    )


if __name__ == "__main__":
    main()
