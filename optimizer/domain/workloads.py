"""Inputs for a function, each with its origin."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    RECORDED = "recorded"  # seen while the repository's own tests ran
    DOCTEST = "doctest"  # seen while the repository's doctests ran
    GENERATED = "generated"  # made from annotations, or from the shapes of recorded values
    IO_SAMPLE = "io_sample"  # a stdin text of a whole program


@dataclass(frozen=True, slots=True)
class Input:
    """One call's arguments.

    `payload` is opaque to the trusted side: a pickle that only the sandbox ever loads (see
    optimizer/languages/runners/payload.py for its three forms).
    """

    id: str  # first 16 hex digits of sha256(payload)
    payload: bytes
    origin: Origin
    held_out: bool  # never shown to experts, timed only at its first call: what was not written for
    size: int  # elements in the arguments: leaves of the canonical tree, characters counted one each
    text: str  # the arguments for people to read, cut at 2,000 characters
    note: str = ""  # how a generated input came about: "edge: empty", "scaled x16", ...


@dataclass(frozen=True, slots=True)
class Workload:
    inputs: tuple[Input, ...]
    skipped: tuple[tuple[str, int], ...] = ()  # why calls could not be kept, and how many

    def count(self, origin: Origin) -> int:
        return sum(1 for item in self.inputs if item.origin is origin)

    @property
    def visible(self) -> tuple[Input, ...]:
        """What experts and benchmarks may see."""
        return tuple(item for item in self.inputs if not item.held_out)


@dataclass(frozen=True, slots=True)
class FunctionProfile:
    """What one run of the target's tests says of a function."""

    self_share: float  # 0..1 of the tests' sampled CPU time spent in its own frame
    total_share: float  # 0..1 with everything it called


def workload_hash(workload: Workload) -> str:
    """sha256 hex over the sorted ids of the inputs: the same calls in any order are the same workload."""
    ids = "\n".join(sorted(item.id for item in workload.inputs))
    return hashlib.sha256(ids.encode("ascii")).hexdigest()
