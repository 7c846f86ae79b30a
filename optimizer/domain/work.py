"""Work that waits for a worker: the scan of a job, and each of its functions on the way through the stages.

The database holds it; a broker only says that there is some. Whoever works on an item holds it for a
while and says again and again that it is alive: what a dead worker held is free for others then.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from optimizer.domain.results import FunctionResult


class Queue(StrEnum):
    """Each is worked on by machines of another kind. In the order of the flow."""

    SCAN = "scan"  # any machine: network, git, the repository's own tests
    PROPOSE = "propose"  # a GPU, where experts need one
    EVALUATE = "evaluate"  # a core that nobody else uses
    PUBLISH = "publish"  # any machine


@dataclass(frozen=True, slots=True)
class WorkItem:
    id: int
    job_id: int
    queue: Queue
    label: str  # of the function; empty for the scan of the job
    deaths: int  # of workers that held it at this stage, the present holder among them
    retries: int  # after faults of the machines, at this stage
    queued_at: datetime  # when it came to this queue


@dataclass(frozen=True, slots=True)
class Claim:
    """An item that is ours for now, with what is kept of it; both are opaque to the database."""

    item: WorkItem
    token: str  # of this holding: a holder that was given up cannot change anything any more
    subject: bytes = field(default=b"", repr=False)  # the function and its workload
    trial: bytes = field(default=b"", repr=False)  # what was proposed and judged so far
    waited: float = 0.0  # seconds in the queue


@dataclass(frozen=True, slots=True)
class NewItem:
    label: str
    subject: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scan found: saved whole, so that a scan that is killed is simply done again."""

    settled: tuple[FunctionResult, ...]  # functions that ended without being run
    items: tuple[NewItem, ...]  # the most worthwhile first
    facts: bytes = field(repr=False)  # what is known of the target, for those who judge and publish


@dataclass(frozen=True, slots=True)
class Backlog:
    """One queue as people look at it."""

    queue: Queue
    waiting: int
    held: int
    oldest_seconds: float | None  # that the longest-waiting item waits; None: nothing waits


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of ours on some machine, as it told of itself."""

    name: str
    queues: tuple[str, ...]
    host: str
    pid: int
    concurrency: int
    started_at: datetime
    seen_at: datetime
