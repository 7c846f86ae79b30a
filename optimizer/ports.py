"""The few Protocols that the stages need. One contract suite runs over every implementation."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.isolation import Command, Finished
from optimizer.domain.jobs import Event, FunnelRow, Job, JobState, NewJob
from optimizer.domain.patches import Patch, PatchState
from optimizer.domain.results import FunctionResult


class Expert(Protocol):
    """Proposes faster variants of a function. Pure: no files, no processes, no clock."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str:
        """Changes whenever the proposals may change."""
        ...

    @property
    def languages(self) -> frozenset[str]: ...

    def propose(self, request: ProposalRequest) -> Iterable[Candidate]:
        """Candidates, most promising first; none at all is a fine answer. Never raises on odd code."""
        ...


class Sandbox(Protocol):
    """Runs a program of somebody else's where it can do no harm."""

    def run(self, command: Command, stdin: bytes = b"") -> Finished: ...


class Store(Protocol):
    """The results database. Every method is one transaction; state changes are compare-and-set."""

    def create_job(self, new: NewJob) -> Job: ...
    def job(self, job_id: int) -> Job:
        """Raises NotFoundError."""
        ...

    def jobs(self, limit: int = 50) -> Sequence[Job]:
        """Newest first."""
        ...

    def move_job(self, job_id: int, expected: JobState, to: JobState, error: str = "") -> bool:
        """False, and nothing changed, when the job is not in the expected state."""
        ...

    def unfinished_job(self, url: str) -> Job | None:
        """The newest job of the repository that is running or interrupted."""
        ...

    def add_event(self, job_id: int, stage: str, message: str) -> None: ...
    def events(self, job_id: int) -> Sequence[Event]: ...

    def save_result(self, job_id: int, result: FunctionResult) -> int | None:
        """Saves everything learned of one function; idempotent by (job, path, qualname).
        Returns the id of the patch, if there is one."""
        ...

    def finished_labels(self, job_id: int) -> frozenset[str]:
        """Labels of the functions whose results the job already has."""
        ...

    def finished_scan(self, url: str, tree: str, fingerprint: str) -> Job | None:
        """A done job of the same repository, tree and fingerprint: nothing is left to try."""
        ...

    def tried(self, url: str, fingerprint: str) -> frozenset[tuple[str, str, str]]:
        """(label, content hash, workload hash) of functions whose trial under this fingerprint ended."""
        ...

    def rejected_candidates(self, url: str) -> frozenset[str]:
        """Ids of candidates whose patches a person rejected: never proposed again."""
        ...

    def funnel(self, job_id: int) -> Sequence[FunnelRow]: ...
    def patches(self, job_id: int | None = None, state: PatchState | None = None) -> Sequence[Patch]: ...
    def patch(self, patch_id: int) -> Patch: ...
    def patch_result(self, patch_id: int) -> FunctionResult:
        """The function, inputs, candidate and measurements behind a patch: all that verify needs."""
        ...

    def review(self, patch_id: int, expected: PatchState, to: PatchState, note: str) -> bool: ...
    def rejected(self, job_id: int | None = None, limit: int = 100) -> Sequence[dict[str, object]]:
        """Refused candidates, newest first: function, stage, reason, detail, counterexample."""
        ...

    def view(self, name: str, limit: int = 1000) -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
        """Column names and rows of a documented read-only view."""
        ...
