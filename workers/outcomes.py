"""What can become of an item in one step."""

from dataclasses import dataclass

from optimizer.domain.jobs import JobState
from optimizer.domain.refresh import Recheck, Rechecked
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Plan, Queue
from workers.subjects import Trial


@dataclass(frozen=True, slots=True)
class Planned:
    """The scan is done: these functions are worth judging."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Ended:
    """Of the job: there is nothing to do in it, or it cannot be done."""

    state: JobState
    error: str = ""


@dataclass(frozen=True, slots=True)
class Advanced:
    to: Queue
    trial: Trial


@dataclass(frozen=True, slots=True)
class Finished:
    result: FunctionResult


@dataclass(frozen=True, slots=True)
class Refreshed:
    """An open patch was verified again on a newer commit."""

    wanted: Recheck
    found: Rechecked

    @property
    def result(self) -> FunctionResult:
        return self.found.result


Outcome = Planned | Ended | Advanced | Finished | Refreshed
