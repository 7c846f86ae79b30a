"""From launches of identical code to a machine's noise and the rate of false accepts; and its file.

Identical code is as often the faster as the slower one, so every launch counts with either sign. What
is simulated are whole measurements that draw from those launches, spread out by as much as so few of
them may be too narrow. The bound is of one measurement; a patch needs two, made afresh, to accept.
"""

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median

from optimizer.bench import sequential
from optimizer.bench.protocol import Protocol
from optimizer.bench.sequential import Evidence, Witness
from optimizer.domain.calibration import FORMAT, Calibration, Machine, Noise
from optimizer.domain.evidence import Reason

MOST_FALSE_ACCEPTS = 0.001
LEAST_POWER = 0.5
GAIN = 1.10  # that has to be found often enough
_CONFIDENCE = 0.95
Launch = tuple[float, float, float, float]  # wall: log ratio, standard error; CPU: the same


def noise(ratios: Sequence[Sequence[float]], errors: Sequence[float]) -> Noise:
    """`ratios`: of every subject, in the order measured."""
    flat = [ratio for one in ratios for ratio in one]
    drifts = [_slope(one) * len(one) for one in ratios]
    following = [(a, b) for one in ratios for a, b in pairwise(one)]
    square = fmean(one * one for one in flat)
    return Noise(
        launches=len(flat),
        between=math.sqrt(square),
        within=median(errors),
        drift=fmean(drifts),
        autocorrelation=fmean(a * b for a, b in following) / square if square and following else 0.0,
    )


def _slope(values: Sequence[float]) -> float:
    middle, level = (len(values) - 1) / 2, fmean(values)
    spread = sum((index - middle) ** 2 for index in range(len(values)))
    return (
        sum((index - middle) * (one - level) for index, one in enumerate(values)) / spread if spread else 0.0
    )


def accepts(
    launches: Sequence[Launch], gain: float, gate: float, protocol: Protocol, measurements: int, seed: int = 0
) -> int:
    """How many simulated measurements of a true gain accept."""
    rng = random.Random(seed)
    wider = _wider(len(launches)) if gain == 1 else 1.0
    return sum(
        _measured(launches, math.log(gain), wider, gate, protocol, rng) is Reason.ACCEPTED
        for _ in range(measurements)
    )


def _wider(launches: int) -> float:
    """By how much the standard deviation of so many may be too small (chi-squared, 95 %)."""
    from scipy.special import chdtri  # noqa: PLC0415 - 0.1 s to import

    freedom = max(1, launches - 1)
    return math.sqrt(freedom / float(chdtri(freedom, _CONFIDENCE)))


def _measured(
    launches: Sequence[Launch],
    mean: float,
    wider: float,
    gate: float,
    protocol: Protocol,
    rng: random.Random,
) -> Reason:
    wall: list[float] = []
    cpu: list[float] = []
    errors: list[list[float]] = [[], []]
    while True:
        one, sign = rng.choice(launches), rng.choice((-wider, wider))
        wall.append(mean + sign * one[0])
        cpu.append(mean + sign * one[2])
        errors[0].append(one[1])
        errors[1].append(one[3])
        seen = Evidence(Witness(wall, errors[0]), Witness(cpu, errors[1]), ())
        reason = sequential.conclude(seen, gate, protocol)
        if reason is not None:
            return reason


def upper_bound(hits: int, trials: int) -> float:
    """Of a rate, one-sided 95 % (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv  # noqa: PLC0415 - 0.1 s to import

    return 1.0 if hits >= trials else float(betaincinv(hits + 1, trials - hits, _CONFIDENCE))


def numbers(protocol: Protocol) -> dict[str, float]:
    """What a calibration is of. The rate is none of them: it is what comes out."""
    return {name: float(value) for name, value in asdict(protocol).items() if name != "false_accept"}


def too_noisy(found: Calibration) -> str:
    """Why nothing may be benchmarked on this machine; empty when it may."""
    if found.false_accept > MOST_FALSE_ACCEPTS:
        return (
            f"identical code would be accepted in up to {found.false_accept:.2%} of measurements "
            f"(at most {MOST_FALSE_ACCEPTS:.2%} are allowed)"
        )
    if found.accepts:
        return f"identical code was accepted in {found.accepts} of {found.decisions} decisions"
    if found.power < LEAST_POWER:
        return f"only {found.power:.0%} of measurements would find a true gain of {GAIN:.2f}"
    return ""


def unusable(found: Calibration, machine: Machine, protocol: Protocol) -> str:
    """Why a calibration says nothing about measurements made here and now; empty when it does."""
    if found.machine != machine:
        return "it was made on another machine or kernel"
    if dict(found.protocol) != numbers(protocol):
        return "it is of another protocol (another version, or another max_launches)"
    return ""


def write(path: Path, found: Calibration) -> None:
    """All of it or nothing."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(found), indent=2) + "\n", "utf-8")
    partial.replace(path)


def read(path: Path) -> Calibration:
    """Raises OSError, and ValueError when it is not a calibration of this format."""
    try:
        return _parsed(json.loads(path.read_text("utf-8")))
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a calibration: {error}") from error


def _parsed(data: Mapping[str, object]) -> Calibration:
    if data["format"] != FORMAT:
        raise ValueError(f"a calibration of format {data['format']}, not {FORMAT}")
    found = Calibration(**data)  # type: ignore[arg-type]  # checked below, number by number
    parts = {name: _noise(data[name]) for name in ("wall", "cpu")}
    found = replace(found, machine=Machine(**data["machine"]), **parts)  # type: ignore[arg-type]
    rates = (found.false_accept, found.power)
    counts = (found.decisions, found.accepts, found.simulated, found.simulated_accepts)
    if not all(isinstance(one, float | int) and 0 <= one <= 1 for one in rates):
        raise ValueError("a rate that is none")
    if not all(type(one) is int and one >= 0 for one in counts):
        raise ValueError("a number of decisions that is none")
    return found


def _noise(data: object) -> Noise:
    if not isinstance(data, Mapping) or not all(isinstance(one, float | int) for one in data.values()):
        raise ValueError("noise that is no numbers")
    return Noise(**data)
