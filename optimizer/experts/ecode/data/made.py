"""Pairs made here: rules run backwards over clean functions, in several processes.

The slow version is no slower than the kinds of backwards/ make it, and the fast one is what a person wrote:
so the fast one is right, and the direction certain. A still faster one may be known all the same: a function
keeps its rank where it has one.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from random import Random

from optimizer.experts.ecode import fields
from optimizer.experts.ecode.data.backwards.pairs import slowed
from optimizer.experts.ecode.data.parallel import Told, in_tenths, mapped
from optimizer.experts.ecode.examples import DECILES, Example, Task

Made = tuple[Example, tuple[str, ...]]  # with the names of the kinds


def pairs_made(
    functions: Sequence[Example], seed: int, most: int, processes: int, told: Told = lambda _text: None
) -> Iterator[Made]:
    """FASTER examples of the Python functions among TEXT_TO_CODE examples, up to `most` of each; the same
    for the same functions and seed, however many processes there are."""
    python = [each for each in functions if each.fields.language == "python" and fields.parsed(each.target)]
    made = mapped(partial(_of, seed=seed, most=most), python, processes)
    for found in in_tenths(made, len(python), told, "slow versions are made of functions"):
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


def _of(function: Example, seed: int, most: int) -> list[Made]:
    code, decile = function.target, function.decile
    decile = DECILES - 1 if decile is None else decile
    found: list[Made] = []
    for slow, kinds in slowed(code, _module(function.fields.context), Random(f"{seed}:{code}"), most):
        bare, _ = fields.without_docstring(slow)
        context = fields.narrowed(function.fields.context, bare)
        read = replace(function.fields, code=bare, context=context)
        found.append((replace(function, fields=read, task=Task.FASTER, decile=decile), kinds))
    return found


def _module(context: str) -> str:
    """What of the context is a module's code: lines that were cut off, and that of a class, are none."""
    return "\n".join(line for line in context.split("\n") if _parses(line))


def _parses(line: str) -> bool:
    try:
        ast.parse(line)
    except SyntaxError:
        return False
    return True
