"""One scan of one repository at one commit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobState(StrEnum):
    RUNNING = "running"
    INTERRUPTED = "interrupted"  # `submit --resume` goes on
    DONE = "done"
    FAILED = "failed"


class Stage(StrEnum):
    """In the order of the flow; a function or a candidate stops in exactly one."""

    CHECKOUT = "checkout"
    EXTRACT = "extract"
    COLLECT = "collect"
    ROUTE = "route"
    PROPOSE = "propose"
    GUARD = "guard"
    VERIFY = "verify"
    BENCHMARK = "benchmark"
    DECIDE = "decide"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Repository:
    url: str  # without credentials; an absolute path for a local one
    name: str  # last part of the url, for people


@dataclass(frozen=True, slots=True)
class NewJob:
    """What identifies a scan before it starts."""

    repository: Repository
    ref: str  # as asked for
    commit: str  # 40 hex digits
    tree: str  # git tree id: what an unchanged repository is recognised by
    fingerprint: str  # of settings, experts and engine: all else that results depend on
    settings: str  # JSON


@dataclass(frozen=True, slots=True)
class Job:
    id: int
    repository: Repository
    ref: str
    commit: str
    tree: str
    fingerprint: str
    settings: str
    state: JobState
    created_at: datetime
    finished_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """How many functions, or candidates, stopped at a stage for a reason."""

    unit: str  # "function" or "candidate"
    stage: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Event:
    job_id: int
    at: datetime
    stage: str
    message: str
