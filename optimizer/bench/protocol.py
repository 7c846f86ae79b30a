"""The numbers of the measuring protocol, with where they come from.

The unit of replication is the process launch: identical code in two processes differs by more than
samples within one process do, and more pairs in one launch do not remove that.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Protocol:
    min_launches: int = 3  # before anything may be accepted
    max_launches: int = 14  # then "undecided"
    pairs: int = 9  # a launch, spread over the size classes, at least 3 each
    sample_ns: int = 4_000_000  # aimed length of a batch
    level: float = 0.99  # one-sided
    give_up: float = 0.85  # one-sided level at which the gate is out of reach: no more launches
    size_noise: float = 0.02  # a size class may not be slower by more than this,
    size_noise_ns: float = 250.0  # or than this a call: one small object made; the patch shows it
    max_class_inputs: int = 16
    max_classes: int = 4
    max_call_ns: int = 100_000_000  # longer calls are for the verdict only

    def pairs_per_class(self, classes: int) -> int:
        return max(3, self.pairs // classes)
