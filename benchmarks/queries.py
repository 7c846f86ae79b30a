"""The documented queries with 10 million functions and 1 million candidates loaded: what each costs Postgres.

    python -m benchmarks.queries                                          # the full size: 12 GB of disk
    python -m benchmarks.queries --functions 100000 --candidates 10000

A page (one job, one repository, one list as long as its default limit) may take 100 ms, and may read no
table of more than 100,000 rows from end to end. A report over everything may take 10 s. Times are planning
and execution, the fastest of three runs, summed over the statements. Makes a database of its own on the
server that the tests use, and drops it.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, TextClause, text

from benchmarks.query_data import Amounts, fill, scaled
from benchmarks.query_plans import Plan, explaining, large_tables
from benchmarks.support import finish
from db import listing, rates, retention
from db.sessions import Sessions, open_sessions
from db.store import SqlStore
from db.upgrade import upgrade
from db.views import VIEWS
from db.work import SqlWork
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import Job, JobState, Stage
from optimizer.domain.patches import PatchState
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Queue
from optimizer.testing import postgres

_PAGE_MS, _REPORT_MS = 100.0, 10_000.0
_KEEP_DAYS = 180.0
_DOCUMENT = Path(__file__).parents[1] / "docs" / "database.md"


@dataclass(frozen=True, slots=True)
class Query:
    name: str
    run: Callable[[], object]
    report: bool = False  # over everything

    @property
    def limit(self) -> float:
        return _REPORT_MS if self.report else _PAGE_MS


@dataclass(frozen=True, slots=True)
class Answer:
    query: Query
    plans: Sequence[Plan]

    @property
    def milliseconds(self) -> float:
        return sum(plan.milliseconds for plan in self.plans)

    @property
    def scanned(self) -> list[str]:
        return sorted({table for plan in self.plans for table in plan.scanned})

    @property
    def over(self) -> bool:
        return self.milliseconds > self.query.limit or bool(self.scanned and not self.query.report)

    def row(self) -> str:
        slowest = max(self.plans, key=lambda plan: plan.milliseconds)
        mark = "**over**" if self.over else ""
        cells = (
            self.query.name, "report" if self.query.report else "page", f"{self.milliseconds:,.1f}",
            f"{sum(plan.rows for plan in self.plans):,}", ", ".join(self.scanned), slowest.heaviest, mark,
        )  # fmt: skip
        return f"| {' | '.join(cells)} |"


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
    yield from _of_the_api(sessions, of)
    yield Query("status: what got done lately", lambda: rates.activity(sessions))
    yield Query(
        "db prune: what would go", lambda: retention.count_old_samples(sessions, _KEEP_DAYS), report=True
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
    yield Query("scheduler: free what the dead held", work.free)
    yield Query("scheduler: close jobs", work.close_jobs)
    for queue in Queue:
        yield Query(f"scheduler: all that waits in {queue.value}", partial(work.due, queue, 0.0), report=True)
    yield Query("status: backlog", work.backlog)
    yield Query("status: workers", lambda: work.workers(60.0))
    yield Query("submit --wait: what is left", lambda: work.left(running.job_id))
    yield Query("retry: a job that ended", lambda: work.retry(of.job.id))


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


def measure(sessions: Sessions) -> list[Answer]:
    large = large_tables(sessions.engine)
    answers = []
    for query in queries(sessions):
        with explaining(sessions.engine, large) as plans:
            query.run()
        answers.append(Answer(query, plans))
        _say(query.name)
    return answers


def sizes(engine: Engine) -> Iterator[str]:
    """Bytes a row: of the table itself with what is stored out of line, and of its indexes."""
    with engine.connect() as connection:
        for name, rows, table, indexes in connection.execute(text(_SIZES)):
            each, mebibytes = f"{table / rows:,.0f} | {indexes / rows:,.0f}", (table + indexes) / 2**20
            yield f"| `{name}` | {rows:,} | {each} | {mebibytes:,.0f} |"


_SIZES = """
SELECT relname, reltuples::bigint, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 1
ORDER BY pg_total_relation_size(oid) DESC
"""


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> Amounts:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=Amounts().functions)
    parser.add_argument("--candidates", type=int, default=Amounts().candidates)
    given = parser.parse_args()
    return scaled(given.functions, given.candidates)


def main() -> None:
    amounts = _arguments()
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server(os.environ))
        url = stack.enter_context(postgres.fresh_database(server))
        upgrade(url)
        sessions = open_sessions(url)
        stack.callback(sessions.close)
        began = time.perf_counter()
        fill(sessions.engine, amounts, _say)
        loaded = time.perf_counter() - began
        table_sizes, answers = list(sizes(sessions.engine)), measure(sessions)
        began = time.perf_counter()
        pruned = retention.drop_old_samples(sessions, _KEEP_DAYS)
        pruning = time.perf_counter() - began
    _print_tables(answers, table_sizes)
    over = [answer.query.name for answer in answers if answer.over]
    finish(
        len(over),
        f"no page over {_PAGE_MS:.0f} ms or with a scan of a large table, no report over {_REPORT_MS:.0f} ms",
        not over,
        queries=len(answers),
        slowest_page_ms=_slowest(answers, report=False),
        slowest_report_ms=_slowest(answers, report=True),
        functions=amounts.functions,
        candidates=amounts.candidates,
        load_seconds=round(loaded),
        measurements_emptied=pruned,
        emptying_seconds=round(pruning),
    )


def _slowest(answers: Sequence[Answer], report: bool) -> float:
    return round(max(one.milliseconds for one in answers if one.query.report is report), 1)


def _print_tables(answers: Sequence[Answer], table_sizes: Sequence[str]) -> None:
    print("| query | kind | ms | rows | large tables read whole | most time in | |")
    print("|---|---|---|---|---|---|---|")
    for answer in answers:
        print(answer.row())
    print("\n| table | rows | bytes a row | of its indexes | MiB in all |\n|---|---|---|---|---|")
    print("\n".join(table_sizes))


if __name__ == "__main__":
    main()
