"""What the stages ask of a language: plain functions gathered in one record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Decision
from optimizer.domain.functions import Function, Unparsed


@dataclass(frozen=True, slots=True)
class Language:
    """One source language. Each field's contract is the docstring of the function behind it."""

    name: str
    suffixes: tuple[str, ...]
    extract: Callable[[str, bytes], tuple[Function, ...] | Unparsed]
    splice: Callable[[bytes, Function, Candidate], bytes]
    guard: Callable[[Function, Candidate, str], Decision | None]
    static_rank: Callable[[Function], float]  # without a profile: higher is tried earlier
    is_test: Callable[[str], bool]
    source_roots: Callable[[Path, Sequence[str]], tuple[str, ...]]
    module_name: Callable[[str, Sequence[str]], str | None]
