"""An accepted candidate as a diff on a branch, with its review."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PatchState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    MERGED = "merged"
    EXPIRED = "expired"


# What people say. They may think again; what is merged or expired is over.
_BEFORE = {
    PatchState.APPROVED: (PatchState.OPEN, PatchState.REJECTED),
    PatchState.REJECTED: (PatchState.OPEN, PatchState.APPROVED),
}


def can_become(state: PatchState, to: PatchState) -> bool:
    """Whether a review may make one of the other."""
    return state in _BEFORE.get(to, ())


UNDER_REVIEW = (PatchState.OPEN, PatchState.APPROVED)  # neither in nor given up


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a measurement was taken with: stated on the patch, and part of its proof bundle."""

    python: str  # version of the interpreter that ran the code
    # Distributions of the target's environment and their versions, sorted.
    packages: tuple[tuple[str, str], ...]
    optimizer: str  # our own version
    cpu: str  # model
    kernel: str
    drawing: int = 0  # how intervals were drawn from samples, see `proof.claims`; 0: not kept then


@dataclass(frozen=True, slots=True)
class NewPatch:
    branch: str
    base_commit: str
    commit: str  # the branch's one commit
    title: str  # first line of the text
    text: str  # the commit message
    diff: str  # unified
    surroundings: Surroundings | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    id: int
    job_id: int
    repository: str  # url
    function: str  # path::qualname
    branch: str
    base_commit: str
    commit: str
    title: str
    text: str
    diff: str
    state: PatchState
    speedup: float
    low: float
    high: float
    impact: float | None  # 0..1 of the tests' time that the change saves; None: not seen in their profile
    created_at: datetime
