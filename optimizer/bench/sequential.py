"""When to stop measuring, and what to say then: a group-sequential test over launches.

After every launch it is asked anew whether the candidate is faster, and whoever asks often enough gets a
yes by chance. So the chance `alpha` that a whole measurement may go wrong is spent in equal parts on the
looks (Lan & DeMets 1983, Discrete sequential boundaries for clinical trials; in equal parts, Bonferroni's
bound holds whatever the looks have to do with each other). A look compares the mean over launches with
Student's t. With three launches the spread is hardly known, so the expected spread counts as if it had
been seen in a few more (Smyth 2004, Linear models and empirical Bayes methods, the moderated t); what
pairs differ by within the launches is added to it, so that a disturbed machine expects more.

Giving up costs no false accepts, so it needs no such care and comes early: most candidates end there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from optimizer.bench import statistics
from optimizer.bench.protocol import Protocol
from optimizer.domain.evidence import Reason, Sample, Side

_MOST_SIZE_NOISE = 3.0  # times the allowance; more is not believed
_WAITS = 0.05  # share of the original's time that a candidate may wait longer


@dataclass(frozen=True, slots=True)
class Witness:
    """One log ratio a launch, and by how much each is uncertain within its launch (a standard error)."""

    ratios: Sequence[float]
    errors: Sequence[float]

    @property
    def mean(self) -> float:
        return fmean(self.ratios)


@dataclass(frozen=True, slots=True)
class SizeRatios:
    """What the launches say of one size class."""

    wall: Witness
    original_ns: float  # a call


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is asked of the launches so far."""

    wall: Witness
    cpu: Witness
    by_size: Sequence[SizeRatios]
    waiting: Sequence[
        float
    ] = ()  # of each launch: share of the original's time that the candidate waits longer


@dataclass(frozen=True, slots=True)
class Summary:
    """One launch: (log ratio, standard error) of every size class."""

    wall: tuple[tuple[float, float], ...]
    cpu: tuple[tuple[float, float], ...]
    original_ns: tuple[float, ...]  # a call, of every size class
    waiting: float


def summary(samples: Sequence[Sample], launch: int, sizes: Sequence[int]) -> Summary:
    """Of the samples of one launch."""
    return Summary(
        tuple(_number(samples, launch, size, False) for size in sizes),
        tuple(_number(samples, launch, size, True) for size in sizes),
        tuple(statistics.typical_ns(samples, size, Side.ORIGINAL) for size in sizes),
        statistics.waiting_share(samples),
    )


def _number(samples: Sequence[Sample], launch: int, size: int, cpu: bool) -> tuple[float, float]:
    ratio = statistics.launch_ratio(samples, launch, size, cpu)
    return ratio, statistics.ratio_error(samples, launch, size, cpu)


def evidence(launches: Sequence[Summary]) -> Evidence:
    sizes = range(len(launches[0].wall))
    return Evidence(
        _witness([one.wall for one in launches]),
        _witness([one.cpu for one in launches]),
        [_of_size(launches, size) for size in sizes],
        [one.waiting for one in launches],
    )


def _of_size(launches: Sequence[Summary], size: int) -> SizeRatios:
    wall = _witness([[one.wall[size]] for one in launches])
    return SizeRatios(wall, median(one.original_ns[size] for one in launches))


def _witness(launches: Sequence[Sequence[tuple[float, float]]]) -> Witness:
    """Of every launch the mean over its size classes, each counting the same."""
    return Witness(
        [fmean(ratio for ratio, _ in sizes) for sizes in launches],
        [math.hypot(*(error for _, error in sizes)) / len(sizes) for sizes in launches],
    )


