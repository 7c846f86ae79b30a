"""Jobs as the fleet's database sees them: every transaction of every stage, in the order of the workers'."""

import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from benchmarks.stage_timings import Judged, Material
from db.store import SqlStore
from db.work import SqlWork
from optimizer.domain.jobs import Job, NewJob, Repository, Submission
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, NewItem, Plan, Queue, WorkItem
from optimizer.stages.propose import Search
from workers.subjects import Trial

_T = TypeVar("_T")
_LEASE = 60.0
_MARK = "f" * 16  # fingerprint
_FACTS = b"facts" * 150  # as large as those of the packages


class Meter(Protocol):
    def __call__(self, name: str, call: Callable[[], _T], **facts: float) -> _T:
        """Makes the call, and notes under that name what it took."""
        ...


def drawn(materials: Sequence[Material], rng: random.Random, functions: int, early: int) -> Material:
    """So many functions, each as if nobody had seen it: another name, other inputs, hence rows of its own."""
    judged = [one for material in materials for one in material.judged]
    settled = [one for material in materials for one in material.settled]
    mark = f"{rng.getrandbits(32):08x}"
    return Material(
        tuple(_own(rng.choice(judged), f"{mark}{place}") for place in range(functions)),
        tuple(_renamed(rng.choice(settled), f"{mark}{place}") for place in range(early)),
    )


def _own(judged: Judged, mark: str) -> Judged:
    result = _renamed(judged.result, mark)
    if result.workload is not None:
        inputs = tuple(replace(one, id=f"{mark}{one.id}") for one in result.workload.inputs)
        result = replace(result, workload=replace(result.workload, inputs=inputs))
    return Judged(judged.subject, result)


def _renamed(result: FunctionResult, mark: str) -> FunctionResult:
    function = replace(result.function, qualname=f"{result.function.qualname}_{mark}")
    return replace(result, function=function)


@dataclass(frozen=True, slots=True)
class Player:
    """Goes through whole jobs as workers would, without working."""

    work: SqlWork
    store: SqlStore
    meter: Meter

    def play(self, url: str, material: Material) -> None:
        """From the submission of a job to its end; every function is proposed for and judged once."""
        repository = Repository(url, "played")
        job, scan = self.meter("submit", lambda: self.work.submit(Submission(url), repository))
        items = self._scanned(job, scan, material)
        for item, judged in zip(items, material.judged, strict=True):
            self._through(item, judged.result, url)

    def _scanned(self, job: Job, scan: WorkItem, material: Material) -> Sequence[WorkItem]:
        claim, url = self._claimed(scan, Queue.SCAN), job.repository.url
        self.meter("finished_scan", lambda: self.store.finished_scan(url, "t" * 40, _MARK))
        new = NewJob(job.repository, "main", "c" * 40, "t" * 40, _MARK, "{}")
        self.meter("found", lambda: self.work.found(claim, new))
        self.meter("finished_labels", lambda: self.store.finished_labels(job.id))
        self.meter("add_event", lambda: self.store.add_event(job.id, "extract", ""))
        self.meter("under_review", lambda: self.store.under_review(url))
        for one in material.judged:
            self.meter("tried", functools.partial(self.store.tried, url, _MARK, one.result.function))
        packed = tuple(NewItem(one.result.function.label, one.subject) for one in material.judged)
        plan = Plan(material.settled, packed, _FACTS)
        size = sum(len(one.subject) for one in packed)
        facts = {"settled": len(plan.settled), "items": len(packed), "bytes": size}
        items = self.meter("plan", lambda: self.work.plan(claim, plan), **facts)
        return items or []

    def _claimed(self, item: WorkItem, queue: Queue) -> Claim:
        claim = self.meter("claim", lambda: self.work.claim(item.id, queue, _LEASE))
        if claim is None:
            raise SystemExit("an item was taken by somebody else: is this database a fleet's?")
        self.meter("job", lambda: self.store.job(item.job_id))
        self.meter("submission", lambda: self.work.submission(item.job_id))
        return claim

    def _through(self, item: WorkItem, result: FunctionResult, url: str) -> None:
        claim = self._claimed(item, Queue.PROPOSE)
        self.meter("rejected", lambda: self.store.rejected_candidates(url))
        pending = Trial(Search(), tuple(one.candidate for one in result.evaluations))
        self._advance(claim, Queue.EVALUATE, pending)
        claim = self._claimed(item, Queue.EVALUATE)
        self.meter("facts", lambda: self.work.facts(item.job_id))
        self.meter("extend", lambda: self.work.extend(claim, _LEASE))
        if result.patch:
            self._advance(claim, Queue.PUBLISH, Trial(Search(result.evaluations, result.winning, 1, True)))
            claim = self._claimed(item, Queue.PUBLISH)
        candidates = len(result.evaluations)
        self.meter("finish", lambda: self.work.finish(claim, result), candidates=candidates)
        self.meter("close_job", lambda: self.work.close_job(item.job_id))

    def _advance(self, claim: Claim, to: Queue, trial: Trial) -> None:
        packed = trial.packed()
        self.meter("advance", lambda: self.work.advance(claim, to, packed), bytes=len(packed))

    def queue_up(self, url: str, items: int) -> int:
        """A job of which so many functions wait; its number."""
        job, scan = self.work.submit(Submission(url), Repository(url, "waiting"))
        claim = self._claimed(scan, Queue.SCAN)
        plan = Plan((), tuple(NewItem(f"path.py::f{place}", b"x" * 1000) for place in range(items)), b"")
        self.work.plan(claim, plan)
        return job.id
