"""Mixes what a model learns from: how many examples of each task, varied how, the same for the same seed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from optimizer.experts.ecode.data.augment import renamed
from optimizer.experts.ecode.data.cleaning import Limits, TokenCount, too_long
from optimizer.experts.ecode.data.near import Alike, Index, distinct
from optimizer.experts.ecode.data.negatives import unchanged
from optimizer.experts.ecode.data.noise import denoising
from optimizer.experts.ecode.data.parallel import Told, in_tenths, mapped
from optimizer.experts.ecode.data.recipe import Recipe
from optimizer.experts.ecode.data.styles import restyled
from optimizer.experts.ecode.edits import between, lines_of
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
    recipe: Recipe,
    examples: Sequence[Example],
    count: TokenCount,
    dropped: Counter[str],
    processes: int = 1,
    told: Told = lambda _text: None,
) -> list[Example]:
    """Mixed examples in random order. `examples`: pairs (FASTER), whole functions (TEXT_TO_CODE) and what is
    known to be fast (UNCHANGED), without near-duplicates. `dropped` is told why what was left out."""
    bases = _bases(_chosen(recipe, examples))
    plan = [each for task, base in bases.items() for each in _plan(recipe, task, len(base))]
    wanted = [
        (task, bases[task][number], f"{recipe.seed}:{task}:{number}:{copy}") for task, number, copy in plan
    ]
    made_of = mapped(partial(_made, recipe), wanted, processes)
    varied = in_tenths(made_of, len(plan), told, "examples are varied")
    mixed = []
    for (task, _, _), made in zip(wanted, varied, strict=True):
        reason = "nothing to mask" if made is None else _too_long(made, recipe.limits, count)
        if made is None or reason:
            dropped[reason] += 1
        else:
            mixed.append(replace(made, weight=made.weight * recipe.portion(task).weight))
    Random(f"{recipe.seed}:order").shuffle(mixed)
    return _balanced(mixed, recipe.balanced, dropped)


def without_near(
    examples: Sequence[Example], held_out: Iterable[Example], alike: Alike, dropped: Counter[str]
) -> list[Example]:
    """Each once, in the order given, and nothing of a problem that is held out, or of which one side is like
    one held out. Languages and tasks are looked at apart: of a pair both sides count together."""
    forbidden: dict[str, list[str]] = {}
    problems: set[str] = set()
    for each in held_out:
        problems.add(each.problem)
        forbidden.setdefault(each.fields.language, []).extend(filter(None, (each.fields.code, each.target)))
    kept: set[int] = set()
    for (task, language), numbers in _apart(examples).items():
        others = [number for number in numbers if examples[number].problem not in problems]
        clean = _unlike(examples, others, forbidden.get(language, []), alike)
        texts = [f"{examples[number].fields.code}\n{examples[number].target}" for number in clean]
        unique = distinct(texts, alike)
        kept.update(clean[at] for at in unique.kept)
        dropped[f"{task} like one held out"] += len(numbers) - len(clean)
        dropped[f"{task} like another"] += len(unique.repeated)
    return [example for number, example in enumerate(examples) if number in kept]


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


def _chosen(recipe: Recipe, examples: Sequence[Example]) -> list[Example]:
    random = Random(f"{recipe.seed}:others")
    return [each for each in examples if each.fields.language == "python" or random.random() < recipe.others]


def _plan(recipe: Recipe, task: Task, count: int) -> list[tuple[Task, int, int]]:
    """(task, number of the base, copy): whole rounds, then a part of one, over the bases in random order."""
    portion = recipe.portion(task)
    order = Random(f"{recipe.seed}:{task}").sample(range(count), count)
    wanted = round(portion.copies * count)
    wanted = wanted if portion.most is None else min(wanted, portion.most)
    return [(task, order[at % count], at // count) for at in range(wanted)]


def _balanced(mixed: Sequence[Example], share: float | None, dropped: Counter[str]) -> list[Example]:
    """See `Recipe.balanced`."""
    if share is None:
        return list(mixed)
    pairs = Counter(_from(each) for each in mixed if each.task is Task.FASTER)
    left = {where: round(share * number) for where, number in pairs.items()}
    kept = []
    for each in mixed:
        if each.task is Task.UNCHANGED:
            left[_from(each)] = left.get(_from(each), 0) - 1
        if each.task is Task.UNCHANGED and left[_from(each)] < 0:
            dropped["unchanged, and few pairs of its origin"] += 1
        else:
            kept.append(each)
    return kept


def _from(example: Example) -> tuple[str, str]:
    return example.origin, example.fields.language


def _made(recipe: Recipe, wanted: tuple[Task, Example, str]) -> Example | None:
    """One example of the task, of a base and with a seed: varied first, masked last."""
    task, varied, seed = wanted
    random = Random(seed)
    if random.random() < recipe.renamed:
        varied = renamed(varied, random)
    if random.random() < recipe.restyled:
        varied = restyled(varied, random)
    return denoising(varied, random, recipe.noise) if task is Task.DENOISE else varied


def _too_long(example: Example, limits: Limits, count: TokenCount) -> str:
    code, target = example.fields.code, example.target
    if len(lines_of(code)) > limits.lines:
        return "code too long"
    if count("\n".join(line for edit in between(code, target) for line in edit.lines)) > limits.written:
        return "too much differs"
    read = "\n".join(part for part in (example.fields.context, code) if part)
    return too_long(read, target, limits, count)


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
