"""Reads pair files and files of single solutions (JSON lines, gzip or not) into examples.

Which of a pair is the faster one is not always certain. The rule, by what is known:

- A "function" pair whose target grows faster with the input than the code it replaces is dropped, whatever
  was timed: that was on small inputs.
- Of the others, the weight says how certain the direction is: see `Trust`. Timings were taken of the Python
  solutions, so for other languages they are a hint only; without growth and without timing a pair is dropped.
- "program" pairs were timed by others with tests so small that starting the interpreter was most of the time.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from optimizer.domain.errors import ConfigError
from optimizer.experts.ecode.data import storage
from optimizer.experts.ecode.data.cleaning import cleaned, is_change
from optimizer.experts.ecode.data.growth import compared, growth
from optimizer.experts.ecode.data.ranking import Known
from optimizer.experts.ecode.data.solutions import Solution, aligned, read, read_whole
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.fields import Fields

_NUMBERED = frozenset({"program"})  # kinds whose problems have numbers, not names
_PACKAGE = re.compile(r"s\d+_")  # a title that is a Java package's name
_Row = TypeVar("_Row", "Pair", "Single")


@dataclass(frozen=True, slots=True)
class Trust:
    """Weights of pairs by what says that the target is faster. 0 drops them."""

    measured_and_growth: float = 1.0
    measured: float = 0.8  # in the pair's language; its growth is the same or not known
    growth: float = 0.7  # known to be lower, not timed in this language
    measured_elsewhere: float = 0.3  # only the Python solutions with these names were timed
    program: float = 0.3
    whole: float = 0.5  # further factor of a class with helpers: the product rewrites single functions


class Pair(msgspec.Struct, frozen=True):
    """A line of a pair file."""

    source: str
    licence: str
    kind: str
    problem: str
    language: str
    slow: str
    fast: str
    slow_complexity: str | None = None
    fast_complexity: str | None = None
    python_ratio: float | None = None  # how many times faster the Python solutions' target was
    measured_in: str | None = None  # the language that was timed, or "upstream": by others


class Single(msgspec.Struct, frozen=True):
    """A line of a file of single solutions."""

    source: str
    licence: str
    problem: str
    language: str
    code: str
    title: str | None = None
    complexity: str | None = None


@dataclass(slots=True)
class Found:
    """Examples in the order of their files, and why the others were dropped."""

    examples: list[Example] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def read_pairs(path: Path) -> list[Pair]:
    """Raises ConfigError that names the line."""
    return list(_rows(path, Pair))


def read_singles(path: Path) -> list[Single]:
    """Raises ConfigError that names the line."""
    return list(_rows(path, Single))


def known(pairs: Iterable[Pair], singles: Iterable[Single]) -> Known:
    """All solutions there are, for the rank of each among those of its problem and language."""
    found = Known()
    for single in singles:
        found.add(single.problem, single.language, single.code, growth(single.complexity))
    for pair in pairs:
        if pair.kind == "function":
            found.add(pair.problem, pair.language, pair.slow, growth(pair.slow_complexity))
            found.add(pair.problem, pair.language, pair.fast, growth(pair.fast_complexity))
            if _is_timed(pair) and pair.measured_in == pair.language:
                found.timed(pair.problem, pair.language, faster=pair.fast, slower=pair.slow)
    return found


def of_pairs(pairs: Iterable[Pair], solutions: Known, trust: Trust = Trust()) -> Found:
    """FASTER examples. A pair whose sides differ in nothing but form is dropped."""
    found = Found()
    for pair in pairs:
        example, reason = _of_pair(pair, solutions, trust)
        if example is None:
            found.dropped[reason] += 1
        else:
            found.examples.append(example)
    return found


def of_singles(singles: Iterable[Single], solutions: Known, trust: Trust = Trust()) -> Found:
    """TEXT_TO_CODE examples: one for each solution that is clean."""
    found = Found()
    for single in singles:
        code, reason = cleaned(single.code, single.language)
        if reason:
            found.dropped[reason] += 1
        else:
            found.examples.append(_of_single(single, code, solutions, trust))
    return found


def sides(pairs: Iterable[Pair]) -> Iterator[Single]:
    """Both of each pair as single solutions: of pairs held out, those of no certain direction too."""
    for pair in pairs:
        for code, complexity in ((pair.slow, pair.slow_complexity), (pair.fast, pair.fast_complexity)):
            yield Single(pair.source, pair.licence, pair.problem, pair.language, code, complexity=complexity)


def words(problem: str) -> str:
    """`two-sum` as it would be said."""
    return problem.replace("-", " ").strip()


def certainty(pair: Pair, trust: Trust) -> float:
    """The weight of the pair's direction, 0 if it is not to be learnt from (the rule: see above)."""
    if pair.kind == "program":
        return trust.program
    order = compared(growth(pair.fast_complexity), growth(pair.slow_complexity))
    timed = _is_timed(pair)
    here = timed and pair.measured_in == pair.language
    if order == 1:
        return 0.0
    if order == -1:
        return trust.measured_and_growth if here else trust.growth
    return trust.measured if here else trust.measured_elsewhere if timed else 0.0


