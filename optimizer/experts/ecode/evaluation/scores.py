"""What outcomes of candidates come to: correctness, speed-up, saved time, at best of k, with intervals.

After PIE (Shypula et al. 2024, arXiv 2302.07867): what is wrong or slower counts as the original, 1x, which
is kept then; optimised is what is correct and at least 1.1 times as fast. E-code (arXiv 2408.12948) reports
54.98 % without its formula: the relative time reduction is the nearest to it.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OPTIMISED = 1.1  # times as fast as the original
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one candidate. `ratio`: the original's time over its own; None where it was refused, or not
    timed."""

    correct: bool
    ratio: float | None
    accepted: bool = False  # the referee would have it published

    @property
    def speed_up(self) -> float:
        """Of what is kept: never under 1."""
        return max(1.0, self.ratio) if self.correct and self.ratio is not None else 1.0


@dataclass(frozen=True, slots=True)
class Tried:
    """All outcomes for one problem. `ordered`: the proposer's best guess first, so that best of k is the best
    of the first k; else they are samples, repetitions included, any k of which are as good as the first."""

    group: str  # problems of one group are not independent: they are resampled together
    outcomes: tuple[Outcome, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` and `high`: percentile bootstrap over groups, 95 %; None with fewer than two groups."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over problems; shares in 0..1."""

    k: int
    problems: int
    correct: Estimate
    optimised: Estimate
    accepted: Estimate
    speed_up: Estimate  # arithmetic mean
    geometric: Estimate  # geometric mean of the speed-up
    reduction: Estimate  # 1 - time of the best over the original's time


def score(tried: Sequence[Tried], k: int, seed: int = 0) -> Scores:
    """Of the best of k. Raises ValueError where there are no problems, or k is under 1."""
    if not tried or k < 1:
        raise ValueError(f"nothing to score: {len(tried)} problems, best of {k}")
    rows = np.array([_row(one, k) for one in tried])
    correct, optimised, accepted, speed_up, logs, reduction = _estimates(
        rows, [one.group for one in tried], seed
    )
    return Scores(k, len(tried), correct, optimised, accepted, speed_up, _exponential(logs), reduction)


def best_of(values: Sequence[float], k: int, *, ordered: bool = False) -> float:
    """The expected highest of k. Where there are more samples than k, over all ways to draw k of them: for
    values of 0 and 1 that is pass@k (Chen et al. 2021, arXiv 2107.03374). Where there are fewer, of all.
    Raises ValueError where there are none."""
    if ordered or len(values) <= k:
        return max(values[:k])
    ranked, ways = sorted(values), math.comb(len(values), k)
    return sum(value * (math.comb(below, k - 1) / ways) for below, value in enumerate(ranked))


def _exponential(logs: Estimate) -> Estimate:
    low, high = (None if bound is None else math.exp(bound) for bound in (logs.low, logs.high))
    return Estimate(math.exp(logs.value), low, high)


def _row(tried: Tried, k: int) -> list[float]:
    """In the order of the fields of `Scores`; the logarithm stands for the geometric mean."""
    nothing = Outcome(correct=False, ratio=None)
    outcomes = tried.outcomes or (nothing,)
    speed_ups = [one.speed_up for one in outcomes]
    columns: list[list[float]] = [
        [float(one.correct) for one in outcomes],
        [float(one.correct and one.speed_up >= OPTIMISED) for one in outcomes],
        [float(one.accepted) for one in outcomes],
        speed_ups,
        [math.log(each) for each in speed_ups],
        [1 - 1 / each for each in speed_ups],
    ]
    return [best_of(column, k, ordered=tried.ordered) for column in columns]


def _estimates(rows: NDArray[np.float64], groups: Sequence[str], seed: int) -> list[Estimate]:
    """One a column."""
    means = rows.mean(axis=0)
    members: defaultdict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        members[group].append(number)
    if len(members) < 2:
        return [Estimate(float(mean), None, None) for mean in means]
    sums = np.array([rows[numbers].sum(axis=0) for numbers in members.values()])
    sizes = np.array([len(numbers) for numbers in members.values()])
    drawn = np.random.default_rng(seed).integers(len(sizes), size=(_RESAMPLES, len(sizes)))
    resampled = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)[:, None]
    low, high = np.percentile(resampled, [2.5, 97.5], axis=0)
    return [Estimate(*map(float, each)) for each in zip(means, low, high, strict=True)]
