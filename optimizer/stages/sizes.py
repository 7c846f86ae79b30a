"""The inputs that are timed, grouped by size."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from optimizer.bench.protocol import Protocol
from optimizer.domain.workloads import Input
from optimizer.stages import unseen
from optimizer.stages.observe import OutcomeKind
from optimizer.stages.verify import Expected

MOST_ROUNDS = 20_000
_EXHAUSTED = b"s9:exhausted"  # how the canonical encoding of an iterator ends


@dataclass(frozen=True, slots=True)
class SizeClass:
    """Inputs of about the same size, timed together."""

    inputs: tuple[Input, ...]
    rounds: int  # times through the inputs in one sample
    fresh: bool  # the function changes its arguments, or its result reads them later: each call gets new ones
    consume: bool  # the result is an iterator: drained on the clock
    unseen: tuple[tuple[Input, ...], ...] = ()  # held-out inputs, for the first calls of so many launches
    hand_over: str = ""  # how results of first calls leave while the clock runs
    tolerance: float = 0.0  # relative, of floats in results

    @property
    def elements(self) -> int:
        return round(median(item.size for item in self.inputs))

    @property
    def calls(self) -> int:
        return len(self.inputs) * self.rounds


def size_classes(expected: Expected, protocol: Protocol, tolerance: float = 0.0) -> tuple[SizeClass, ...]:
    """Visible inputs on which the original returns, grouped by size on a logarithmic scale."""
    usable = [item for item in expected.inputs if not item.held_out and _timeable(expected, item, protocol)]
    groups: dict[int, list[Input]] = {}
    for item in sorted(usable, key=lambda one: (one.size, one.id)):
        groups.setdefault(int(math.log(max(item.size, 1), 4)), []).append(item)
    merged = [groups[key] for key in sorted(groups)]
    while len(merged) > protocol.max_classes or (len(merged) > 1 and min(map(len, merged)) < 2):
        _merge_smallest(merged)
    held_out = unseen.batches(expected, merged, lambda item: _timeable(expected, item, protocol), protocol)
    classes = (
        _size_class(group, more, expected, protocol) for group, more in zip(merged, held_out, strict=True)
    )
    return tuple(_tolerant(one, tolerance) if tolerance else one for one in classes)


def _tolerant(group: SizeClass, tolerance: float) -> SizeClass:
    """Results are then compared value by value, for which they have to be readable here."""
    return replace(group, tolerance=tolerance, hand_over="canonical" if group.hand_over else "")


def _timeable(expected: Expected, item: Input, protocol: Protocol) -> bool:
    outcome = expected.outcomes[item.id]
    quick = outcome.kind is OutcomeKind.RETURNED and outcome.nanoseconds <= protocol.max_call_ns
    # An iterator that ends in an exception, or does not end, cannot be drained on the clock.
    return quick and (not outcome.iterator or _EXHAUSTED in outcome.result)


def _merge_smallest(groups: list[list[Input]]) -> None:
    """Joins the pair of neighbours with the fewest inputs."""
    at = min(range(len(groups) - 1), key=lambda index: len(groups[index]) + len(groups[index + 1]))
    groups[at : at + 2] = [groups[at] + groups[at + 1]]


def _size_class(
    group: Sequence[Input], held_out: tuple[tuple[Input, ...], ...], expected: Expected, protocol: Protocol
) -> SizeClass:
    step = max(1, len(group) // protocol.max_class_inputs)
    chosen = group[::step][: protocol.max_class_inputs]
    times = {item.id: expected.outcomes[item.id].nanoseconds for item in chosen}
    while len(chosen) > 2 and sum(times[item.id] for item in chosen) > 4 * protocol.sample_ns:
        chosen = chosen[: len(chosen) // 2]
    rounds = max(1, round(protocol.sample_ns / max(1, sum(times[item.id] for item in chosen))))
    outcomes = [expected.outcomes[item.id] for item in chosen]
    fresh = any(outcome.mutates or outcome.iterator for outcome in outcomes)
    unseen_outcomes = [expected.outcomes[item.id] for items in held_out for item in items]
    return SizeClass(
        tuple(chosen),
        min(rounds, MOST_ROUNDS),
        fresh,
        any(outcome.iterator for outcome in outcomes),
        held_out,
        unseen.hand_over(outcomes + unseen_outcomes, fresh),
    )