def _is_timed(pair: Pair) -> bool:
    """Whether it came out as the pair says."""
    return pair.python_ratio is not None and pair.python_ratio > 1


def _of_pair(pair: Pair, solutions: Known, trust: Trust) -> tuple[Example | None, str]:
    """The example, or why there is none."""
    weight = certainty(pair, trust)
    if weight == 0:
        return None, "direction not certain"
    code, why_not_code = cleaned(pair.slow, pair.language)
    target, why_not_target = cleaned(pair.fast, pair.language)
    if why_not_code or why_not_target:
        return None, why_not_code or why_not_target
    if not is_change(code, target, pair.language):
        return None, "no change"
    problem = "" if pair.kind in _NUMBERED else words(pair.problem)
    solution, written = _sides(code, target, pair.language, problem)
    if written is None:
        return None, "another signature"
    by_hand = trust.whole if solution.whole and pair.language == "python" and pair.kind == "function" else 1.0
    return _example(
        pair, solution.fields, written, Task.FASTER, _decile(pair, solutions), weight * by_hand
    ), ""


def _sides(code: str, target: str, language: str, problem: str) -> tuple[Solution, str | None]:
    """Both as one function, or both whole."""
    slow, fast = read(code, language, problem), read(target, language, problem)
    if slow.whole or fast.whole:
        return read_whole(code, language, problem), target
    return slow, aligned(slow.fields.code, fast.fields.code)


def _decile(pair: Pair, solutions: Known) -> int | None:
    return solutions.decile(pair.problem, pair.language, pair.fast) if pair.kind == "function" else None


def _of_single(single: Single, code: str, solutions: Known, trust: Trust) -> Example:
    solution = read(code, single.language, words(single.problem))
    unwritten = replace(solution.fields, code="", description=_described(single, solution.fields.description))
    weight = trust.whole if solution.whole and single.language == "python" else 1.0
    decile = solutions.decile(single.problem, single.language, single.code)
    return _example(single, unwritten, solution.fields.code, Task.TEXT_TO_CODE, decile, weight)


def _described(single: Single, comments: str) -> str:
    """The title says which of the ways to go is meant; those that repeat the problem's name say nothing.

    Only here, where the code is not given. With a pair, the target's title would tell the answer, and
    the other's is no description that a repository's function would have.
    """
    title = single.title or ""
    says = title and not _PACKAGE.match(title) and title.casefold() != words(single.problem).casefold()
    return "\n".join(part for part in (title if says else "", comments) if part)


def _example(
    row: Pair | Single, read_by_model: Fields, target: str, task: Task, decile: int | None, weight: float
) -> Example:
    return Example(read_by_model, target, task, decile, weight, row.source, row.licence, row.problem)


def _rows(path: Path, kind: type[_Row]) -> Iterator[_Row]:
    decoder = msgspec.json.Decoder(kind)
    for number, line in storage.lines(path):
        try:
            yield decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}:{number}: no {kind.__name__.lower()}: {error}") from error
