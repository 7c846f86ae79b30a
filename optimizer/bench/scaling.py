"""Time against size: how fast it grows, and under which size a candidate is the slower one.

The time of a call is taken for a·(size^b + k): a power of the size and a fixed cost, which is most of the
time at small sizes and would flatten the slope of a straight line through them. Both are fitted together by
least squares of log time. The fixed cost may be no more than half of the time at the largest size: beyond
that nobody can tell how the rest grows, and b says how the whole does. The interval of b is the one outside
of which the fit is worse than the scatter of the points explains, whatever the fixed cost (profile
likelihood, with Student's t for n - 3 degrees of freedom).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.evidence import Exponent, Scaling, SizePoint

_LOWEST, _HIGHEST, _STEP = -1.0, 6.0, 0.01  # exponents that are looked at
# Fixed costs that are looked at, as shares of the growing part at the largest size.
_FIXED = (0.0, *(10 ** (-0.1 * step) for step in range(70, -1, -1)))
_MIN_POINTS = 4  # distinct sizes: three numbers are fitted
_MIN_SPREAD = 4.0  # the largest size over the smallest
_SLOWER = 0.02  # of a log ratio: less is nobody's concern, see bench/protocol.py


@dataclass(frozen=True, slots=True)
class Fit:
    """One side's curve."""

    exponent: Exponent
    factor: float
    fixed: float  # k

    def at(self, size: float) -> float:
        """Nanoseconds of a call."""
        return float(self.factor * (size**self.exponent.estimate + self.fixed))


def scaling(points: Iterable[SizePoint]) -> Scaling:
    """Both exponents and the crossover, from points in any order."""
    ordered = tuple(sorted(points, key=lambda point: point.elements))
    before = fit([(point.elements, point.original_ns) for point in ordered])
    after = fit([(point.elements, point.candidate_ns) for point in ordered])
    return Scaling(
        ordered,
        before.exponent if before else None,
        after.exponent if after else None,
        crossover(ordered),
    )


def fit(points: Sequence[tuple[float, float]], level: float = 0.95) -> Fit | None:
    """From (size, nanoseconds); None where the sizes are too much alike, or the times too scattered."""
    usable = [(size, time) for size, time in points if size > 0 and time > 0]
    sizes = sorted({size for size, _ in usable})
    if len(sizes) < _MIN_POINTS or sizes[-1] / sizes[0] < _MIN_SPREAD:
        return None
    xs, ys = (np.log(np.array(column, dtype=float)) for column in zip(*usable, strict=True))
    exponents = np.arange(_LOWEST, _HIGHEST + _STEP / 2, _STEP)
    errors, best = _profile(xs, ys, exponents)
    at = int(errors.argmin())
    freedom = len(usable) - 3
    within = np.flatnonzero(errors <= errors[at] * (1 + _quantile(level, freedom) ** 2 / freedom))
    if within[0] == 0 or within[-1] == len(exponents) - 1:
        return None
    estimate = round(float(exponents[at]), 4)
    low = round(float(exponents[within[0]]) - _STEP / 2, 4)
    high = round(float(exponents[within[-1]]) + _STEP / 2, 4)
    fixed = _FIXED[int(best[at])] * math.exp(estimate * float(xs.max()))
    factor = math.exp(float((ys - np.log(np.exp(estimate * xs) + fixed)).mean()))
    return Fit(Exponent(estimate, low, high, level), factor, fixed)


_Numbers = NDArray[np.float64]


def _profile(xs: _Numbers, ys: _Numbers, exponents: _Numbers) -> tuple[_Numbers, NDArray[np.intp]]:
    """For each exponent the least sum of squares over the fixed costs, and which fixed cost that is."""
    shifted = exponents[:, None, None] * (xs - xs.max())  # exponents x 1 x points
    fixed = np.array(_FIXED)[None, :, None]
    curves = np.log(np.exp(shifted) + fixed)
    curves[exponents <= 0, 1:, :] = np.inf  # what falls with size has no fixed part to be told from
    rest = ys - curves
    with np.errstate(invalid="ignore"):
        squares = ((rest - rest.mean(axis=2, keepdims=True)) ** 2).sum(axis=2)
    squares = np.where(np.isnan(squares), np.inf, squares)
    return squares.min(axis=1), squares.argmin(axis=1)


def _quantile(level: float, freedom: int) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415 - 0.1 s to import, and only benchmarks need it

    return float(stdtrit(freedom, (1 + level) / 2))


def crossover(points: Sequence[SizePoint]) -> float | None:
    """Elements under which the candidate is slower, by more than 2 % somewhere; None: at no size seen;
    infinity: at all of them.

    The log ratio of the times, made to rise with size (isotonic regression), and where that is 0.
    """
    by_size: dict[int, list[float]] = {}
    for point in points:
        if point.elements > 0:
            by_size.setdefault(point.elements, []).append(math.log(point.original_ns / point.candidate_ns))
    sizes = sorted(by_size)
    if not sizes:
        return None
    rising = _rising([fmean(by_size[size]) for size in sizes])
    if rising[0] >= -_SLOWER:
        return None
    above = next((index for index, ratio in enumerate(rising) if ratio >= 0), None)
    if above is None:
        return math.inf
    low, high = rising[above - 1], rising[above]
    between = -low / (high - low)
    return math.exp(math.log(sizes[above - 1]) * (1 - between) + math.log(sizes[above]) * between)


def _rising(values: Sequence[float]) -> list[float]:
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - slow to import, and seldom needed

    return [float(value) for value in isotonic_regression(values).x]
