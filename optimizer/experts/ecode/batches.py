"""Batches of examples of about one length, so that little is padding; the same ones for the same seed."""

import random
from collections.abc import Callable, Sequence

from torch import Tensor
from torch.utils.data import Dataset

from optimizer.experts.ecode.examples import Example
from optimizer.experts.ecode.inputs import Writer

_ALIKE = 64  # tokens: of lengths that differ by less, those that write as much stand together

Size = tuple[int, int]  # tokens that are read, and that are written


def batched(sizes: Sequence[Size], most: int, seed: int) -> list[list[int]]:
    """Numbers of examples, each once. What a batch takes, the most that is read and the most that is written
    times its length, is at most `most`, but one example alone may take more."""
    order = list(range(len(sizes)))
    random.Random(seed).shuffle(order)
    # Stable: what is alike stays shuffled.
    order.sort(key=lambda number: (sum(sizes[number]) // _ALIKE, sizes[number][1]))
    found: list[list[int]] = []
    longest = (0, 0)
    for number in order:
        read, written = (max(*both) for both in zip(longest, sizes[number], strict=True))
        if found and (read + written) * (len(found[-1]) + 1) <= most:
            found[-1].append(number)
            longest = (read, written)
        else:
            found.append([number])
            longest = sizes[number]
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
