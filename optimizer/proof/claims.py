"""Whether a bundle agrees with itself: ids with contents, and every interval with its raw samples."""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence

from optimizer.bench import statistics
from optimizer.domain.evidence import Interval, Measurement, Sample
from optimizer.proof.bundle import Bundle
from optimizer.proof.surroundings import environment_hash

# Stands for the way in which `bench.statistics` draws an interval from samples. Raise it when the same
# samples give another interval: older bundles are then compared less strictly, instead of being denied.
DRAWING = 1
_ROUNDING = 1e-6  # relative; the same sums in another version of the libraries


def contradictions(bundle: Bundle) -> tuple[str, ...]:
    """One line for each thing that the bundle says and its own contents deny."""
    return tuple(_contradictions(bundle))


def _contradictions(bundle: Bundle) -> Iterator[str]:
    function, where = bundle.function, bundle.patch.surroundings
    if _sha256(function.source.encode("utf-8", "surrogatepass")) != function.content_hash:
        yield "the function's text is not what its hash was made from"
    wrong = sum(_sha256(one.payload)[:16] != one.id for one in bundle.workload.inputs)
    if wrong:
        yield f"{wrong} of {len(bundle.workload.inputs)} inputs are not what their ids were made from"
    if bundle.environment_hash != (environment_hash(where) if where else ""):
        yield "the environment's hash was not made from the packages listed"
    agree = _same if where and where.drawing == DRAWING else _touch
    for name, measured in (("first", bundle.evaluation.first), ("second", bundle.evaluation.second)):
        if measured:
            yield from (f"{name} measurement: {text}" for text in _measurement(measured, agree))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _measurement(measured: Measurement, agree: Callable[[Interval, Interval], bool]) -> Iterator[str]:
    launches = {sample.launch for sample in measured.samples}
    if len(launches) != measured.launches:
        yield f"it says {measured.launches} launches, its samples are of {len(launches)}"
    sizes = list(range(len(measured.rows)))
    said = [("speed-up", measured.wall, sizes, False), ("CPU time", measured.cpu, sizes, True)]
    said += [(f"ratio at {row.label}", row.ratio, [size], False) for size, row in enumerate(measured.rows)]
    for name, interval, of, cpu in said:
        drawn = drawn_interval(measured.samples, of, interval.level, cpu)
        if drawn is None:
            yield f"no {name} can be drawn from its samples"
        elif not agree(drawn, interval):
            yield f"it says {name} {_text(interval)}, its samples say {_text(drawn)}"


def drawn_interval(
    samples: Sequence[Sample], sizes: Sequence[int], level: float, cpu: bool = False
) -> Interval | None:
    """The interval over launches that the samples amount to; None when they lack a side, say."""
    launches: dict[int, list[Sample]] = {}
    for sample in samples:
        launches.setdefault(sample.launch, []).append(sample)
    try:
        # Launch by launch: all at once takes the square of their number, and a stranger chose that.
        ratios = [statistics.launch_ratios(launches[one], sizes, cpu)[0] for one in sorted(launches)]
        return statistics.interval(ratios, level)
    except (ArithmeticError, LookupError, ValueError):
        return None


def _same(one: Interval, other: Interval) -> bool:
    pairs = ((one.estimate, other.estimate), (one.low, other.low), (one.high, other.high))
    return all(math.isclose(a, b, rel_tol=_ROUNDING) or (math.isnan(a) and math.isnan(b)) for a, b in pairs)


def _touch(one: Interval, other: Interval) -> bool:
    """All that can be asked of two ways to draw an interval from the same samples."""
    return one.low <= other.high and other.low <= one.high and other.low <= other.estimate <= other.high


def _text(interval: Interval) -> str:
    return f"{interval.estimate:.3f}x ({interval.low:.3f} to {interval.high:.3f})"
