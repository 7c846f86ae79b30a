"""Times an accepted candidate and the original over all sizes there are: how time grows with size.

A picture beside the claim, and no part of the decision. As in the benchmark, fresh processes of both sides
and of the null function take turns on the timing core, and the clock is the parent's.
"""

import math
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from statistics import median_low

from optimizer.bench import statistics
from optimizer.bench.scaling import scaling
from optimizer.domain.evidence import Sample, Scaling, Side, SizePoint
from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import Session, Zygote
from optimizer.stages.arena import TIMING_SEED, Arena
from optimizer.stages.observe import Outcome, OutcomeKind
from optimizer.stages.verify import Expected

_POINTS = 12
_LONGEST_NS = 250_000_000  # of one call; longer ones are left out
_WARM_NS = 5_000_000  # calls up to this are warmed up, and timed in every launch
_TWICE_NS = 50_000_000  # calls up to this are timed in two launches, longer ones in one
_LAUNCHES = 3
_BUDGET_NS = 1_000_000_000  # all the calls of the sweep together, by what is known before
_BATCH_NS = 1_000_000  # aimed length of a batch
_TIMED = 3  # batches in a launch: short ones, so that what disturbs the core hits few of them
_MOST_ROUNDS = 20_000
_SIDES = (Side.ORIGINAL, Side.CANDIDATE)
_SECONDS = 20.0  # no answer takes so long
_EXHAUSTED = b"s9:exhausted"  # how the canonical encoding of an iterator ends


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one side is timed on one input. What is many times faster than the other gets as many more calls
    in a batch: else they would be lost in the time that asking takes."""

    rounds: int
    launches: int
    batches: int  # in a launch, besides a first one that warms up where there are several


@dataclass(frozen=True, slots=True)
class _Probe:
    """One input."""

    input: Input
    fresh: bool  # every call gets new arguments
    consume: bool  # the result is an iterator: drained on the clock
    plans: dict[Side, _Plan]


def sweep(arena: Arena, zygote: Zygote, expected: Expected, seed: int) -> Scaling | None:
    """Time against size for both sides; None where no input can be timed.

    `zygote` holds the candidate. Raises RunnerDiedError, RunnerTimeoutError, LoadError.
    """
    probes = _calibrated(arena, zygote, chosen(expected), expected)
    if not probes:
        return None
    rng = random.Random(seed)
    samples: list[Sample] = []
    for launch in range(_LAUNCHES):
        samples += _launch(arena, zygote, probes, launch, rng)
    return scaling(_point(samples, index, probe) for index, probe in enumerate(probes))


def chosen(expected: Expected) -> list[Input]:
    """Visible inputs on which the original returns, spread evenly over the logarithm of size: of those of
    about one size the one that takes a typical time. What the budget does not hold is left out, the
    longest first."""
    usable = [
        item
        for item in expected.inputs
        if not item.held_out and item.size > 0 and _timeable(expected.outcomes[item.id])
    ]
    if not usable:
        return []
    smallest = min(item.size for item in usable)
    width = math.log(max(item.size for item in usable) / smallest) / (_POINTS - 1) or 1.0
    bins: dict[int, list[Input]] = {}
    for item in usable:
        bins.setdefault(round(math.log(item.size / smallest) / width), []).append(item)
    typical = [_typical(items, expected) for items in bins.values()]
    return sorted(_affordable(typical, expected), key=lambda item: (item.size, item.id))


def _affordable(items: Sequence[Input], expected: Expected) -> list[Input]:
    costs = {item.id: _cost_ns(expected.outcomes[item.id].nanoseconds) for item in items}
    left, found = _BUDGET_NS, []
    for item in sorted(items, key=lambda item: (costs[item.id], item.id)):
        left -= costs[item.id]
        if left >= 0:
            found.append(item)
    return found


def _timeable(outcome: Outcome) -> bool:
    quick = outcome.kind is OutcomeKind.RETURNED and outcome.nanoseconds <= _LONGEST_NS
    return quick and (not outcome.iterator or _EXHAUSTED in outcome.result)


def _typical(items: Sequence[Input], expected: Expected) -> Input:
    times = {item.id: expected.outcomes[item.id].nanoseconds for item in items}
    middle = median_low(times.values())
    return min(items, key=lambda item: (abs(times[item.id] - middle), item.id))


def _launches(nanoseconds: int) -> int:
    return _LAUNCHES if nanoseconds <= _WARM_NS else 2 if nanoseconds <= _TWICE_NS else 1


def _cost_ns(nanoseconds: int) -> int:
    """Of both sides, warming up and calibration included."""
    if nanoseconds > _WARM_NS:
        return 2 * nanoseconds * _launches(nanoseconds)
    return 2 * max(nanoseconds, _BATCH_NS) * ((1 + _TIMED) * _LAUNCHES + 3)


def _calibrated(arena: Arena, zygote: Zygote, inputs: Sequence[Input], expected: Expected) -> list[_Probe]:
    name, probes = arena.function.qualname, []
    with closing(arena.original(TIMING_SEED).fork(name)) as before, closing(zygote.fork(name)) as after:
        for item in inputs:
            outcome = expected.outcomes[item.id]
            # What draining an iterator does to the arguments was not seen when `mutates` was found out.
            fresh = outcome.mutates or outcome.iterator
            probe = _Probe(item, fresh, outcome.iterator, {})
            probe.plans[Side.ORIGINAL] = _plan(before, probe, outcome.nanoseconds)
            probe.plans[Side.CANDIDATE] = _plan(after, probe, min(outcome.nanoseconds, _WARM_NS))
            probes.append(probe)
    return probes


def _plan(session: Session, probe: _Probe, nanoseconds: int) -> _Plan:
    """As many calls a batch as take the aimed time. Where to begin: what one call is thought to take."""
    rounds, wall = max(1, _BATCH_NS // nanoseconds), nanoseconds
    for _ in range(4 if nanoseconds <= _WARM_NS else 0):
        wall, _ = _batches(session, probe, rounds, 1)[0]
        aimed = rounds * _BATCH_NS / wall
        if wall > _BATCH_NS / 2:
            break
        rounds = min(_MOST_ROUNDS, round(aimed), 20 * rounds)
    long = wall // rounds if wall > _WARM_NS else 0
    return _Plan(rounds, _launches(long), 1 if long else _TIMED)


def _batches(session: Session, probe: _Probe, rounds: int, number: int) -> list[tuple[int, int]]:
    """(wall, CPU) nanoseconds of each of so many batches."""
    item, timed = probe.input, []
    session.ask("load", [item.payload], ids=[item.id])
    for index in range(number):
        if probe.fresh or not index:
            session.ask(
                "prepare", seconds=_SECONDS, ids=[item.id],
                rounds=rounds, fresh=probe.fresh, consume=probe.consume,
            )  # fmt: skip
        timed.append(session.clock("go", seconds=_SECONDS))
    return timed


def _launch(
    arena: Arena, zygote: Zygote, probes: Sequence[_Probe], launch: int, rng: random.Random
) -> list[Sample]:
    """One fresh process for each side; every input in its turn, the sides in random order."""
    name, shift = arena.function.qualname, rng.randrange(2000)
    with (
        closing(arena.original(TIMING_SEED).fork(name, shift=shift)) as before,
        closing(zygote.fork(name, shift=shift)) as after,
        closing(arena.null()) as null,
    ):
        sessions = {Side.ORIGINAL: before, Side.CANDIDATE: after}
        samples: list[Sample] = []
        for index, probe in enumerate(probes):
            for side in rng.sample(_SIDES, len(_SIDES)):
                if launch < probe.plans[side].launches:
                    samples += _timed(sessions[side], null, probe, launch, index, side)
        return samples


def _timed(
    session: Session, null: Session, probe: _Probe, launch: int, index: int, side: Side
) -> Iterator[Sample]:
    """The side's batches, and some of as many calls that do nothing. `size` tells whose they are."""
    plan, size = probe.plans[side], _size(index, side)
    for whose, asked in ((side, session), (Side.NULL, null)):
        timed = _batches(asked, probe, plan.rounds, plan.batches + (plan.batches > 1))
        for number, (wall, cpu) in enumerate(timed[-plan.batches :]):
            yield Sample(launch, size, number, whose, plan.rounds, wall, cpu)


def _size(index: int, side: Side) -> int:
    return 2 * index + _SIDES.index(side)


def _point(samples: Sequence[Sample], index: int, probe: _Probe) -> SizePoint:
    original, candidate = (statistics.typical_ns(samples, _size(index, side), side) for side in _SIDES)
    return SizePoint(probe.input.size, original, candidate)
