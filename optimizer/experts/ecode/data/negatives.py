"""What is fast already is written as it is: a model that always changes something is worth little."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from optimizer.experts.ecode.data.solutions import described
from optimizer.experts.ecode.examples import DECILES, Example, Task


def unchanged(examples: Sequence[Example]) -> Iterator[Example]:
    """One for each fast function: targets of pairs (their reverse is refused so) and functions that are the
    best known of their problem. What is an UNCHANGED example already is passed on."""
    contexts = {_key(each): each.fields.context for each in examples if each.task is Task.TEXT_TO_CODE}
    seen: set[tuple[str, str]] = set()
    for example in examples:
        key = _key(example)
        if key not in seen and _is_fast(example):
            seen.add(key)
            own = contexts.get(key, example.fields.context)
            yield example if example.task is Task.UNCHANGED else _as_it_is(example, own)


def _key(example: Example) -> tuple[str, str]:
    return example.problem, example.target


def _is_fast(example: Example) -> bool:
    """A middling target of a pair is faster than the code it replaces, but a faster one is known."""
    if example.task is Task.UNCHANGED:
        return True
    best = example.decile == DECILES - 1
    return best or (example.task is Task.FASTER and example.decile is None)


def _as_it_is(example: Example, context: str) -> Example:
    """The description and, where it is known, the context are the target's own, not those of the code that it
    replaced."""
    own = described(example.target, example.fields.language)
    read = replace(example.fields, code=example.target, context=context, description=own)
    return replace(example, fields=read, task=Task.UNCHANGED)
