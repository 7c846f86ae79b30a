"""When a repository is scanned without anybody asking."""

from dataclasses import dataclass
from datetime import datetime

from optimizer.domain.jobs import JobState, Repository, Submission
from optimizer.domain.work import WorkItem


@dataclass(frozen=True, slots=True)
class NewSchedule:
    repository: Repository
    submission: Submission  # what each turn submits
    cron: str  # five fields
    timezone: str  # of the IANA database: what the fields are read in
    jitter_seconds: float = 0.0  # each turn begins up to so much later, so that not all begin at once


@dataclass(frozen=True, slots=True)
class Schedule:
    id: int
    repository: Repository
    submission: Submission
    cron: str
    timezone: str
    jitter_seconds: float
    paused: bool
    next_at: datetime  # jitter included
    created_at: datetime
    last_at: datetime | None = None  # when the last turn was taken
    last_job_id: int | None = None
    last_job_state: JobState | None = None
    last_outcome: str = ""  # one line: what became of the last turn


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of a turn that was due."""

    schedule: Schedule  # as it was
    outcome: str
    item: WorkItem | None = None  # the scan of the job that was queued, if one was
