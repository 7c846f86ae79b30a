"""Tells near-duplicates: texts that share most of their rows of tokens.

MinHash and locality-sensitive hashing (Broder 1997; Indyk and Motwani 1998) find who may be alike, and the
shingles themselves decide, so that an unlucky hash drops nothing.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

_TOKEN = re.compile(r"\w+|[^\w\s]")
_SEED = 1  # of the hashes: the same texts give the same result


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
    held_out: tuple[int, ...]  # near one of those held out


class Index:
    """Texts that have been seen, by what they share."""

    def __init__(self, alike: Alike) -> None:
        self.alike = alike
        self._empty = MinHash(num_perm=alike.permutations, seed=_SEED, hashfunc=int)
        self._hashes = MinHashLSH(threshold=alike.threshold, num_perm=alike.permutations)
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


def distinct(texts: Sequence[str], held_out: Iterable[str] = (), alike: Alike = Alike()) -> Kept:
    """Of texts that are alike the first stays; none stays that is like one held out."""
    seen, forbidden = Index(alike), Index(alike)
    for text in held_out:
        forbidden.add(text)
    kept, repeated, near_held_out = [], [], []
    for number, text in enumerate(texts):
        if next(forbidden.near(text), None) is not None:
            near_held_out.append(number)
        elif next(seen.near(text), None) is not None:
            repeated.append(number)
        else:
            seen.add(text)
            kept.append(number)
    return Kept(tuple(kept), tuple(repeated), tuple(near_held_out))


def linked(problems: Sequence[str], texts: Sequence[str], alike: Alike = Alike()) -> dict[str, str]:
    """Each problem's group, which a split keeps together: in one are those with solutions that are alike."""
    index, group = Index(alike), {problem: problem for problem in problems}
    for problem, text in zip(problems, texts, strict=True):
        for number in index.near(text):
            one, other = sorted((_first(group, problem), _first(group, problems[number])))
            group[other] = one
        index.add(text)
    return {problem: _first(group, problem) for problem in group}


def _first(group: dict[str, str], problem: str) -> str:
    while group[problem] != problem:
        problem = group[problem]
    return problem
