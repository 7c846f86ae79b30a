"""Pairs made here: rules run backwards over clean functions, in several processes.

The slow version is no slower than the kinds of backwards/ make it, and the fast one is what a person wrote:
so the fast one is right, and the direction certain.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from random import Random

from optimizer.experts.ecode import fields
from optimizer.experts.ecode.data.backwards.pairs import slowed
from optimizer.experts.ecode.examples import DECILES, Example, Task

_AT_ONCE = 64  # functions that a process takes

Made = tuple[Example, tuple[str, ...]]  # with the names of the kinds


def pairs_made(functions: Sequence[Example], seed: int, most: int, processes: int) -> Iterator[Made]:
    """FASTER examples of the Python functions among TEXT_TO_CODE examples, up to `most` of each; the same
    for the same functions and seed, however many processes there are."""
    python = [each for each in functions if each.fields.language == "python" and fields.parsed(each.target)]
    parts = [python[start : start + _AT_ONCE] for start in range(0, len(python), _AT_ONCE)]
    with ProcessPoolExecutor(processes) as pool:
        for found in pool.map(_of_part, parts, [seed] * len(parts), [most] * len(parts)):
            yield from found


def capped(pairs: Iterable[Made], most: int, dropped: Counter[str]) -> Iterator[Example]:
    """A pair stays while one of its kinds has come in fewer than `most`: the common ones are everywhere."""
    count: Counter[str] = Counter()
    for example, kinds in pairs:
        if all(count[kind] >= most for kind in kinds):
            dropped["made pair of a common kind"] += 1
            continue
        count.update(kinds)
        yield example


def _of_part(functions: Sequence[Example], seed: int, most: int) -> list[Made]:
    return [made for function in functions for made in _of(function, seed, most)]


def _of(function: Example, seed: int, most: int) -> Iterator[Made]:
    code = function.target
    for slow, kinds in slowed(code, _module(function.fields.context), Random(f"{seed}:{code}"), most):
        bare, _ = fields.without_docstring(slow)
        context = fields.narrowed(function.fields.context, bare)
        read = replace(function.fields, code=bare, context=context)
        yield replace(function, fields=read, task=Task.FASTER, decile=DECILES - 1), kinds


def _module(context: str) -> str:
    """What of the context is a module's code: lines that were cut off, and that of a class, are none."""
    return "\n".join(line for line in context.split("\n") if _parses(line))


def _parses(line: str) -> bool:
    try:
        ast.parse(line)
    except SyntaxError:
        return False
    return True
