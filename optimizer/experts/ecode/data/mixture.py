"""Mixes what a model learns from: how many examples of each task, varied how, the same for the same seed."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from optimizer.experts.ecode.data.augment import renamed
from optimizer.experts.ecode.data.cleaning import Limits, TokenCount, too_long
from optimizer.experts.ecode.data.near import Alike, Index, distinct
from optimizer.experts.ecode.data.negatives import unchanged
from optimizer.experts.ecode.data.noise import denoising
from optimizer.experts.ecode.data.recipe import Recipe
from optimizer.experts.ecode.data.styles import restyled
from optimizer.experts.ecode.examples import Example, Task


@dataclass(slots=True)
class Statistics:
    """Numbers of examples, for the model card."""

    tasks: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    problems: int = 0


def build(
    recipe: Recipe, examples: Sequence[Example], count: TokenCount, dropped: Counter[str]
) -> Iterator[Example]:
    """Mixed examples in random order. `examples`: pairs (FASTER), whole functions (TEXT_TO_CODE) and what is
    known to be fast (UNCHANGED), without near-duplicates. `dropped` is told why what was left out."""
    bases = _bases(examples)
    plan = [each for task, base in bases.items() for each in _plan(recipe, task, len(base))]
    Random(f"{recipe.seed}:order").shuffle(plan)
    for task, number, copy in plan:
        base = bases[task][number]
        made = _made(recipe, base, task, Random(f"{recipe.seed}:{task}:{number}:{copy}"))
        reason = "nothing to mask" if made is None else _too_long(made, recipe.limits, count)
        if made is None or reason:
            dropped[reason] += 1
        else:
            yield replace(made, weight=made.weight * recipe.portion(task).weight)


def without_near(
    examples: Sequence[Example], held_out: Iterable[Example], alike: Alike, dropped: Counter[str]
) -> list[Example]:
    """Each once, in the order given, and nothing of which one side is like one held out. Languages and tasks
    are looked at apart: of a pair both sides count together."""
    forbidden: dict[str, list[str]] = {}
    for each in held_out:
        forbidden.setdefault(each.fields.language, []).extend(filter(None, (each.fields.code, each.target)))
    kept: set[int] = set()
    for (task, language), numbers in _apart(examples).items():
        clean = _unlike(examples, numbers, forbidden.get(language, []), alike)
        texts = [f"{examples[number].fields.code}\n{examples[number].target}" for number in clean]
        unique = distinct(texts, (), alike)
        kept.update(clean[at] for at in unique.kept)
        dropped[f"{task} like one held out"] += len(numbers) - len(clean)
        dropped[f"{task} like another"] += len(unique.repeated)
    return [example for number, example in enumerate(examples) if number in kept]


def split(
    examples: Iterable[Example], share: float, seed: int = 0, groups: Mapping[str, str] | None = None
) -> tuple[list[Example], list[Example]]:
    """The rest, and about `share` of the problems; all examples of a problem, or of a group of problems (see
    `near.linked`), are on one side. It does not depend on the other examples."""
    rest: list[Example] = []
    chosen: list[Example] = []
    for example in examples:
        group = (groups or {}).get(example.problem, example.problem)
        digest = hashlib.sha256(f"{seed}:{group}".encode("utf-8", "surrogatepass")).digest()
        (chosen if int.from_bytes(digest[:8]) < share * 2**64 else rest).append(example)
    return rest, chosen


def statistics(examples: Iterable[Example]) -> Statistics:
    found, problems = Statistics(), set()
    for example in examples:
        found.tasks[example.task.value] += 1
        found.languages[example.fields.language] += 1
        found.origins[example.origin] += 1
        found.licences[example.licence] += 1
        problems.add(example.problem)
    found.problems = len(problems)
    return found


def _bases(examples: Sequence[Example]) -> dict[Task, list[Example]]:
    """What the examples of each task are made of."""
    functions = [example for example in examples if example.task is Task.TEXT_TO_CODE]
    return {
        Task.DENOISE: functions,
        Task.TEXT_TO_CODE: functions,
        Task.FASTER: [example for example in examples if example.task is Task.FASTER],
        Task.UNCHANGED: list(unchanged(examples)),
    }


def _plan(recipe: Recipe, task: Task, count: int) -> list[tuple[Task, int, int]]:
    """(task, number of the base, copy): whole rounds, then a part of one, over the bases in random order."""
    portion = recipe.portion(task)
    order = Random(f"{recipe.seed}:{task}").sample(range(count), count)
    wanted = round(portion.copies * count)
    wanted = wanted if portion.most is None else min(wanted, portion.most)
    return [(task, order[at % count], at // count) for at in range(wanted)]


def _made(recipe: Recipe, base: Example, task: Task, random: Random) -> Example | None:
    """One example of the task: varied first, masked last."""
    varied = base
    if random.random() < recipe.renamed:
        varied = renamed(varied, random)
    if random.random() < recipe.restyled:
        varied = restyled(varied, random)
    return denoising(varied, random, recipe.noise) if task is Task.DENOISE else varied


def _too_long(example: Example, limits: Limits, count: TokenCount) -> str:
    read = "\n".join(part for part in (example.fields.context, example.fields.code) if part)
    return too_long(read, example.target, limits, count)


def _apart(examples: Sequence[Example]) -> dict[tuple[Task, str], list[int]]:
    found: dict[tuple[Task, str], list[int]] = {}
    for number, example in enumerate(examples):
        found.setdefault((example.task, example.fields.language), []).append(number)
    return found


def _unlike(
    examples: Sequence[Example], numbers: Sequence[int], held_out: Sequence[str], alike: Alike
) -> list[int]:
    """Those of which no side is like one held out."""
    forbidden = Index(alike)
    for text in held_out:
        forbidden.add(text)
    return [
        number
        for number in numbers
        if not any(
            text and next(forbidden.near(text), None) is not None
            for text in (examples[number].fields.code, examples[number].target)
        )
    ]
