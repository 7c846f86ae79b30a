"""From raw samples to log ratios, from launches to intervals and a decision."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from optimizer.bench.protocol import Protocol
from optimizer.domain.evidence import Interval, Reason, Sample, Side

_MOST_COLD_NOISE = 0.2  # of a log ratio
_FLOOR_NS = 1.0  # a call takes longer than this; keeps logarithms finite after the null is subtracted


@dataclass(frozen=True, slots=True)
class SizeRatios:
    """What the launches say of one size class."""

    log_ratios: Sequence[float]  # one a launch
    original_ns: float  # a call


def net_ns(sample: Sample, null_per_call: float, cpu: bool = False) -> float:
    """Nanoseconds a call, the null function's subtracted."""
    gross = (sample.cpu_ns if cpu else sample.wall_ns) / sample.calls
    return max(_FLOOR_NS, 0.05 * gross, gross - null_per_call)


def null_cost(samples: Iterable[Sample], launch: int, size: int, cpu: bool, cold: bool) -> float:
    """What a call costs when it does nothing, in that launch and size class; nanoseconds."""
    costs = [
        (sample.cpu_ns if cpu else sample.wall_ns) / sample.calls
        for sample in samples
        if sample.side is Side.NULL and (sample.launch, sample.size, sample.cold) == (launch, size, cold)
    ]
    return min(costs, default=0.0)


def pair_ratios(
    samples: Sequence[Sample], launch: int, size: int, cpu: bool = False, cold: bool = False
) -> list[float]:
    """One log ratio original/candidate a pair."""
    null = null_cost(samples, launch, size, cpu, cold)
    sides: dict[int, dict[Side, float]] = {}
    for sample in samples:
        if (sample.launch, sample.size, sample.cold) == (launch, size, cold) and sample.side is not Side.NULL:
            sides.setdefault(sample.pair, {})[sample.side] = net_ns(sample, null, cpu)
    return [math.log(both[Side.ORIGINAL] / both[Side.CANDIDATE]) for both in sides.values() if len(both) == 2]


def launch_ratio(
    samples: Sequence[Sample], launch: int, size: int, cpu: bool = False, cold: bool = False
) -> float:
    """The launch's one number for a size class: the median log ratio of its pairs."""
    return median(pair_ratios(samples, launch, size, cpu, cold))


def launch_ratios(
    samples: Sequence[Sample], sizes: Sequence[int], cpu: bool = False, cold: bool = False
) -> list[float]:
    """One number a launch: the mean over size classes, each counting the same."""
    launches = sorted({sample.launch for sample in samples})
    return [fmean(launch_ratio(samples, launch, size, cpu, cold) for size in sizes) for launch in launches]


def total_ratios(samples: Sequence[Sample], sizes: Sequence[int], cold: bool) -> list[float]:
    """One log ratio a launch of the time for one call of every size class together: large inputs weigh
    more, so that it can be told even of single calls, which take little longer than making them."""
    launches = sorted({sample.launch for sample in samples})
    return [
        math.log(
            _total_ns(samples, launch, sizes, Side.ORIGINAL, cold)
            / _total_ns(samples, launch, sizes, Side.CANDIDATE, cold)
        )
        for launch in launches
    ]


def _total_ns(samples: Sequence[Sample], launch: int, sizes: Sequence[int], side: Side, cold: bool) -> float:
    total = 0.0
    for size in sizes:
        null = null_cost(samples, launch, size, False, cold)
        total += median(
            net_ns(sample, null)
            for sample in samples
            if (sample.launch, sample.size, sample.side, sample.cold) == (launch, size, side, cold)
        )
    return total


def typical_ns(samples: Sequence[Sample], size: int, side: Side) -> float:
    """Median time of a warm call in a size class, null subtracted, nanoseconds."""
    return median(
        net_ns(sample, null_cost(samples, sample.launch, size, False, False))
        for sample in samples
        if sample.side is side and sample.size == size and not sample.cold
    )


