"""From raw samples to log ratios, from launches to intervals."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean, median, stdev

from optimizer.domain.evidence import Interval, Sample, Side

_MOST_COLD_NOISE = 0.2  # of a log ratio
_FLOOR_NS = 1.0  # a call takes longer than this; keeps logarithms finite after the null is subtracted


def net_ns(sample: Sample, null_per_call: float, cpu: bool = False) -> float:
    """Nanoseconds a call, the null function's subtracted."""
    gross = (sample.cpu_ns if cpu else sample.wall_ns) / sample.calls
    return max(_FLOOR_NS, 0.05 * gross, gross - null_per_call)


def null_cost(samples: Iterable[Sample], launch: int, size: int, cpu: bool, cold: bool) -> float:
    """What a call costs when it does nothing, in that launch and size class; nanoseconds.

    Warm, nobody waited less for a batch than is waited for one that does nothing."""
    mine = [one for one in samples if (one.launch, one.size, one.cold) == (launch, size, cold)]
    null = [one for one in mine if one.side is Side.NULL]
    if cpu or cold:
        return min(((one.cpu_ns if cpu else one.wall_ns) / one.calls for one in null), default=0.0)
    waited = min(map(_waited, mine), default=0)
    return min((min(one.wall_ns, one.cpu_ns + waited) / one.calls for one in null), default=0.0)


def pair_ratios(
    samples: Sequence[Sample], launch: int, size: int, cpu: bool = False, cold: bool = False
) -> list[float]:
    """One log ratio original/candidate a pair; warm wall times undisturbed."""
    null = null_cost(samples, launch, size, cpu, cold)
    pairs = _pairs(samples, launch, size, cold)
    if not (cpu or cold):
        pairs = list(zip(*(undisturbed(side) for side in zip(*pairs, strict=True)), strict=True))
    return [math.log(net_ns(one, null, cpu) / net_ns(other, null, cpu)) for one, other in pairs]


def ratio_error(samples: Sequence[Sample], launch: int, size: int, cpu: bool = False) -> float:
    """Standard error of the launch's log ratio: what the pairs differ by, and for wall time by how much it
    is open what each side waits by itself."""
    error = median_error(pair_ratios(samples, launch, size, cpu))
    if cpu:
        return error
    sides = zip(*_pairs(samples, launch, size, False), strict=True)
    return math.hypot(error, *(_waiting_error(side) for side in sides))


def _waiting_error(samples: Sequence[Sample]) -> float:
    """What the calmest sample waited is believed as far as the next one says the same."""
    waited = sorted(map(_waited, samples))
    return (waited[min(1, len(waited) - 1)] - waited[0]) / max(1.0, median(one.cpu_ns for one in samples))


def _pairs(samples: Sequence[Sample], launch: int, size: int, cold: bool) -> list[tuple[Sample, Sample]]:
    sides: dict[int, dict[Side, Sample]] = {}
    for sample in samples:
        if (sample.launch, sample.size, sample.cold) == (launch, size, cold) and sample.side is not Side.NULL:
            sides.setdefault(sample.pair, {})[sample.side] = sample
    return [(both[Side.ORIGINAL], both[Side.CANDIDATE]) for both in sides.values() if len(both) == 2]


def undisturbed(samples: Sequence[Sample]) -> list[Sample]:
    """The samples of one side, class and launch, without what other programs added.

    Wall time is CPU time and waiting: for the core, or for the clock to be read. What the side's own code
    waits for, it waits for in every sample; so no more counts than what the calmest one waited."""
    waited = min(map(_waited, samples), default=0)
    return [replace(one, wall_ns=min(one.wall_ns, one.cpu_ns + waited)) for one in samples]


def _waited(sample: Sample) -> int:
    return sample.wall_ns - sample.cpu_ns


def waiting_share(samples: Sequence[Sample]) -> float:
    """By how much longer the candidate waited than the original, in all warm pairs of a launch, as a share
    of the original's wall time."""
    warm = [one for one in samples if not one.cold]
    waited = {side: sum(_waited(one) for one in warm if one.side is side) for side in Side}
    whole = sum(one.wall_ns for one in warm if one.side is Side.ORIGINAL)
    return (waited[Side.CANDIDATE] - waited[Side.ORIGINAL]) / max(1, whole)


