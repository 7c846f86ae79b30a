"""Jobs as the API speaks of them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.fields import Text
from db.listing import LogLine
from optimizer.domain.jobs import FunnelRow, Job, JobState
from optimizer.domain.work import Queue


class JobRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"repository": "https://github.com/team/shop.git", "ref": "main", "settings": {"gate": 1.1}}
            ]
        },
    )
    repository: str = Field(description="Its address: `https://host/path`, `ssh://host/path` or `host:path`.")
    ref: str | None = Field(
        None, min_length=1, max_length=255, description="Branch, tag or commit; null: HEAD."
    )
    settings: dict[str, Any] = Field(
        default_factory=dict,
        description="Settings for this job (docs/configuration.md), but those that belong to the machines.",
    )


class JobAnswer(BaseModel):
    id: int
    state: JobState
    repository: Text
    ref: Text = Field(description="As asked for; the branch, once it is known.")
    commit: Text = Field(description="Empty until a worker has found it.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: Text = Field(description="Why it failed; else empty.")

    @classmethod
    def of(cls, job: Job) -> "JobAnswer":
        return cls(**_facts(job))


class FunnelAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    unit: Text = Field(description="`function` or `candidate`.")
    stage: Text
    reason: Text
    count: int


class JobDetail(JobAnswer):
    funnel: list[FunnelAnswer] = Field(description="How many stopped where, and why.")
    left: dict[Queue, int] = Field(description="How many items of it wait or are worked on, in each queue.")

    @classmethod
    def with_progress(cls, job: Job, funnel: list[FunnelRow], left: dict[Queue, int]) -> "JobDetail":
        rows = [FunnelAnswer.model_validate(row) for row in funnel]
        return cls(**_facts(job), funnel=rows, left=left)


class JobPage(BaseModel):
    jobs: list[JobAnswer] = Field(description="Newest first.")
    next: int | None = Field(description="`before` of the next page; null on the last.")


class LogAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    at: datetime
    stage: Text
    message: Text


class LogPage(BaseModel):
    events: list[LogAnswer] = Field(description="Oldest first.")
    next: int = Field(description="`after` of the next page.")
    state: JobState = Field(description="Of the job, before these lines were read.")

    @classmethod
    def of(cls, lines: list[LogLine], after: int, state: JobState) -> "LogPage":
        events = [LogAnswer.model_validate(line) for line in lines]
        return cls(events=events, next=lines[-1].id if lines else after, state=state)


def _facts(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "state": job.state,
        "repository": job.repository.url,
        "ref": job.ref,
        "commit": job.commit,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "error": job.error,
    }
