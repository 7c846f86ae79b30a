"""Tells near-duplicates: texts that share most of their rows of tokens.

MinHash and locality-sensitive hashing (Broder 1997; Indyk and Motwani 1998) find who may be alike, and the
shingles themselves decide, so that an unlucky hash drops nothing.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

_TOKEN = re.compile(r"\w+|[^\w\s]")
_SEED = 1  # of the hashes: the same texts give the same result
# Hashes that have to agree, all of one band. So few, since the shingles decide in the end: of texts that have
# just 0.8 of their shingles in common one pair in 4,600 escapes.
_BAND = 4


@dataclass(frozen=True, slots=True)
class Alike:
    """From which share of common shingles on two texts are near-duplicates."""

    threshold: float = 0.8
    shingle: int = 4  # tokens in a row
    permutations: int = 64


@dataclass(frozen=True, slots=True)
class Kept:
    """Indices into the texts."""

    kept: tuple[int, ...]
    repeated: tuple[int, ...]  # near an earlier one that was kept


class Index:
    """Texts that have been seen, by what they share."""

    def __init__(self, alike: Alike) -> None:
        self.alike = alike
        self._empty = MinHash(num_perm=alike.permutations, seed=_SEED, hashfunc=int)
        self._hashes = MinHashLSH(num_perm=alike.permutations, params=(alike.permutations // _BAND, _BAND))
        self._shingles: list[NDArray[np.uint32]] = []

    def add(self, text: str) -> int:
        """The number that `near` knows it by: they are counted from 0 on."""
        shingles = shingled(text, self.alike.shingle)
        self._hashes.insert(len(self._shingles), self._sketch(shingles))
        self._shingles.append(shingles)
        return len(self._shingles) - 1

    def near(self, text: str) -> Iterator[int]:
        """Numbers of the near-duplicates, in the order in which they were added."""
        shingles = shingled(text, self.alike.shingle)
        for number in sorted(self._hashes.query(self._sketch(shingles))):
            if similarity(shingles, self._shingles[number]) >= self.alike.threshold:
                yield number

    def _sketch(self, shingles: NDArray[np.uint32]) -> MinHash:
        sketch = self._empty.copy()  # a new one would draw its permutations again
        sketch.update_batch(shingles.tolist())
        return sketch


def shingled(text: str, length: int) -> NDArray[np.uint32]:
    """Hashes of all rows of so many tokens, sorted, each once; of the whole where it is shorter."""
    tokens = _TOKEN.findall(text)
    rows = range(max(1, len(tokens) - length + 1))
    hashes = [zlib.crc32("\0".join(tokens[at : at + length]).encode()) for at in rows]
    return np.unique(np.array(hashes, dtype=np.uint32))


def similarity(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """Jaccard: shingles of both as a share of those of either."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


def distinct(texts: Iterable[str], alike: Alike = Alike()) -> Kept:
    """Of texts that are alike the first stays."""
    seen = Index(alike)
    kept, repeated = [], []
    for number, text in enumerate(texts):
        if next(seen.near(text), None) is not None:
            repeated.append(number)
        else:
            seen.add(text)
            kept.append(number)
    return Kept(tuple(kept), tuple(repeated))
