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


@dataclass(frozen=True, slots=True)
class NewPatch:
    branch: str
    base_commit: str
    commit: str  # the branch's one commit
    title: str  # first line of the text
    text: str  # the commit message
    diff: str  # unified


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
    created_at: datetime
