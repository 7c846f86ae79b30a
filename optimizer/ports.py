"""The few Protocols that the stages need. One contract suite runs over every implementation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.functions import Function
from optimizer.domain.isolation import Command, Finished
from optimizer.domain.jobs import Event, FunnelRow, Job, JobState, NewJob, Repository, Submission
from optimizer.domain.patches import Patch, PatchState
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Backlog, Claim, Plan, Queue, Worker, WorkItem


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


@runtime_checkable
class BatchExpert(Expert, Protocol):
    """An expert for which many functions at once cost little more than one: a model on a GPU."""

    def ready(self) -> None:
        """Loads what the answers need. Raises ExpertError where that is not there in time: nothing is asked
        then."""
        ...

    def propose_batch(self, requests: Sequence[ProposalRequest]) -> Sequence[Sequence[Candidate]]:
        """The candidates of each request, in the same order."""
        ...

    def would_change(self, requests: Sequence[ProposalRequest]) -> Sequence[bool]:
        """A quick first answer, before anything is run: whether each function is worth the question."""
        ...


class Sandbox(Protocol):
    """Runs a program of somebody else's where it can do no harm."""

    def run(self, command: Command, stdin: bytes = b"") -> Finished: ...


class WorkQueue(Protocol):
    """Work that waits. Every method is one transaction; a change by a holder that was given up is refused,
    which False or None says."""

    def submit(self, submission: Submission, repository: Repository) -> tuple[Job, WorkItem]:
        """Raises AnotherRunsError when a job of the repository is under way."""
        ...

    def submission(self, job_id: int) -> Submission | None:
        """None for a job that was never queued. Raises NotFoundError."""
        ...

    def claim(self, item_id: int, queue: Queue, seconds: float) -> Claim | None:
        """Holds the item for so long. None: it is not there, not due, another's, or in another queue."""
        ...

    def extend(self, claim: Claim, seconds: float) -> bool: ...
    def found(self, claim: Claim, found: NewJob) -> bool:
        """What a job turned out to be of."""
        ...

    def plan(self, claim: Claim, plan: Plan) -> Sequence[WorkItem] | None:
        """Ends a scan: what is settled is saved, the rest waits in `propose`."""
        ...

    def facts(self, job_id: int) -> bytes:
        """As planned. Raises NotFoundError."""
        ...

    def advance(self, claim: Claim, to: Queue, trial: bytes) -> bool: ...
    def finish(self, claim: Claim, result: FunctionResult) -> bool:
        """Saves the result, and the item is done."""
        ...

    def release(self, claim: Claim, delay: float) -> bool:
        """Gives it back, for a fault that is not its own; due again after so many seconds."""
        ...

    def end_job(self, claim: Claim, to: JobState, error: str = "") -> bool:
        """From its scan: nothing is left to do, or it cannot be done."""
        ...

    def close_job(self, job_id: int) -> bool:
        """Marks a running job as done when nothing of it waits any more."""
        ...

    def cancel(self, job_id: int) -> bool:
        """False when it is over already. Raises NotFoundError."""
        ...

    def retry(self, job_id: int) -> WorkItem | None:
        """Queues what a job that ended left undone; None when it is under way. Raises NotFoundError,
        AnotherRunsError, and ConfigError for a job that was never queued."""
        ...

    def free(self) -> Sequence[WorkItem]:
        """Frees what dead workers held."""
        ...

    def close_jobs(self) -> Sequence[int]:
        """`close_job` for all; the ids of those that were closed."""
        ...

    def due(self, queue: Queue, sent_before: float) -> Sequence[WorkItem]:
        """What waits, is due, and was sent to the broker more than so many seconds ago, or never."""
        ...

    def waiting(self, queue: Queue) -> int:
        """How many of the queue are due, and nobody's."""
        ...

    def sent(self, items: Sequence[WorkItem]) -> None: ...
    def backlog(self) -> Sequence[Backlog]: ...
    def left(self, job_id: int) -> Mapping[Queue, int]:
        """How many items of a job are in each queue."""
        ...

    def report(self, worker: Worker) -> None:
        """A worker says that it is alive; its times are the database's."""
        ...

    def workers(self, seen_within: float) -> Sequence[Worker]: ...


class Broker(Protocol):
    """Tells workers that there is work. What it forgets is told again; what it says twice does no harm."""

    def check(self) -> None:
        """Raises BrokerError when it does not answer, or refuses us."""
        ...

    def send(self, items: Sequence[WorkItem]) -> None:
        """Raises BrokerError."""
        ...

    def held(self, queue: Queue) -> int:
        """How many messages wait in the queue. Raises BrokerError."""
        ...

    def items(self, queue: Queue) -> frozenset[int]:
        """The ids of the items that they are about. Raises BrokerError."""
        ...

    def close(self) -> None: ...


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

    def tried(
        self, url: str, fingerprint: str, function: Function | None = None
    ) -> frozenset[tuple[str, str, str]]:
        """(label, content hash, workload hash) of functions whose trial under this fingerprint ended; of one
        function, or of all of the repository's."""
        ...

    def rejected_candidates(self, url: str) -> frozenset[str]:
        """Ids of candidates whose patches a person rejected: never proposed again."""
        ...

    def under_review(self, url: str) -> frozenset[tuple[str, str]]:
        """(label, content hash) of functions with a patch that is open or approved: not tried meanwhile."""
        ...

    def funnel(self, job_id: int) -> Sequence[FunnelRow]: ...
    def patches(self, job_id: int | None = None, state: PatchState | None = None) -> Sequence[Patch]: ...
    def patches_on(self, branch: str) -> Sequence[Patch]:
        """Newest first: repositories may have branches of one name, and one may have it again."""
        ...

    def patch_counts(self, job_ids: Sequence[int]) -> Mapping[int, int]:
        """How many patches each job has; those without any are left out."""
        ...

    def patch(self, patch_id: int) -> Patch: ...
    def patch_result(self, patch_id: int) -> FunctionResult:
        """The function, inputs, candidate and measurements behind a patch: all that verify needs."""
        ...

    def tried_results(self, after: int = 0, limit: int = 100) -> Sequence[tuple[int, FunctionResult]]:
        """Results with candidates, oldest first, without inputs and patch; each with a number, which `after`
        takes to go on behind it."""
        ...

    def review(self, patch_id: int, expected: PatchState, to: PatchState, note: str) -> bool: ...
    def rejected(self, job_id: int | None = None, limit: int = 100) -> Sequence[dict[str, object]]:
        """Refused candidates, newest first: function, stage, reason, detail, counterexample."""
        ...

    def view(self, name: str, limit: int = 1000) -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
        """Column names and rows of a documented read-only view."""
        ...
