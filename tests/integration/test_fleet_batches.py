"""A model proposes for functions of different jobs at once, and is loaded once in the life of a worker."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from optimizer import bootstrap
from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.domain.errors import ExpertError
from optimizer.domain.jobs import Job, NewJob, Repository, Submission
from optimizer.domain.settings import Settings
from optimizer.domain.work import NewItem, Plan, Queue
from optimizer.domain.workloads import Workload
from optimizer.encoding import unpack
from optimizer.ports import BatchExpert, Expert
from optimizer.scan import told
from tests.support.fleets import context_of, fleet_on, metrics
from tests.support.results import function
from workers.context import Context
from workers.handling import STEPS, work_on
from workers.subjects import Subject, Trial


@dataclass
class Model:
    """Stands for one on a GPU: remembers how it was asked."""

    name: str = "model"
    version: str = "1"
    languages: frozenset[str] = frozenset({"python"})
    batches: list[list[str]] = field(default_factory=list)
    reason: str = ""  # why it is not there

    def propose(self, request: ProposalRequest) -> list[Candidate]:
        raise AssertionError("asked about one function alone")

    def propose_batch(self, requests: Sequence[ProposalRequest]) -> list[list[Candidate]]:
        self.batches.append([request.function.qualname for request in requests])
        made_by = Provenance("model", "m", "1")
        names = [request.function.name for request in requests]
        return [[Candidate(f"def {name}(items): return {name!r}", made_by)] for name in names]

    def ready(self) -> None:
        if self.reason:
            raise ExpertError(self.reason)

    def would_change(self, requests: Sequence[ProposalRequest]) -> list[bool]:
        return [True for _ in requests]


@dataclass
class Loading:
    models: list[Model] = field(default_factory=list)

    def __call__(self, settings: Settings) -> Expert:
        self.models.append(Model())
        return self.models[-1]


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch) -> Loading:
    """One more line in the table of experts."""
    made = Loading()
    monkeypatch.setitem(bootstrap.EXPERTS, "model", made)
    return made


@pytest.fixture
def context(sqlite_url: str, tmp_path: Path) -> Iterator[Context]:
    with context_of(fleet_on(sqlite_url, tmp_path)) as made:
        yield made


def _planned(context: Context, name: str, *functions: str) -> tuple[Job, list[int]]:
    work, where = context.fleet.work, Repository(f"https://example.org/{name}.git", name)
    job, scan = work.submit(Submission(where.url), where)
    claim = work.claim(scan.id, Queue.SCAN, 60.0)
    assert claim is not None
    settings = Settings(experts=("model",))
    new = NewJob(where, "main", "c" * 40, "t" * 40, name, json.dumps(told(settings)))
    assert work.found(claim, new)
    items = [NewItem(function(one).label, _subject(one)) for one in functions]
    planned = work.plan(claim, Plan((), tuple(items), b""))
    assert planned is not None
    return job, [one.id for one in planned]


def _subject(name: str) -> bytes:
    return Subject(ProposalRequest(function(name), "text"), Workload(())).packed()


def test_functions_of_different_jobs_are_one_batch_and_the_model_is_loaded_once(
    context: Context, loading: Loading
) -> None:
    one, first = _planned(context, "one", "f", "g")
    two, second = _planned(context, "two", "h")
    for ids in ([*first, *second], []):
        work_on(Queue.PROPOSE, ids, context, metrics(), STEPS[Queue.PROPOSE])
    three, third = _planned(context, "three", "i")
    work_on(Queue.PROPOSE, third, context, metrics(), STEPS[Queue.PROPOSE])
    (model,) = loading.models
    assert isinstance(model, BatchExpert)
    assert model.batches == [["f", "g", "h"], ["i"]]
    left = [context.fleet.work.left(job.id) for job in (one, two, three)]
    assert left == [{Queue.EVALUATE: 2}, {Queue.EVALUATE: 1}, {Queue.EVALUATE: 1}]
    claim = context.fleet.work.claim(second[0], Queue.EVALUATE, 60.0)
    assert claim is not None
    (pending,) = unpack(claim.trial, Trial).pending
    assert pending.source == "def h(items): return 'h'"


def test_a_model_that_is_not_there_in_time_is_told_to_each_job_and_asked_again_later(
    context: Context, loading: Loading
) -> None:
    one, first = _planned(context, "one", "f")
    two, second = _planned(context, "two", "g")
    asked = Settings(experts=("model",))
    (model,) = context.experts_for(asked)
    assert isinstance(model, Model)
    model.reason = "not loaded"
    work_on(Queue.PROPOSE, [*first, *second], context, metrics(), STEPS[Queue.PROPOSE])
    notes = [[event.message for event in context.fleet.store.events(job.id)] for job in (one, two)]
    assert [[text for text in job if "not loaded" in text] for job in notes] == [
        ["the expert 'model' does not take part: not loaded"]
    ] * 2
    assert model.batches == []
    model.reason = ""
    _, third = _planned(context, "three", "h")
    work_on(Queue.PROPOSE, third, context, metrics(), STEPS[Queue.PROPOSE])
    assert model.batches == [["h"]]
