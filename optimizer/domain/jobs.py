"""One scan of one repository at one commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    QUEUED = "queued"  # waits for a worker
    RUNNING = "running"
    INTERRUPTED = "interrupted"  # `submit --resume` goes on
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


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
class Submission:
    """What a worker needs to begin a job that somebody else asked for."""

    source: str  # URL without credentials, or an absolute path that the workers see, too
    ref: str | None = None
    flags: Mapping[str, Any] = field(default_factory=dict)  # settings that were given, by field name
    candidates: str = field(default="", repr=False)  # text of the file of candidates
    scheduled: bool = False  # by a schedule: it also looks after open patches, and heeds `max_open`


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
    error: str = ""  # why it failed; of one that is done: why there was nothing to do
    started_at: datetime | None = None  # None: it waits for a worker


_UNCHANGED = "nothing changed since job "


def unchanged_since(job_id: int) -> str:
    """What a queued job says that had nothing to do."""
    return f"{_UNCHANGED}{job_id}"


def found_unchanged(job: Job) -> int | None:
    """The job that had tried everything that this one would have."""
    text = job.error.removeprefix(_UNCHANGED)
    return int(text) if job.state is JobState.DONE and text != job.error else None


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