def half_width(values: Sequence[float], level: float) -> float:
    """Half of the t interval whose each side holds with probability `level`; infinite for one value."""
    if len(values) < 2:
        return math.inf
    from scipy.special import stdtrit  # noqa: PLC0415 - 0.1 s to import, and only benchmarks need it

    return float(stdtrit(len(values) - 1, level)) * stdev(values) / math.sqrt(len(values))


def interval(log_ratios: Sequence[float], level: float) -> Interval:
    """Interval over launches, as ratios."""
    mean, half = fmean(log_ratios), half_width(log_ratios, level)
    return Interval(math.exp(mean), _exp(mean - half), _exp(mean + half), level)


def _exp(value: float) -> float:
    return math.exp(min(value, 50.0)) if value > -50.0 else 0.0


def conclude(
    wall: Sequence[float],
    cpu: Sequence[float],
    by_size: Sequence[SizeRatios],
    gate: float,
    protocol: Protocol,
) -> Reason | None:
    """What the launches so far say: ACCEPTED, why not, or None while the question is open.

    `wall`, `cpu`: one log ratio a launch; `by_size`: the same for each size class.
    """
    launches = len(wall)
    if launches < 2:
        return None
    last = launches >= protocol.max_launches
    hopeless = fmean(wall) + half_width(wall, protocol.give_up) < math.log(gate)
    if hopeless or (last and fmean(wall) < math.log(gate)):
        return Reason.NOT_FASTER
    if launches < protocol.min_launches:
        return None
    clear = fmean(wall) - half_width(wall, protocol.level) > 0 and fmean(wall) >= math.log(gate)
    if not clear:
        return Reason.UNDECIDED if last else None
    if any(slower(size, protocol) for size in by_size):
        return Reason.SLOWER_SIZE
    if fmean(cpu) - half_width(cpu, protocol.level) <= 0 or fmean(cpu) < math.log(gate) / 2:
        return Reason.CPU_DISAGREES if last else None
    return Reason.ACCEPTED


def slower(size: SizeRatios, protocol: Protocol) -> bool:
    """Whether a size class is slower by more than the noise: its mean is under the allowance, and
    the launches do not leave room for it to be level."""
    allowed = max(protocol.size_noise, math.log1p(protocol.size_noise_ns / max(size.original_ns, 1.0)))
    noise = min(half_width(size.log_ratios, 0.95), 3 * protocol.size_noise)
    return fmean(size.log_ratios) < -max(allowed, noise)


def cold_agrees(samples: Sequence[Sample], sizes: Sequence[int]) -> bool:
    """First calls in fresh processes must save time too, at least half of the share that later ones
    save, up to their own noise: a cache has nothing to hit there. (Not half of the logarithm: calls that
    became very short cannot be told from handing over their arguments. The median, and no more noise
    than that: one disturbed launch of three must not excuse a cache.) Where handing over takes longer
    than the original's calls nothing can be told, and only the rules about state stand guard."""
    if _handing_over(samples) > 0.5:
        return True
    cold, warm = total_ratios(samples, sizes, cold=True), total_ratios(samples, sizes, cold=False)
    saved = max(0.0, 1 - math.exp(-fmean(warm)))
    noise = min(half_width(cold, 0.95), _MOST_COLD_NOISE)
    return median(cold) + noise >= -math.log(1 - saved / 2)


def _handing_over(samples: Sequence[Sample]) -> float:
    """Share of the original's cold time that a function which does nothing takes as well."""
    cold = {side: sum(one.wall_ns for one in samples if one.cold and one.side is side) for side in Side}
    return cold[Side.NULL] / max(1, cold[Side.ORIGINAL])


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float | None:
    """Least-squares slope of log time against log size; None without a spread of sizes."""
    if len(sizes) < 3 or min(sizes) <= 0 or max(sizes) / min(sizes) < 4:
        return None
    xs, ys = [math.log(size) for size in sizes], [math.log(max(time, _FLOOR_NS)) for time in times]
    middle, level = fmean(xs), fmean(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    return sum((x - middle) * (y - level) for x, y in zip(xs, ys, strict=True)) / spread
