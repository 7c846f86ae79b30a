"""Functions with parts missing, to be written whole: so a model learns what to copy and what to fill in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from optimizer.experts.ecode.examples import Example, Task

MASK = "<mask>"  # the tokenizer knows it by this text
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Noise:
    """Shares of the lines, or tokens, that each kind of noise touches; and how often two kinds meet."""

    masked_lines: float = 0.3
    masked_tokens: float = 0.15
    dropped_lines: float = 0.15
    swapped_lines: float = 0.25
    both: float = 0.3
    span_lines: int = 3  # the most in one mask
    span_tokens: int = 4


def denoising(function: Example, random: Random, noise: Noise) -> Example | None:
    """Of a whole function, in `target`, with the fields that go with it. None: it has nothing to take out."""
    code = noised(function.target, random, noise)
    if code == function.target:
        return None
    return replace(function, fields=replace(function.fields, code=code), task=Task.DENOISE)


def noised(code: str, random: Random, noise: Noise) -> str:
    """The first line, where the signature begins, stays; code of one line stays as it is."""
    kinds: list[Callable[[list[str], Random, Noise], list[str]]] = [
        mask_lines,
        mask_tokens,
        drop_lines,
        swap_lines,
    ]
    first, second = random.sample(kinds, 2)
    signature, *lines = code.split("\n")
    lines = first(lines, random, noise)
    if random.random() < noise.both:
        lines = second(lines, random, noise)
    return "\n".join([signature, *lines])


def mask_lines(lines: list[str], random: Random, noise: Noise) -> list[str]:
    """Spans of lines give way to one mask each, which keeps the indentation."""
    found = list(lines)
    left = max(1, round(noise.masked_lines * len(lines)))
    while left > 0 and (places := [at for at, line in enumerate(found) if line.strip() and MASK not in line]):
        at = random.choice(places)
        end = min(at + random.randint(1, noise.span_lines), at + left, len(found))
        end = next((number for number in range(at, end) if MASK in found[number]), end)
        found[at:end] = [_indentation(found[at]) + MASK]
        left -= end - at
    return found


def mask_tokens(lines: list[str], random: Random, noise: Noise) -> list[str]:
    """Spans of tokens within lines give way to one mask each."""
    found = list(lines)
    left = max(1, round(noise.masked_tokens * sum(len(_TOKEN.findall(line)) for line in lines)))
    for at in random.sample(range(len(found)), len(found)):
        tokens = list(_TOKEN.finditer(found[at]))
        if left <= 0:
            break
        if not tokens or MASK in found[at]:
            continue
        start = random.randrange(len(tokens))
        span = tokens[start : start + min(random.randint(1, noise.span_tokens), left)]
        found[at] = found[at][: span[0].start()] + MASK + found[at][span[-1].end() :]
        left -= len(span)
    return found


def drop_lines(lines: list[str], random: Random, noise: Noise) -> list[str]:
    """Some lines are gone, and nothing says where."""
    written = [at for at, line in enumerate(lines) if line.strip()]
    gone = set(random.sample(written, min(len(written), max(1, round(noise.dropped_lines * len(written))))))
    return [line for at, line in enumerate(lines) if at not in gone]


def swap_lines(lines: list[str], random: Random, noise: Noise) -> list[str]:
    """Neighbours of the same indentation stand in the other order."""
    found = list(lines)
    places = [at for at in range(len(found) - 1) if _can_swap(found[at], found[at + 1])]
    for at in random.sample(places, min(len(places), max(1, round(noise.swapped_lines * len(places))))):
        found[at], found[at + 1] = found[at + 1], found[at]
    return found


def _can_swap(one: str, other: str) -> bool:
    return bool(one.strip() and other.strip()) and one != other and _indentation(one) == _indentation(other)


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
