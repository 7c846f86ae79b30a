"""A Store that forgets everything with its process. The contract suite holds it to the real one."""

import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from optimizer.domain.errors import NotFoundError
from optimizer.domain.evidence import LEFT_OVER, SPARED, Decision, Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.jobs import FINAL, Event, FunnelRow, Job, JobState, NewJob, Stage
from optimizer.domain.patches import UNDER_REVIEW, NewPatch, Patch, PatchState
from optimizer.domain.results import FunctionResult
from optimizer.domain.workloads import workload_hash
from optimizer.testing.memory_views import Saved, rows_of

_OPEN = (JobState.RUNNING, JobState.INTERRUPTED)
_NOT_TRIED = (*LEFT_OVER, *SPARED)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryStore:
    """Implements `optimizer.ports.Store`; threads may share it."""

    now: Callable[[], datetime] = _now
    _jobs: dict[int, Job] = field(default_factory=dict)
    _events: list[Event] = field(default_factory=list)
    _saved: dict[tuple[int, str], Saved] = field(default_factory=dict)
    _patches: dict[int, Patch] = field(default_factory=dict)
    _reviews: list[tuple[int, PatchState, PatchState, str]] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def create_job(self, new: NewJob) -> Job:
        with self._lock:
            first = next((job.repository for job in self._jobs.values() if _is_of(job, new)), new.repository)
            job = Job(
                id=len(self._jobs) + 1,
                repository=first,
                ref=new.ref,
                commit=new.commit,
                tree=new.tree,
                fingerprint=new.fingerprint,
                settings=new.settings,
                state=JobState.RUNNING,
                created_at=(now := self.now()),
                started_at=now,
            )
            self._jobs[job.id] = job
            return job

    def job(self, job_id: int) -> Job:
        if job_id not in self._jobs:
            raise NotFoundError(f"There is no job {job_id}.")
        return self._jobs[job_id]

    def jobs(self, limit: int = 50) -> Sequence[Job]:
        return self._newest_jobs()[:limit]

    def _newest_jobs(self) -> list[Job]:
        return sorted(self._jobs.values(), key=lambda job: -job.id)

    def move_job(self, job_id: int, expected: JobState, to: JobState, error: str = "") -> bool:
        with self._lock:
            job = self.job(job_id)
            if job.state is not expected:
                return False
            finished = self.now() if to in FINAL else None
            self._jobs[job_id] = replace(job, state=to, error=error, finished_at=finished)
            return True

    def unfinished_job(self, url: str) -> Job | None:
        found = (job for job in self._newest_jobs() if job.repository.url == url and job.state in _OPEN)
        return next(found, None)

    def add_event(self, job_id: int, stage: str, message: str) -> None:
        self.job(job_id)
        self._events.append(Event(job_id, self.now(), stage, message))

    def events(self, job_id: int) -> Sequence[Event]:
        return [event for event in self._events if event.job_id == job_id]

    def save_result(self, job_id: int, result: FunctionResult) -> int | None:
        with self._lock:
            job, key = self.job(job_id), (job_id, result.function.label)
            if key not in self._saved:
                patch_id = self._save_patch(job, result, result.patch) if result.patch else None
                self._saved[key] = Saved(job, result, self.now(), patch_id)
            return self._saved[key].patch_id

    def _save_patch(self, job: Job, result: FunctionResult, new: NewPatch) -> int:
        interval, patch_id = result.reported, len(self._patches) + 1
        self._patches[patch_id] = Patch(
            id=patch_id,
            job_id=job.id,
            repository=job.repository.url,
            function=result.function.label,
            **_published(new),
            state=PatchState.OPEN,
            speedup=interval.estimate if interval else math.nan,
            low=interval.low if interval else math.nan,
            high=interval.high if interval else math.nan,
            impact=result.impact,
            created_at=self.now(),
        )
        return patch_id

    def _saved_for(self, url: str) -> list[Saved]:
        return [saved for saved in self._saved.values() if saved.job.repository.url == url]

    def finished_labels(self, job_id: int) -> frozenset[str]:
        return frozenset(label for job, label in self._saved if job == job_id)

    def finished_scan(self, url: str, tree: str, fingerprint: str) -> Job | None:
        wanted = (url, tree, fingerprint, JobState.DONE)
        for job in self._newest_jobs():
            found = (job.repository.url, job.tree, job.fingerprint, job.state)
            if found == wanted and not self._was_cut_short(job):
                return job
        return None

    def _was_cut_short(self, job: Job) -> bool:
        own = (saved.result for saved in self._saved.values() if saved.job.id == job.id)
        return any(result.decision.reason in LEFT_OVER for result in own)

    def tried(
        self, url: str, fingerprint: str, function: Function | None = None
    ) -> frozenset[tuple[str, str, str]]:
        ended = (
            saved.result
            for saved in self._saved_for(url)
            if saved.job.fingerprint == fingerprint and saved.result.decision.reason not in _NOT_TRIED
        )
        return frozenset(
            (one.function.label, one.function.content_hash, _hash(one))
            for one in ended
            if function is None or function.label == one.function.label
        )

    def rejected_candidates(self, url: str) -> frozenset[str]:
        rejected = {patch.id for patch in self.patches(state=PatchState.REJECTED)}
        winners = (saved.result.winner for saved in self._saved_for(url) if saved.patch_id in rejected)
        return frozenset(winner for winner in winners if winner)

    def under_review(self, url: str) -> frozenset[tuple[str, str]]:
        held = {patch.id for patch in self._patches.values() if patch.state in UNDER_REVIEW}
        results = (saved.result for saved in self._saved_for(url) if saved.patch_id in held)
        return frozenset((one.function.label, one.function.content_hash) for one in results)

    def funnel(self, job_id: int) -> Sequence[FunnelRow]:
        results = [saved.result for saved in self._saved.values() if saved.job.id == job_id]
        return _funnel("function", [r.decision for r in results]) + _funnel(
            "candidate", [e.decision for r in results for e in r.evaluations]
        )

    def patches(self, job_id: int | None = None, state: PatchState | None = None) -> Sequence[Patch]:
        newest = sorted(self._patches.values(), key=lambda patch: -patch.id)
        return [p for p in newest if job_id in (None, p.job_id) and state in (None, p.state)]

    def patches_on(self, branch: str) -> Sequence[Patch]:
        return [patch for patch in self.patches() if patch.branch == branch]

    def patch_counts(self, job_ids: Sequence[int]) -> Mapping[int, int]:
        return Counter(patch.job_id for patch in self._patches.values() if patch.job_id in job_ids)

    def patch(self, patch_id: int) -> Patch:
        if patch_id not in self._patches:
            raise NotFoundError(f"There is no patch {patch_id}.")
        return self._patches[patch_id]

    def patch_result(self, patch_id: int) -> FunctionResult:
        patch = self.patch(patch_id)
        return self._saved[patch.job_id, patch.function].result

    def tried_results(self, after: int = 0, limit: int = 100) -> Sequence[tuple[int, FunctionResult]]:
        numbered = enumerate((saved.result for saved in self._saved.values()), 1)
        tried = [(number, one) for number, one in numbered if one.evaluations and number > after]
        return [(number, replace(one, workload=None, patch=None)) for number, one in tried[:limit]]

    def review(self, patch_id: int, expected: PatchState, to: PatchState, note: str) -> bool:
        with self._lock:
            patch = self.patch(patch_id)
            if patch.state is not expected:
                return False
            self._patches[patch_id] = replace(patch, state=to)
            self._reviews.append((patch_id, expected, to, note))
            return True

    def rejected(self, job_id: int | None = None, limit: int = 100) -> Sequence[dict[str, object]]:
        refused = [
            _refusal(saved, evaluation)
            for saved in self._saved.values()
            for evaluation in saved.result.evaluations
            if job_id in (None, saved.job.id) and not evaluation.decision.accepted
        ]
        return refused[::-1][:limit]

    def view(self, name: str, limit: int = 1000) -> tuple[tuple[str, ...], Sequence[tuple[object, ...]]]:
        columns, rows = rows_of(name, list(self._saved.values()), self._patches)
        return columns, rows[:limit]


