"""What is known of the machine that measures: how much identical code differs from itself on it."""

from collections.abc import Mapping
from dataclasses import dataclass

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Machine:
    """Enough to tell that a calibration was made elsewhere; says nothing about whose machine it is."""

    cpu: str  # model
    kernel: str
    cores: int
    key: str  # hash of the above and of what systemd calls the machine's id


@dataclass(frozen=True, slots=True)
class Noise:
    """Of log ratios of identical code, one a launch."""

    launches: int
    between: float  # standard deviation between launches
    within: float  # standard error of one launch, from its pairs
    drift: float  # of the level over the whole run, by least squares
    autocorrelation: float  # of one launch with the next


@dataclass(frozen=True, slots=True)
class Calibration:
    """One run of `optimizer calibrate`."""

    machine: Machine
    optimizer: str  # version
    protocol: Mapping[str, float]  # the numbers of the protocol it is of
    made_at: str  # UTC, ISO 8601
    wall: Noise
    cpu: Noise
    simulated: int  # measurements of identical code, drawn from the launches seen
    simulated_accepts: int
    false_accept: float  # upper bound, 95 %, of the rate at which one measurement accepts identical code
    power: float  # share of simulated measurements of a true gain of 1.10 that accept
    decisions: int  # of the whole referee on identical code, really made
    accepts: int
    format: int = FORMAT
