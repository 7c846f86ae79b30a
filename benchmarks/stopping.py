"""When to stop measuring: three rules on the same functions, taking turns in one run.

    python -m benchmarks.stopping [--seconds N]

fixed     eight launches of nine pairs, accepted when the 99 % lower bound is above 1 and the estimate at
          the gate (1.05)
section5  launches of eight pairs of 5 ms; refused when the mean is under 1 %; from three launches on
          accepted when the 99 % lower bound is above 1 and the gain at least 3 %; at most eight launches
ours      the referee's own, both measurements and every check on first calls included

In every round each rule decides once on identical code and on true gains of 1.02, 1.10 and 1.25, in random
order, in sandboxes of its own, whose start is on its time. Wrong are: accepting identical code or 1.02
(the gate is 1.05), and refusing 1.10 or 1.25. Target: no rule makes fewer wrong decisions than ours, and
of the rules that make no more than ours, ours makes the most decisions a minute.
"""

import argparse
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median

from benchmarks import support
from benchmarks.power import _FAST, _SLOW
from optimizer.bench import statistics
from optimizer.bench.protocol import Protocol
from optimizer.domain.evidence import Reason, Sample, Side
from optimizer.domain.workloads import Input
from optimizer.stages.arena import TIMING_SEED
from optimizer.stages.benchmark import calibrate, launch_once, measure
from optimizer.stages.evaluate import Referee
from optimizer.stages.sizes import size_classes

_GATE = 1.05
_CASES = {"identical": 0, "1.02": 2, "1.10": 10, "1.25": 25}
_TRUE = ("1.10", "1.25")
_FIXED = replace(Protocol(), pairs=9, min_pairs=9, sample_ns=4_000_000)
_SECTION5 = replace(Protocol(), pairs=8, min_pairs=8, sample_ns=5_000_000)
Rule = Callable[[Referee, random.Random], bool]


@dataclass(slots=True)
class Score:
    seconds: float = 0.0
    decisions: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def a_minute(self) -> float:
        return 60 * self.decisions / self.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=400)
    seconds = parser.parse_args().seconds
    scores = {name: Score() for name in RULES}
    rng, began, rounds = random.Random(1), time.monotonic(), 0
    while time.monotonic() - began < seconds:
        for case, percent in _CASES.items():
            source = _SLOW.format(percent=percent) if percent else _FAST
            with support.referee(source, _inputs(rounds)) as referee:
                for name in rng.sample(list(RULES), len(RULES)):
                    _turn(scores[name], RULES[name], case, referee, rng)
        rounds += 1
    ours = scores["ours"]
    rivals = [one for name, one in scores.items() if name != "ours"]
    fewest = all(ours.wrong.total() <= one.wrong.total() for one in rivals)
    fastest = all(ours.a_minute > one.a_minute for one in rivals if one.wrong.total() <= ours.wrong.total())
    support.finish(
        {name: round(one.a_minute) for name, one in scores.items()},
        "decisions a minute; ours the most among rules with no more wrong decisions, and none has fewer",
        fewest and fastest,
        rounds=rounds,
        wrong={name: {**one.wrong, "all": one.wrong.total()} for name, one in scores.items()},
        decisions={name: one.decisions for name, one in scores.items()},
    )


def _inputs(seed: int) -> list[Input]:
    return support.int_lists(random.Random(seed), (1000,))


def _turn(score: Score, rule: Rule, case: str, referee: Referee, rng: random.Random) -> None:
    protocol = PROTOCOLS[rule]
    classes = calibrate(referee.arena, size_classes(referee.expected, protocol), protocol)
    referee = replace(referee, classes=classes, protocol=protocol)
    began = time.monotonic()
    accepted = rule(referee, rng)
    score.seconds += time.monotonic() - began
    score.decisions += 1
    if accepted != (case in _TRUE):
        score.wrong[f"{'accepted' if accepted else 'refused'} {case}"] += 1


def fixed(referee: Referee, rng: random.Random) -> bool:
    return _accepted(_launches(referee, rng, lambda _ratios: False), math.log(_GATE))


def section5(referee: Referee, rng: random.Random) -> bool:
    goal = math.log(1.03)

    def ended(ratios: Sequence[float]) -> bool:
        return fmean(ratios) < math.log(1.01) or _accepted(ratios, goal)

    return _accepted(_launches(referee, rng, ended), goal)


def _accepted(ratios: Sequence[float], goal: float) -> bool:
    if len(ratios) < 3:
        return False
    return fmean(ratios) - statistics.half_width(ratios, 0.99) > 0 and median(ratios) >= goal


def _launches(referee: Referee, rng: random.Random, ended: Callable[[Sequence[float]], bool]) -> list[float]:
    ratios: list[float] = []
    with referee.arena.candidate(support.candidate(_FAST.rstrip("\n")), TIMING_SEED) as zygote:
        for launch in range(8):
            samples = launch_once(
                referee.arena, zygote, referee.classes, launch, rng, _GATE, referee.protocol
            )
            ratios.append(_ratio(samples))
            if ended(ratios):
                break
    return ratios


def _ratio(samples: Sequence[Sample]) -> float:
    """The median log ratio of the pairs of one launch, by wall time as it was read."""
    warm = [one for one in samples if not one.cold]
    null = min(one.wall_ns / one.calls for one in warm if one.side is Side.NULL)
    times = {(one.pair, one.side): statistics.net_ns(one, null) for one in warm}
    pairs = {one.pair for one in warm}
    return median(math.log(times[pair, Side.ORIGINAL] / times[pair, Side.CANDIDATE]) for pair in pairs)


def ours(referee: Referee, rng: random.Random) -> bool:
    for _ in range(2):
        with referee.arena.candidate(support.candidate(_FAST.rstrip("\n")), TIMING_SEED) as zygote:
            seed = rng.randrange(1 << 30)
            found = measure(referee.arena, zygote, referee.classes, _GATE, seed, referee.protocol)
        if found.reason is not Reason.ACCEPTED:
            return False
    return True


RULES: dict[str, Rule] = {"fixed": fixed, "section5": section5, "ours": ours}
PROTOCOLS: dict[Rule, Protocol] = {fixed: _FIXED, section5: _SECTION5, ours: Protocol()}


if __name__ == "__main__":
    main()
