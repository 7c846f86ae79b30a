"""Held-out inputs on the clock: what a candidate cannot have been written or prepared for.

Warm batches repeat visible inputs in a process that could remember them. So the first calls of a
launch, whose arguments arrive when the clock starts and whose results have to leave before it stops,
are made on held-out inputs of about the same sizes, each only once in a sandbox. They have to show the
gain as well, at every size. Whatever code does to the process it runs in: to pass, it has to return
the right bytes for inputs that it has never seen, within a time that is measured outside.
"""

import math
from collections.abc import Callable, Sequence
from statistics import fmean, median

from optimizer import canonical
from optimizer.bench import statistics
from optimizer.bench.protocol import Protocol
from optimizer.domain.evidence import Sample
from optimizer.domain.workloads import Input
from optimizer.stages.observe import Outcome
from optimizer.stages.verify import Expected

_BATCHES = 3  # launches with inputs of their own: no measurement accepts with fewer
_TELLING_NS = 500_000  # shorter batches are lost in the time it takes to ask for them
_NEAR = 2.0  # sizes may lie this factor beyond those that are timed
MOST_BYTES = 16_000_000  # of results handed over at once
_MOST_NOISE = 0.2  # of a log ratio that is believed
_PLAIN = frozenset("NoneType bool int float complex str bytes list tuple dict".split())


def batches(
    expected: Expected,
    groups: Sequence[Sequence[Input]],
    timeable: Callable[[Input], bool],
    protocol: Protocol,
) -> list[tuple[tuple[Input, ...], ...]]:
    """For every group of timed inputs the held-out ones of about its sizes, a few for each launch."""
    usable = [item for item in expected.inputs if item.held_out and timeable(item)]
    ordinary = [item for item in usable if not item.note.startswith("edge")] or usable
    near: list[list[Input]] = [[] for _ in groups]
    for item in sorted(ordinary, key=lambda one: one.id):
        at = min(range(len(groups)), key=lambda index: _distance(item, groups[index]), default=None)
        if at is not None and _fits(item, groups[at], expected):
            near[at].append(item)
    return [_in_batches(found, expected, protocol) for found in near]


def _fits(item: Input, group: Sequence[Input], expected: Expected) -> bool:
    alike = expected.outcomes[item.id].iterator == expected.outcomes[group[0].id].iterator
    return alike and _distance(item, group) <= math.log(_NEAR)


def _distance(item: Input, group: Sequence[Input]) -> float:
    """How far its size is from those of the group, as a logarithm; 0 within."""
    sizes = [math.log(max(one.size, 1)) for one in group]
    size = math.log(max(item.size, 1))
    return max(min(sizes) - size, size - max(sizes), 0.0)


def _in_batches(
    items: Sequence[Input], expected: Expected, protocol: Protocol
) -> tuple[tuple[Input, ...], ...]:
    """As many batches as are long enough to tell something, none much longer than a warm one."""
    times = {item.id: expected.outcomes[item.id].nanoseconds for item in items}
    total = sum(times.values())
    count = min(_BATCHES, len(items), max(1, round(total / _TELLING_NS)))
    found = []
    for number in range(count):
        chosen = list(items[number::count])[: protocol.max_class_inputs]
        while len(chosen) > 1 and sum(times[item.id] for item in chosen) > 4 * protocol.sample_ns:
            chosen = chosen[: len(chosen) // 2]
        found.append(tuple(chosen))
    return tuple(found)


def hand_over(outcomes: Sequence[Outcome], mutates: bool) -> str:
    """How results leave a session while the clock runs: "marshal" where that says all there is to say,
    "canonical", or "" where they are too many."""
    if sum(len(one.result) + len(one.arguments) for one in outcomes) > MOST_BYTES:
        return ""
    plain = all(_plain(one.result, one.iterator) for one in outcomes)
    if mutates:
        plain = plain and all(_plain(one.arguments) for one in outcomes)
    return "marshal" if plain else "canonical"


def _plain(data: bytes, iterator: bool = False) -> bool:
    """Nothing in it but plain values; in particular no sets, whose order may differ, and nothing twice."""
    try:
        root = canonical.decode(data)
    except canonical.BadEncodingError:
        return False
    nodes = root.children if iterator else (root,)
    return all(inner.type in _PLAIN for node in nodes for inner in canonical.walk(node))


def agrees(samples: Sequence[Sample], batched: Sequence[int]) -> bool:
    """Whether calls on unseen inputs save at least half of the share of time that repeated ones save, at
    every size, up to their own noise. `batched`: of every size, how many launches had inputs of their own.

    In CPU time: one interruption is longer than they are. A size at which handing over takes longer than
    the original's calls tells nothing."""
    return all(_size_agrees(samples, size, count) for size, count in enumerate(batched) if count)


def _size_agrees(samples: Sequence[Sample], size: int, count: int) -> bool:
    first = [one for one in samples if one.cold and one.size == size and one.launch < count]
    if statistics.handing_over(first) > 0.5:
        return True
    launches = sorted({one.launch for one in first})
    unseen = [statistics.launch_ratio(first, launch, size, cpu=True, cold=True) for launch in launches]
    saved = 1 - math.exp(-max(0.0, fmean(statistics.launch_ratios(samples, [size], cpu=True))))
    noise = min(statistics.half_width(unseen, 0.95), _MOST_NOISE)
    return median(unseen) + noise >= -math.log(1 - saved / 2)
