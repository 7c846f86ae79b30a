"""Fits a ranker to measured pairs: ridge regression, solved exactly."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.experts.ecode.data.cleaning import cleaned
from optimizer.experts.ecode.data.sources import Pair
from optimizer.experts.ecode.ranking.ranker import Ranker, names_of
from optimizer.experts.ecode.ranking.structure import Structure, structure

_MOST = 2.0  # a log ratio beyond it tells of the inputs' size more than of the code
_FEWEST = 15  # versions that a name has to stand in


@dataclass(frozen=True, slots=True)
class Measured:
    """Two versions, and the logarithm of the first one's time over the second one's."""

    original: str
    version: str
    log_ratio: float
    group: str  # what a split may not tear apart


def of_pairs(pairs: Iterable[Pair]) -> list[Measured]:
    """The Python pairs of single functions that were timed here and parse."""
    return [found for pair in pairs if (found := _of_pair(pair)) is not None]


def fit(measured: Sequence[Measured], strength: float = 1000.0) -> Ranker:
    """`strength`: how much the weights are held back. Every pair counts in both directions by itself: its
    reverse is the same equation. Raises ValueError where there is nothing to fit."""
    sides = [(structure(one.original), structure(one.version)) for one in measured]
    names = names_of([side for pair in sides for side in pair], _FEWEST)
    if not names:
        raise ValueError(f"{len(measured)} measured pairs are too few to fit a ranker")
    rows = np.array([_counts(one, names) - _counts(other, names) for one, other in sides])
    wanted = np.clip([one.log_ratio for one in measured], -_MOST, _MOST)
    scale = rows.std(axis=0) + 0.1  # what hardly ever differs stays small
    scaled = rows / scale
    weights = np.linalg.solve(scaled.T @ scaled + strength * np.eye(len(names)), scaled.T @ wanted) / scale
    return Ranker(dict(zip(names, map(float, weights), strict=True)))


def _of_pair(pair: Pair) -> Measured | None:
    if pair.kind != "function" or pair.language != "python" or pair.measured_in != "python":
        return None
    slow, unfit = cleaned(pair.slow, "python")
    fast, unfit_too = cleaned(pair.fast, "python")
    if unfit or unfit_too or not pair.python_ratio:
        return None
    return Measured(slow, fast, math.log(pair.python_ratio), pair.problem)


def _counts(found: Structure, names: Sequence[str]) -> NDArray[np.float64]:
    return np.log1p(np.array([found.get(name, 0) for name in names], dtype=np.float64))
