"""The numbers of the measuring protocol, with where they come from.

The unit of replication is the process launch: identical code in two processes differs by more than
samples within one process do, and more pairs in one launch do not remove that. The rule that the
numbers are for: sequential.py.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Protocol:
    min_launches: int = 3  # before anything may be accepted
    max_launches: int = 14  # then "undecided"
    alpha: float = 0.01  # chance that one measurement accepts level code, over all looks together
    launch_noise: float = 0.015  # expected standard deviation between launches, of a log ratio
    prior: float = 1.0  # launches that the expectation counts for
    futile: float = 2.0  # standard errors under the gate at which it is out of reach: no more launches
    min_pairs: int = 5  # of a size class in a launch
    pairs: int = 16  # most of a launch, shared out among the size classes
    sample_ns: int = 2_500_000  # aimed length of a batch: mostly shorter than a turn on a shared core
    false_accept: float | None = None  # upper bound of that rate with these numbers, where it is calibrated
    level: float = 0.99  # one-sided, of the interval that is reported
    size_noise: float = 0.02  # a size class may not be slower by more than this,
    size_noise_ns: float = 250.0  # or than this a call: one small object made; the patch shows it
    max_class_inputs: int = 16
    max_classes: int = 4
    max_call_ns: int = 100_000_000  # longer calls are for the verdict only

    def pairs_per_class(self, classes: int) -> int:
        """At most so many."""
        return max(self.min_pairs, self.pairs // classes)
