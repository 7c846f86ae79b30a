"""From files to what a model learns from: examples, cleaned, mixed and in order, and a tokenizer for them."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import msgspec
from transformers import PreTrainedTokenizerFast

from optimizer.domain.errors import ConfigError
from optimizer.experts.ecode import tokenizer
from optimizer.experts.ecode.checkpoint import RANKER
from optimizer.experts.ecode.data import storage
from optimizer.experts.ecode.data.cleaning import TokenCount
from optimizer.experts.ecode.data.made import capped, pairs_made
from optimizer.experts.ecode.data.mixture import Statistics, build, statistics, without_near
from optimizer.experts.ecode.data.near import Alike
from optimizer.experts.ecode.data.packages import of_packages
from optimizer.experts.ecode.data.parallel import Told
from optimizer.experts.ecode.data.ranking import Known
from optimizer.experts.ecode.data.sources import known, of_pairs, of_singles, read_pairs, read_singles, sides
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.plan import Preparation, Sources
from optimizer.experts.ecode.ranking.fitting import fit
from optimizer.experts.ecode.ranking.fitting import of_pairs as of_measured
from optimizer.experts.ecode.ranking.ranker import write_ranker

EXAMPLES, TOKENIZER, STATISTICS = "examples.jsonl.gz", "tokenizer", "statistics.json"
BASES, COUNTS = (
    "bases.jsonl.gz",
    "bases-dropped.json",
)  # what all examples are varied from, and what is not in


def prepare(wanted: Preparation, folder: Path, told: Told, resume: bool = False) -> Statistics:
    """Writes the first three into the folder, and a ranker where enough pairs were timed. With `resume` the
    bases are those that are there already, if any. Raises ConfigError for a file that cannot be read."""
    dropped: Counter[str] = Counter()
    bases = _kept(folder, dropped) if resume else []
    if not bases:
        bases = _collected(wanted, dropped, told)
        storage.write(folder / BASES, bases)
        (folder / COUNTS).write_text(json.dumps(dropped))
    told(f"{len(bases)} functions and pairs to vary")
    learnt = _tokenizer(wanted, bases)
    learnt.save_pretrained(folder / TOKENIZER)
    mixed = build(wanted.recipe, bases, _counter(learnt), dropped, wanted.processes, told)
    storage.write(folder / EXAMPLES, mixed)
    found = statistics(mixed)
    _rank(wanted.sources, folder, told)
    content = {**msgspec.to_builtins(found), "dropped": dict(sorted(dropped.items()))}
    (folder / STATISTICS).write_text(json.dumps(content, indent=1) + "\n")
    return found


def _tokenizer(wanted: Preparation, bases: Sequence[Example]) -> PreTrainedTokenizerFast:
    if not wanted.tokenizer:
        return tokenizer.train(_texts(bases), wanted.vocabulary)
    try:
        return tokenizer.load(Path(wanted.tokenizer))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{wanted.tokenizer} holds no tokenizer that can be read") from error


def _kept(folder: Path, dropped: Counter[str]) -> list[Example]:
    """What an earlier run has collected: the counts are written last."""
    if not (folder / COUNTS).is_file():
        return []
    dropped.update(json.loads((folder / COUNTS).read_text()))
    return list(storage.read(folder / BASES))


def _collected(wanted: Preparation, dropped: Counter[str], told: Told) -> list[Example]:
    bases = _bases(wanted, dropped)
    told(f"{len(bases)} functions and pairs without near-duplicates")
    return bases + _made(wanted, bases, dropped, told)


def _rank(given: Sources, folder: Path, told: Told) -> None:
    pairs = [pair for path in given.pairs for pair in read_pairs(Path(path))]
    try:
        write_ranker(folder / RANKER, fit(of_measured(pairs)))
    except ValueError as error:
        told(f"no ranker: {error}")


def _bases(wanted: Preparation, dropped: Counter[str]) -> list[Example]:
    given = wanted.sources
    pairs = [pair for path in given.pairs for pair in read_pairs(Path(path))]
    singles = [single for path in given.singles for single in read_singles(Path(path))]
    solutions = known(pairs, singles)
    found = [of_pairs(pairs, solutions), of_singles(singles, solutions)]
    examples = [example for part in found for example in part.examples]
    for part in found:
        dropped.update(part.dropped)
    if given.packages:
        examples += of_packages(Path(given.packages), dropped)
    examples += [each for path in given.examples for each in storage.read(Path(path))]
    return without_near(examples, _held_out(given), Alike(), dropped)


def _held_out(given: Sources) -> list[Example]:
    pairs = [pair for path in given.held_out for pair in read_pairs(Path(path))]
    return of_singles(sides(pairs), Known()).examples


def _made(wanted: Preparation, bases: Sequence[Example], dropped: Counter[str], told: Told) -> list[Example]:
    """Of whole functions only: what is one side of a pair has its slow version."""
    if not wanted.made_of_each:
        return []
    functions = [each for each in bases if each.task is Task.TEXT_TO_CODE]
    Random(wanted.recipe.seed).shuffle(functions)
    chosen = functions[: wanted.functions or None]
    made = pairs_made(chosen, wanted.recipe.seed, wanted.made_of_each, wanted.processes, told)
    return list(capped(made, wanted.made_of_kind, dropped))


def _texts(examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        read = example.fields
        yield from filter(None, (read.code, read.context, read.title, read.description, example.target))


def _counter(learnt: PreTrainedTokenizerFast) -> TokenCount:
    backend = learnt.backend_tokenizer
    return lambda text: len(backend.encode(text, add_special_tokens=False).ids)
