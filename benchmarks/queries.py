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
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine, text

from benchmarks.query_data import Amounts, fill, scaled
from benchmarks.query_list import KEEP_DAYS, Query, queries
from benchmarks.query_plans import Plan, explaining, large_tables
from benchmarks.support import finish
from db.retention import drop_old_samples
from db.sessions import Sessions, open_sessions
from db.upgrade import downgrade, upgrade
from optimizer.testing import postgres

_Result = TypeVar("_Result")
_PAGE_MS, _REPORT_MS = 100.0, 10_000.0


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
        if self.query.report:
            return self.milliseconds > _REPORT_MS
        return self.milliseconds > _PAGE_MS or bool(self.scanned)

    def row(self) -> str:
        slowest = max(self.plans, key=lambda plan: plan.milliseconds)
        mark = "**over**" if self.over else ""
        cells = (
            self.query.name, "report" if self.query.report else "page", f"{self.milliseconds:,.1f}",
            f"{sum(plan.rows for plan in self.plans):,}", ", ".join(self.scanned), slowest.heaviest, mark,
        )  # fmt: skip
        return f"| {' | '.join(cells)} |"


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
        _, loading = _timed(lambda: fill(sessions.engine, amounts, _say))
        table_sizes, answers = list(sizes(sessions.engine)), measure(sessions)
        pruned, pruning = _timed(lambda: drop_old_samples(sessions, KEEP_DAYS))
        downgrade(url, "-1")
        _, upgrading = _timed(lambda: upgrade(url))
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
        load_seconds=loading,
        measurements_emptied=pruned,
        emptying_seconds=pruning,
        newest_revision_seconds=upgrading,
    )


def _timed(run: Callable[[], _Result]) -> tuple[_Result, int]:
    """Its result, and whole seconds."""
    began = time.perf_counter()
    result = run()
    return result, round(time.perf_counter() - began)


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
