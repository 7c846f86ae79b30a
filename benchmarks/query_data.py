"""Fills an upgraded Postgres database with made-up results, shaped like those of a fleet in its second year.

A few repositories are large and most are small; jobs run beside each other, so that the rows of one lie
between those of others; most functions stop early; what is measured has samples of the usual length.
"""

import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine, text

from benchmarks.query_rows import COUNTED, STATEMENTS
from db.evidence_json import size_json
from db.samples import pack
from optimizer.domain.evidence import Contract, Counterexample, Interval, Sample, Side, SizeRow
from optimizer.domain.patches import Surroundings
from optimizer.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Amounts:
    functions: int = 10_000_000
    candidates: int = 1_000_000  # two a function that has any
    repositories: int = 500
    jobs: int = 20_000
    patches: int = 50_000
    work: int = 100_000  # items that wait

    @property
    def every(self) -> int:
        """One of so many functions has candidates."""
        return 2 * self.functions // self.candidates

    @property
    def nights(self) -> int:
        return self.jobs // self.repositories


def scaled(functions: int, candidates: int) -> Amounts:
    """All the rest in proportion."""
    full = Amounts()
    share = functions / full.functions
    repositories = max(5, round(full.repositories * share**0.5))
    return Amounts(
        functions=functions,
        candidates=candidates,
        repositories=repositories,
        jobs=repositories * max(2, round(full.jobs * share / repositories)),
        patches=max(10, round(full.patches * candidates / full.candidates)),
        work=max(100, round(full.work * share)),
    )


def fill(engine: Engine, amounts: Amounts, say: Callable[[str], None]) -> None:
    """Without checking references: they hold by the way the rows are made. Ends with ANALYZE."""
    for name, statement in STATEMENTS:
        began = time.perf_counter()
        with engine.begin() as connection:
            _prepare(connection)
            count = connection.execute(text(statement), _parameters(amounts)).rowcount
        say(f"{name}: {count:,} rows, {time.perf_counter() - began:.0f} s")
    _settle(engine)


def _prepare(connection: Connection) -> None:
    connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger for each reference
    connection.execute(text("SET LOCAL work_mem = '256MB'"))
    connection.execute(text("SET LOCAL synchronous_commit = off"))


def _settle(engine: Engine) -> None:
    """As autovacuum would leave it; and new rows go on counting where the made-up ones end."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in COUNTED:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
            )
        connection.execute(text("VACUUM (ANALYZE)"))
        connection.execute(text("CHECKPOINT"))


def _parameters(amounts: Amounts) -> dict[str, object]:
    noise = random.Random(1)
    samples = [
        Sample(launch, 0, pair, side, 40, noise.randrange(2_000_000, 9_000_000), noise.randrange(9_000_000))
        for launch in range(11)
        for pair in range(4)
        for side in Side
    ]
    size = SizeRow("1,000 elements", 1000, 52_000.5, 31_000.25, Interval(1.5, 1.4, 1.6))
    return {
        "functions": amounts.functions,
        "candidates": amounts.candidates,
        "repositories": amounts.repositories,
        "jobs": amounts.jobs,
        "nights": amounts.nights,
        "nightly": amounts.functions // amounts.nights,
        "every": amounts.every,
        "winning": max(1, amounts.candidates // 2 // amounts.patches),
        "work": amounts.work,
        "running": max(1, amounts.repositories // 10),
        "settings": json.dumps(asdict(Settings())),
        "submission": json.dumps({"source": "https://git.example.com/x.git", "ref": None, "flags": {}}),
        "samples": pack(samples),
        "sizes": json.dumps([size_json(size)] * 5),
        "contract": json.dumps(asdict(Contract((("items", "list[int]"),), (("generated", 60),), 30))),
        "counterexample": json.dumps(asdict(Counterexample("b" * 16, "items=[nan]", "generated", "1", "0"))),
        "surroundings": json.dumps(asdict(Surroundings("3.11.7", (("numpy", "2.4"),) * 8, "0.1", "a", "6"))),
        "subject": noise.randbytes(6000),  # what waits: a function with its module and its inputs
        "payload": noise.randbytes(90),
    }