def conclude(seen: Evidence, gate: float, protocol: Protocol) -> Reason | None:
    """What the launches so far say: ACCEPTED, why not, or None while the question is open."""
    launches = len(seen.wall.ratios)
    last = launches >= protocol.max_launches
    goal = math.log(gate)
    if futile(seen.wall, goal, protocol) or (last and seen.wall.mean < goal):
        return Reason.NOT_FASTER
    if futile(seen.cpu, goal / 2, protocol):
        return Reason.NOT_FASTER if seen.wall.mean < goal else _late(Reason.CPU_DISAGREES, launches, protocol)
    if launches < protocol.min_launches:
        return None
    if not _above(seen.wall, goal, protocol):
        return Reason.UNDECIDED if last else None
    if any(slower(size, protocol) for size in seen.by_size):
        return Reason.SLOWER_SIZE
    if not _above(seen.cpu, goal / 2, protocol) or waits(seen.waiting):
        return Reason.CPU_DISAGREES if last else None
    return Reason.ACCEPTED


def _late(reason: Reason, launches: int, protocol: Protocol) -> Reason | None:
    """Said of what looks like a gain, so not of the first launches."""
    return reason if launches >= max(protocol.min_launches, protocol.max_launches // 2) else None


def futile(witness: Witness, goal: float, protocol: Protocol) -> bool:
    """Whether the mean is so far below the goal that it will not get there."""
    error = spread(witness, protocol) / math.sqrt(len(witness.ratios))
    return witness.mean + protocol.futile * error < goal


def _above(witness: Witness, goal: float, protocol: Protocol) -> bool:
    """Surely above 0, and the estimate at the goal."""
    return witness.mean >= goal and witness.mean > bound(witness, look(protocol), protocol)


def look(protocol: Protocol) -> float:
    """What one look may spend of `alpha`."""
    return protocol.alpha / max(1, protocol.max_launches - protocol.min_launches + 1)


def bound(witness: Witness, alpha: float, protocol: Protocol) -> float:
    """What level code's mean is above with probability `alpha`: Student's t with the moderated spread."""
    launches = len(witness.ratios)
    t = statistics.quantile(protocol.prior + launches - 1, 1 - alpha)
    return t * spread(witness, protocol) / math.sqrt(launches)


def spread(witness: Witness, protocol: Protocol) -> float:
    """Standard deviation of a launch: what is expected and what is seen, weighed."""
    mean = witness.mean
    expected = protocol.launch_noise**2 + median(error**2 for error in witness.errors)
    seen = sum((ratio - mean) ** 2 for ratio in witness.ratios)
    weight = protocol.prior + len(witness.ratios) - 1
    return math.sqrt((protocol.prior * expected + seen) / weight)


def slower(size: SizeRatios, protocol: Protocol) -> bool:
    """Whether a size class is slower by more than the noise: its mean is under the allowance, and
    the launches do not leave room for it to be level."""
    allowed = max(protocol.size_noise, math.log1p(protocol.size_noise_ns / max(size.original_ns, 1.0)))
    noise = min(bound(size.wall, 0.05, protocol), _MOST_SIZE_NOISE * protocol.size_noise)
    return size.wall.mean < -max(allowed, noise)


def waits(shares: Sequence[float]) -> bool:
    """Whether the candidate spends time neither running nor being asked, beyond what chance brings:
    disturbed pairs are left out, and one that disturbs itself must not profit from that."""
    return len(shares) > 1 and fmean(shares) - statistics.half_width(shares, 0.95) > _WAITS


def settled(samples: Sequence[Sample], launch: int, size: int, gate: float, protocol: Protocol) -> bool:
    """Whether more pairs of this size class would tell nothing more in this launch: they are as good as
    launches are among each other, or lie far from the gate. Far on either side, which favours nobody."""
    if sum(1 for one in samples if _of_original(one, launch, size)) < protocol.min_pairs:
        return False
    ratio, error = _number(samples, launch, size, False)
    return error <= protocol.launch_noise / 2 or abs(ratio - math.log(gate)) > 4 * math.hypot(
        error, protocol.launch_noise
    )


def _of_original(sample: Sample, launch: int, size: int) -> bool:
    return (sample.side, sample.launch, sample.size, sample.cold) == (Side.ORIGINAL, launch, size, False)
