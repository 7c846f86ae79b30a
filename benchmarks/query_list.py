"""What is asked of the results database: each documented query, and each statement of the program's parts."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, TextClause, text

from db import listing, rates, retention
from db.refreshing import SqlRefreshing
from db.schedules import SqlSchedules
from db.sessions import Sessions
from db.store import SqlStore
from db.views import VIEWS
from db.work import SqlWork
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import Job, JobState, Stage
from optimizer.domain.patches import PatchState
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Queue

KEEP_DAYS = 180.0
_DOCUMENT = Path(__file__).parents[1] / "docs" / "database.md"


@dataclass(frozen=True, slots=True)
class Query:
    name: str
    run: Callable[[], object]
    report: bool = False  # over everything


@dataclass(frozen=True, slots=True)
class Examples:
    """What is asked about: the largest repository there is."""

    url: str
    job: Job  # its newest that is done
    function: Function  # one that was tried in it
    patch: int
    branch: str

    @classmethod
    def of(cls, engine: Engine, store: SqlStore) -> "Examples":
        with engine.connect() as connection:
            job_id = connection.execute(text(_JOB)).scalar_one()
            patch, branch = connection.execute(text(_PATCH), {"job": job_id}).one()
        job = store.job(job_id)
        return cls(job.repository.url, job, store.patch_result(patch).function, patch, branch)


_JOB = "SELECT max(id) FROM jobs WHERE repository_id = 1 AND state = 'done'"
_PATCH = "SELECT id, branch FROM patches WHERE job_id <= :job ORDER BY job_id DESC, id LIMIT 1"


def queries(sessions: Sessions) -> Iterator[Query]:
    store, work = SqlStore(sessions), SqlWork(sessions)
    of = Examples.of(sessions.engine, store)
    yield from _of_views(store)
    yield from _of_the_document(sessions.engine)
    yield from _of_the_store(store, of)
    yield from _of_the_queue(work, of)
    yield from _of_the_scheduler(sessions, work, of)
    yield from _of_the_api(sessions, of)
    yield Query("status: what got done lately", lambda: rates.activity(sessions))
    yield Query(
        "db prune: what would go", lambda: retention.count_old_samples(sessions, KEEP_DAYS), report=True
    )


def _of_views(store: SqlStore) -> Iterator[Query]:
    for name in VIEWS:
        report = name in ("rejections_by_reason", "expert_yield")
        yield Query(f"optimizer query {name}", partial(store.view, name), report)


def _of_the_document(engine: Engine) -> Iterator[Query]:
    for number, example in enumerate(re.findall(r"```sql\n(.*?)```", _DOCUMENT.read_text(), re.DOTALL), 1):
        source = re.search(r"FROM (\w+)", example)
        name = f"database.md, example {number} ({source[1] if source else ''})"
        statement = text(example.strip().rstrip(";").replace(":", r"\:"))
        yield Query(name, partial(_read_all, engine, statement), "LIMIT" not in example)


def _read_all(engine: Engine, statement: TextClause) -> object:
    with engine.connect() as connection:
        return connection.execute(statement).all()


def _of_the_store(store: SqlStore, of: Examples) -> Iterator[Query]:
    job, url = of.job, of.url
    yield Query("jobs", lambda: store.patch_counts([one.id for one in store.jobs()]))
    yield Query("job show: the job", lambda: store.job(job.id))
    yield Query("job show: its funnel", lambda: store.funnel(job.id))
    yield Query("job show: its log", lambda: store.events(job.id))
    yield Query("job show: its patches", lambda: store.patches(job.id))
    yield Query("patches", store.patches, report=True)
    yield Query("patches --state open", lambda: store.patches(state=PatchState.OPEN), report=True)
    yield Query("patch show NUMBER", lambda: store.patch(of.patch))
    yield Query("patch show BRANCH", lambda: store.patches_on(of.branch))
    yield Query("patch proof, verify", lambda: store.patch_result(of.patch))
    yield Query("patch approve", lambda: store.review(of.patch, PatchState.OPEN, PatchState.OPEN, ""))
    yield Query("rejected", store.rejected)
    yield Query("rejected --job", lambda: store.rejected(job.id))
    yield Query("submit: an unfinished job", lambda: store.unfinished_job(url))
    yield Query("submit: nothing changed", lambda: store.finished_scan(url, job.tree, job.fingerprint))
    yield Query("submit: what the job has", lambda: store.finished_labels(job.id))
    yield Query("submit: was this tried", lambda: store.tried(url, job.fingerprint, of.function))
    yield Query("submit: all that was tried", lambda: store.tried(url, job.fingerprint), report=True)
    yield Query("submit: what people rejected", lambda: store.rejected_candidates(url))
    yield Query("submit: what is under review", lambda: store.under_review(url))
    yield Query("submit: a job's state", lambda: store.move_job(job.id, JobState.DONE, JobState.DONE))
    yield Query("submit: a function's result", lambda: store.save_result(job.id, _result()))


def _result() -> FunctionResult:
    span = Span(0, 10)
    function = Function("new.py", "f", span, 1, 2, FunctionKind.FUNCTION, False, "def f(): pass", "hash")
    return FunctionResult(function, Decision(Stage.PROPOSE, Reason.NO_CANDIDATE))


def _of_the_queue(work: SqlWork, of: Examples) -> Iterator[Query]:
    running = next(iter(work.due(Queue.EVALUATE, 60.0)))
    yield Query("worker: claim an item", lambda: work.claim(running.id, Queue.EVALUATE, 60.0))
    yield Query("worker: the target's facts", lambda: work.facts(running.job_id))
    yield Query("worker: is the job done", lambda: work.close_job(running.job_id))
    yield Query("status: backlog", work.backlog)
    yield Query("status: workers", lambda: work.workers(60.0))
    yield Query("submit --wait: what is left", lambda: work.left(running.job_id))
    yield Query("retry: a job that ended", lambda: work.retry(of.job.id))


def _of_the_scheduler(sessions: Sessions, work: SqlWork, of: Examples) -> Iterator[Query]:
    schedules, refreshing = SqlSchedules(sessions), SqlRefreshing(sessions)
    yield Query("scheduler: whose turn it is", lambda: schedules.due(schedules.now()))
    yield Query("scheduler: free what the dead held", work.free)
    yield Query("scheduler: close jobs", work.close_jobs)
    for queue in Queue:
        yield Query(f"scheduler: all that waits in {queue.value}", partial(work.due, queue, 0.0), report=True)
    yield Query("nightly: patches under review", lambda: refreshing.under_review(of.url, of.job.ref))
    yield Query("nightly: how many are open", lambda: refreshing.open_count(of.url))


def _of_the_api(sessions: Sessions, of: Examples) -> Iterator[Query]:
    page, url = listing.Page(100), of.url
    deep = listing.Page(100, of.patch)
    yield Query("API: jobs", lambda: listing.list_jobs(sessions, page))
    yield Query("API: jobs of a repository", lambda: listing.list_jobs(sessions, page, url))
    yield Query("API: jobs that failed", lambda: listing.list_jobs(sessions, page, state=JobState.FAILED))
    yield Query("API: patches", lambda: listing.list_patches(sessions, page))
    yield Query("API: a later page of patches", lambda: listing.list_patches(sessions, deep))
    yield Query("API: patches of a repository", lambda: listing.list_patches(sessions, page, url))
    yield Query("API: open patches", lambda: listing.list_patches(sessions, page, state=PatchState.OPEN))
    yield Query("API: patches of a job", lambda: listing.list_patches(sessions, page, job_id=of.job.id))
    yield Query("API: a job's log", lambda: listing.list_log(sessions, of.job.id, 0, 100))
    yield Query("API: a patch's evidence", lambda: listing.winner_of(sessions, of.patch))
