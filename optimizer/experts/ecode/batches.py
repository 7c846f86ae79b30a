"""Batches of examples of about one length, so that little is padding; the same ones for the same seed."""

import random
from collections.abc import Callable, Sequence

from torch import Tensor
from torch.utils.data import Dataset

from optimizer.experts.ecode.examples import Example
from optimizer.experts.ecode.inputs import Writer


def batched(sizes: Sequence[int], most: int, seed: int) -> list[list[int]]:
    """Numbers of examples, each once. A batch's longest size times its length is at most `most`, but one
    example alone may be more."""
    order = list(range(len(sizes)))
    random.Random(seed).shuffle(order)
    order.sort(key=lambda number: sizes[number])  # stable: equal sizes stay shuffled
    found: list[list[int]] = []
    for number in order:
        if found and sizes[number] * (len(found[-1]) + 1) <= most:
            found[-1].append(number)
        else:
            found.append([number])
    random.Random(seed + 1).shuffle(found)
    return found


class Batches(Dataset[list[Example]]):
    """Each item is a whole batch."""

    def __init__(self, examples: Sequence[Example], writer: Writer, most: int, seed: int) -> None:
        sizes = [writer.size(example) for example in examples]
        self._batches = [[examples[number] for number in batch] for batch in batched(sizes, most, seed)]

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, number: int) -> list[Example]:
        return self._batches[number]


def collated(writer: Writer) -> Callable[[list[list[Example]]], dict[str, Tensor]]:
    """For a loader with a batch size of one: the batch as tensors."""
    return lambda batches: writer.learn(batches[0])


def split(examples: Sequence[Example], share: float, seed: int) -> tuple[list[Example], list[Example]]:
    """To learn from, and to watch: by problem, never by example."""
    problems = sorted({example.problem for example in examples})
    random.Random(seed).shuffle(problems)
    watched = set(problems[: round(share * len(problems))])
    return (
        [example for example in examples if example.problem not in watched],
        [example for example in examples if example.problem in watched],
    )
