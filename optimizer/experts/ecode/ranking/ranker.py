"""Predicts how many times faster a version is: the logarithm of the original's time over its own.

Each version gets one number for its time, a weighted sum over its structure; the prediction is their
difference. So it is the same in both directions but for its sign, and nothing for equal code.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from optimizer.domain.errors import ExpertError
from optimizer.experts.ecode.ranking.structure import Structure, structure

_Version = TypeVar("_Version")
SLOWER = -0.1  # log ratio: what is predicted to be slower than that is not worth a judgement


@dataclass(frozen=True, slots=True)
class Ranker:
    """`weights` by the names of `structure`; a count enters by its logarithm."""

    weights: Mapping[str, float] = field(repr=False)

    def gain(self, original: str, version: str) -> float:
        """Log ratio, above 0 where the version is probably faster; 0 for what does not parse."""
        try:
            return self._time(structure(original)) - self._time(structure(version))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return 0.0

    def ordered(self, original: str, versions: Iterable[tuple[_Version, str]]) -> list[_Version]:
        """Those with the highest gain first; of equal ones the earlier."""
        return [one for one, text in sorted(versions, key=lambda each: -self.gain(original, each[1]))]

    def _time(self, found: Structure) -> float:
        known = self.weights.keys() & found.keys()
        return sum(self.weights[name] * math.log1p(found[name]) for name in sorted(known))


def read_ranker(path: Path) -> Ranker:
    """Raises ExpertError."""
    try:
        return Ranker(msgspec.json.decode(path.read_bytes(), type=dict[str, float]))
    except (OSError, msgspec.DecodeError) as error:
        raise ExpertError(f"no ranker in {path}: {error}") from error


def write_ranker(path: Path, ranker: Ranker) -> None:
    rounded = {name: round(weight, 6) for name, weight in sorted(ranker.weights.items())}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rounded), indent=1) + b"\n")


def names_of(found: Sequence[Structure], fewest: int) -> list[str]:
    """Those that stand in so many of them at least."""
    seen: dict[str, int] = {}
    for one in found:
        for name in one:
            seen[name] = seen.get(name, 0) + 1
    return sorted(name for name, times in seen.items() if times >= fewest)
