"""Exponents and crossovers from synthetic times."""

import math
import random
from collections.abc import Callable

import pytest

from optimizer.bench.scaling import crossover, fit, scaling
from optimizer.domain.evidence import SizePoint

SIZES = [2**power for power in range(1, 13)]
Curve = Callable[[float], float]


def noisy(curve: Curve, noise: float, seed: int, sizes: list[int] = SIZES) -> list[tuple[float, float]]:
    """`noise`: standard deviation of log time."""
    random_ = random.Random(seed)
    return [(size, curve(size) * math.exp(random_.gauss(0, noise))) for size in sizes]


@pytest.mark.parametrize(
    ("curve", "exponent"),
    [
        (lambda n: 5_000.0, 0.0),
        (lambda n: 20.0 * n, 1.0),
        (lambda n: 2_000.0 + 20.0 * n, 1.0),
        (lambda n: 3_000.0 + 3.0 * n * n, 2.0),
        (lambda n: 100.0 * n**1.5, 1.5),
    ],
)
def test_the_intervals_cover_the_true_exponent_about_as_often_as_they_say(
    curve: Curve, exponent: float
) -> None:
    fits = [fit(noisy(curve, 0.05, seed)) for seed in range(40)]
    intervals = [one.exponent for one in fits if one]
    assert len(intervals) == 40
    covering = [one for one in intervals if one.low <= exponent <= one.high]
    assert len(covering) >= 34  # of 40 at 95 %: fewer come about once in a thousand times
    assert all(one.low < one.estimate < one.high for one in intervals)
    assert sum(one.estimate for one in intervals) / 40 == pytest.approx(exponent, abs=0.05)


def test_a_fixed_cost_does_not_flatten_the_exponent() -> None:
    found = fit(noisy(lambda n: 10_000.0 + 20.0 * n, 0.01, 1))
    assert found is not None
    assert found.exponent.estimate == pytest.approx(1.0, abs=0.06)
    assert found.factor * found.fixed == pytest.approx(10_000, rel=0.1)
    assert found.at(4096) == pytest.approx(10_000 + 20 * 4096, rel=0.05)


def test_where_the_fixed_cost_is_nearly_all_of_it_the_slope_of_the_whole_is_told() -> None:
    found = fit(noisy(lambda n: 1_000_000.0 + n, 0.01, 1))
    assert found is not None
    assert found.exponent.high < 0.5


def test_scattered_times_give_a_wider_interval() -> None:
    narrow, wide = (fit(noisy(lambda n: 20.0 * n, noise, 3)) for noise in (0.02, 0.3))
    assert narrow is not None
    assert wide is not None
    assert wide.exponent.high - wide.exponent.low > 3 * (narrow.exponent.high - narrow.exponent.low)


@pytest.mark.parametrize("sizes", [[], [5], [5, 50, 500], [10, 11, 12, 13, 14], [0, 0, 10, 20, 30]])
def test_sizes_that_are_few_or_alike_tell_nothing(sizes: list[int]) -> None:
    points = [(size, 10.0 * size + 1) for size in sizes]
    assert fit(points) is None
    found = scaling([SizePoint(int(size), time, time) for size, time in points])
    assert (found.original, found.candidate) == (None, None)


def test_times_without_any_order_tell_nothing() -> None:
    assert fit([(1, 1.0), (2, 1e9), (4, 3.0), (8, 1e10)]) is None


def points(ratios: dict[int, float]) -> list[SizePoint]:
    """Original over candidate, by size."""
    return [SizePoint(size, 1000.0 * ratio, 1000.0) for size, ratio in ratios.items()]


def test_the_crossover_lies_between_the_sizes_where_the_sign_changes() -> None:
    assert crossover(points({1: 0.5, 10: 0.5, 1000: 2.0, 10_000: 9.0})) == pytest.approx(100)


def test_a_candidate_that_is_faster_at_all_sizes_has_no_crossover() -> None:
    assert crossover(points({1: 1.0, 10: 1.5, 100: 3.0})) is None
    assert crossover(points({1: 0.99, 10: 1.5, 100: 3.0})) is None  # less than anybody cares about
    assert crossover([]) is None


def test_a_candidate_that_is_slower_at_all_sizes_never_crosses() -> None:
    assert crossover(points({1: 0.5, 10: 0.6, 100: 0.9})) == math.inf


def test_a_single_odd_size_among_larger_gains_makes_no_crossover() -> None:
    assert crossover(points({1: 2.0, 10: 2.1, 50: 0.9, 100: 2.0, 1000: 2.2})) is None


def test_points_come_out_in_order_of_size() -> None:
    found = scaling([SizePoint(size, 30.0 * size * size, 40.0 * size) for size in (64, 1, 16, 4, 256)])
    assert [point.elements for point in found.points] == [1, 4, 16, 64, 256]
    assert found.original is not None
    assert found.candidate is not None
    assert found.original.estimate == pytest.approx(2.0, abs=0.02)
    assert found.candidate.estimate == pytest.approx(1.0, abs=0.02)
    assert found.crossover == pytest.approx(4 / 3, abs=0.4)