def _is_of(job: Job, new: NewJob) -> bool:
    return job.repository.url == new.repository.url


def _hash(result: FunctionResult) -> str:
    return "" if result.workload is None else workload_hash(result.workload)


def _funnel(unit: str, decisions: Sequence[Decision]) -> list[FunnelRow]:
    counts = Counter((decision.stage, decision.reason) for decision in decisions)
    stages = list(Stage)
    ordered = sorted(counts.items(), key=lambda item: (stages.index(item[0][0]), -item[1], item[0][1].value))
    return [FunnelRow(unit, stage.value, reason.value, count) for (stage, reason), count in ordered]


def _published(new: NewPatch) -> dict[str, Any]:
    """All but what a patch does not show."""
    return {name: value for name, value in asdict(new).items() if name != "surroundings"}


def _refusal(saved: Saved, evaluation: Evaluation) -> dict[str, object]:
    verdict, made_by = evaluation.verdict, evaluation.candidate.provenance
    shown = verdict.counterexample if verdict else None
    return {
        "job": saved.job.id,
        "function": saved.result.function.label,
        "candidate": evaluation.candidate.id,
        "expert": made_by.expert,
        "rule": made_by.detail,
        "stage": evaluation.decision.stage.value,
        "reason": evaluation.decision.reason.value,
        "detail": evaluation.decision.detail,
        "counterexample": asdict(shown) if shown else None,
    }