def median_error(values: Sequence[float]) -> float:
    """Standard error of their median, by the median deviation from it (1.4826 and 1.2533 make both those
    of a normal distribution)."""
    middle = median(values)
    return 1.4826 * 1.2533 * median(abs(one - middle) for one in values) / math.sqrt(len(values))


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


def total_ratios(
    samples: Sequence[Sample], sizes: Sequence[int], cold: bool, cpu: bool = False
) -> list[float]:
    """One log ratio a launch of the time for one call of every size class together: large inputs weigh
    more, so that it can be told even of single calls, which take little longer than making them."""
    launches = sorted({sample.launch for sample in samples})
    sides = (Side.ORIGINAL, Side.CANDIDATE)
    totals = [[_total_ns(samples, launch, sizes, side, cold, cpu) for side in sides] for launch in launches]
    return [math.log(original / candidate) for original, candidate in totals]


def _total_ns(
    samples: Sequence[Sample], launch: int, sizes: Sequence[int], side: Side, cold: bool, cpu: bool
) -> float:
    total = 0.0
    for size in sizes:
        null = null_cost(samples, launch, size, cpu, cold)
        total += median(
            net_ns(sample, null, cpu)
            for sample in samples
            if (sample.launch, sample.size, sample.side, sample.cold) == (launch, size, side, cold)
        )
    return total


def typical_ns(samples: Sequence[Sample], size: int, side: Side) -> float:
    """Median time of a warm call in a size class, undisturbed and null subtracted, nanoseconds."""
    launches: dict[int, list[Sample]] = {}
    for sample in samples:
        if sample.size == size and not sample.cold:
            launches.setdefault(sample.launch, []).append(sample)
    times: list[float] = []
    for launch, taken in launches.items():
        null = null_cost(taken, launch, size, False, False)
        times += [net_ns(one, null) for one in undisturbed([one for one in taken if one.side is side])]
    return median(times)


def half_width(values: Sequence[float], level: float) -> float:
    """Half of the t interval whose each side holds with probability `level`; infinite for one value."""
    if len(values) < 2:
        return math.inf
    return quantile(len(values) - 1, level) * stdev(values) / math.sqrt(len(values))


def quantile(freedom: float, level: float) -> float:
    """Of Student's t."""
    from scipy.special import stdtrit  # noqa: PLC0415 - 0.1 s to import, and only benchmarks need it

    return float(stdtrit(freedom, level))


def interval(log_ratios: Sequence[float], level: float) -> Interval:
    """Interval over launches, as ratios."""
    mean, half = fmean(log_ratios), half_width(log_ratios, level)
    return Interval(math.exp(mean), _exp(mean - half), _exp(mean + half), level)


def _exp(value: float) -> float:
    return math.exp(min(value, 50.0)) if value > -50.0 else 0.0


def cold_agrees(samples: Sequence[Sample], sizes: Sequence[int]) -> bool:
    """First calls in fresh processes must save time too, at least half of the share that later ones
    save, up to their own noise: a cache has nothing to hit there. (Not half of the logarithm: calls that
    became very short cannot be told from handing over their arguments. The median, and no more noise
    than that: one disturbed launch of three must not excuse a cache.) Where handing over takes longer
    than the original's calls nothing can be told, and only the rules about state stand guard. In CPU time:
    there is no second first call, and one interruption is longer than a few of them."""
    if handing_over(samples) > 0.5:
        return True
    cold, warm = (total_ratios(samples, sizes, one, cpu=True) for one in (True, False))
    saved = max(0.0, 1 - math.exp(-fmean(warm)))
    noise = min(half_width(cold, 0.95), _MOST_COLD_NOISE)
    return median(cold) + noise >= -math.log(1 - saved / 2)


def handing_over(samples: Sequence[Sample]) -> float:
    """Share of the original's CPU time in first calls that a function which does nothing takes as well; in
    the middle one of the launches, since a disturbed one makes calls look long that are lost in the rest."""
    launches: dict[int, dict[Side, int]] = {}
    for one in samples:
        if one.cold:
            sides = launches.setdefault(one.launch, dict.fromkeys(Side, 0))
            sides[one.side] += one.cpu_ns
    return median(cold[Side.NULL] / max(1, cold[Side.ORIGINAL]) for cold in launches.values())
