"""Patches as the API speaks of them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.fields import Number, Text
from optimizer.domain.patches import PatchState


class PatchAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    job_id: int
    repository: Text
    function: Text = Field(description="`path::qualified.name`.")
    branch: Text
    base_commit: Text
    commit: Text = Field(description="The branch's one commit.")
    title: Text
    state: PatchState
    speedup: Number = Field(description="Original time over new time, from the second measurement.")
    low: Number = Field(description="Lower end of its 99 % interval.")
    high: Number = Field(description="Upper end of its 99 % interval.")
    impact: Number = Field(description="Share of the tests' time that is saved, 0 to 1; null: not known.")
    created_at: datetime


class PatchDetail(PatchAnswer):
    text: Text = Field(description="The claim and its evidence: the message of the commit.")


class PatchPage(BaseModel):
    patches: list[PatchAnswer] = Field(description="Newest first.")
    next: int | None = Field(description="`before` of the next page; null on the last.")


class Review(BaseModel):
    model_config = ConfigDict(extra="forbid")
    note: str = Field("", max_length=10_000, description="Kept with the review.")
