"""Rows as each released revision of the schema kept them, for databases that are then upgraded.

Written down as they were: nothing here uses today's tables or mapping. A new revision adds a layer.
"""

import hashlib
import json
import zlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, inspect, text

Rows = dict[str, list[dict[str, object]]]

URL = "https://example.org/team/shop.git"
AT = datetime(2026, 1, 2, 3, 4, 5)
SOURCE = "def total(items):\n    return sum(items)\n"
WRONG = "def total(items):\n    return 0\n"
_SAMPLES = [[0, 0, 0, "original", 1000, 5_123_456, 5_000_001, 0], [0, 0, 0, "candidate", 1000, 3, 2, 1]]


def fill(connection: Connection, revision: str) -> Rows:
    """Inserts the rows of a revision, and lets Postgres go on counting after them."""
    rows = rows_at(revision)
    for table, of_table in rows.items():
        for row in of_table:
            names = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            statement = text(f"INSERT INTO {table} ({names}) VALUES ({values})")
            connection.execute(statement, {name: _bound(connection, value) for name, value in row.items()})
    if connection.dialect.name == "postgresql":
        for table in rows:
            _count_on(connection, table)
    return rows


def _bound(connection: Connection, value: object) -> object:
    """SQLite keeps the UTC clock time without a zone, as text."""
    if not isinstance(value, datetime):
        return value
    return value.isoformat(" ", "microseconds") + ("+00" if connection.dialect.name == "postgresql" else "")


def _count_on(connection: Connection, table: str) -> None:
    columns = {column["name"] for column in inspect(connection).get_columns(table)}
    if "id" in columns and table != "inputs":
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        connection.execute(text(f"SELECT setval({sequence}, max(id)) FROM {table}"))


def rows_at(revision: str) -> Rows:
    rows: Rows = {}
    for since, changed in _LAYERS:
        if since <= revision:
            rows = changed(rows)
    return rows


def label_hash(qualname: str) -> str:
    return hashlib.sha256(f"shop/cart.py\0{qualname}".encode()).hexdigest()


def _tables(_rows: Rows) -> Rows:
    return {
        "repositories": [{"id": 1, "url": URL, "name": "shop", "created_at": AT}],
        "jobs": [_job(1, "done", AT), _job(2, "interrupted", None)],
        "job_events": [{"id": 1, "job_id": 1, "at": AT, "stage": "note", "message": "skipped a.py"}],
        "functions": [
            _function(1, "total", "publish", "accepted", _digest(SOURCE)),
            _function(2, "other", "propose", "no-candidate", None),
        ],
        "inputs": [{"id": "1" * 16, "payload": b"\x80\x05", "text": "items=[1]"}],
        "workloads": [{"id": 1, "function_id": 1, "skipped": '[["unpicklable", 3]]'}],
        "workload_inputs": [_use(0, False), _use(1, True)],
        "candidates": [_candidate(1, "constant", WRONG), _candidate(2, "sum-builtin", SOURCE)],
        "evaluations": [_refused(), _accepted()],
        "measurements": [_measurement(1, "first", 3.0), _measurement(2, "second", 2.0)],
        "patches": [_patch()],
        "reviews": [
            {"id": 1, "patch_id": 1, "from_state": "open", "to_state": "approved", "note": "fine", "at": AT}
        ],
    }


def _job(number: int, state: str, finished_at: datetime | None) -> dict[str, object]:
    return {
        "id": number, "repository_id": 1, "ref": "main", "commit_id": "c" * 40, "tree": "t" * 40,
        "fingerprint": "f1", "settings": '{"gate": 1.05}', "state": state, "created_at": AT,
        "finished_at": finished_at, "error": "",
    }  # fmt: skip


def _function(number: int, name: str, stage: str, reason: str, winner: str | None) -> dict[str, object]:
    return {
        "id": number, "job_id": 1, "path": "shop/cart.py", "qualname": name, "label_hash": label_hash(name),
        "language": "python", "kind": "function", "is_async": False, "span_start": 120,
        "span_end": 120 + len(SOURCE), "line": 7, "end_line": 9, "source": SOURCE, "content_hash": "e" * 64,
        "workload_hash": "", "self_share": 0.25, "total_share": 0.5, "stage": stage, "reason": reason,
        "detail": "", "winner": winner, "created_at": AT,
    }  # fmt: skip


def _use(position: int, held_out: bool) -> dict[str, object]:
    return {
        "workload_id": 1, "position": position, "input_id": "1" * 16, "origin": "recorded",
        "held_out": held_out, "size": 1, "note": "",
    }  # fmt: skip


def _digest(source: str) -> str:
    return hashlib.sha256(f"{source}\0import math".encode()).hexdigest()[:16]


def _candidate(number: int, rule: str, source: str) -> dict[str, object]:
    return {
        "id": number, "function_id": 1, "position": number - 1, "digest": _digest(source), "source": source,
        "imports": '["import math"]', "summary": "One pass", "expert": "rules", "rule": rule,
        "expert_version": "7", "seed": str(2**70), "parent": None,
    }  # fmt: skip


def _refused() -> dict[str, object]:
    shown = {
        "input_id": "1" * 16, "input_text": "items=[nan]", "origin": "generated", "expected": "nan",
        "actual": "0",
    }  # fmt: skip
    return {
        "id": 1, "candidate_id": 1, "stage": "verify", "outcome": "refused", "reason": "different-result",
        "detail": "differs", "verdict": "different", "verdict_reason": "different-result",
        "counterexample": json.dumps(shown), "contract": "{}", "memory_original": None,
        "memory_candidate": None, "exponents": None, "seconds": 0.25, "call_seconds": 0.125,
        "created_at": AT,
    }  # fmt: skip


def _accepted() -> dict[str, object]:
    return {
        "id": 2, "candidate_id": 2, "stage": "decide", "outcome": "accepted", "reason": "accepted",
        "detail": "faster", "verdict": "equivalent", "verdict_reason": None, "counterexample": None,
        "contract": '{"held_out": 20}', "memory_original": 5_000_000_000, "memory_candidate": 1000,
        "exponents": "[2.0, 1.0]", "seconds": 0.5, "call_seconds": 0.25, "created_at": AT,
    }  # fmt: skip


def _measurement(number: int, which: str, ratio: float) -> dict[str, object]:
    interval = [ratio, ratio - 0.25, ratio + 0.25, 0.99]
    size = {"label": "1 element", "elements": 1, "original_ns": 2.0, "candidate_ns": 1.0, "ratio": interval}
    return {
        "id": number, "evaluation_id": 2, "which": which, "reason": "accepted", "launches": 5,
        "seconds": 0.75, **_interval("wall", interval), **_interval("cpu", interval),
        **_interval("cold", interval),
        "rows": json.dumps([size]), "samples": zlib.compress(json.dumps(_SAMPLES).encode()),
    }  # fmt: skip


def _interval(name: str, values: list[float]) -> dict[str, object]:
    return dict(zip((name, f"{name}_low", f"{name}_high", f"{name}_level"), values, strict=True))


def _patch() -> dict[str, object]:
    return {
        "id": 1, "job_id": 1, "function_id": 1, "candidate_id": 2, "branch": "optimizer/cart-total",
        "base_commit": "c" * 40, "commit_id": "d" * 40, "title": "Faster", "text": "Faster",
        "diff": "--- a\n+++ b\n", "state": "approved", "speedup": 2.0, "low": 1.75, "high": 2.25,
        "created_at": AT,
    }  # fmt: skip


def _proof(rows: Rows) -> Rows:
    slopes = {"points": [], "original": [2.0, 2.0, 2.0, 0.95], "candidate": [1.0, 1.0, 1.0, 0.95]}
    scaling = json.dumps(slopes | {"crossover": None})
    where = {"python": "3.11.7", "packages": [], "optimizer": "0.1", "cpu": "a processor", "kernel": "6.1"}
    refused, accepted = (_without(row, "exponents") for row in rows["evaluations"])
    return rows | {
        "evaluations": [
            refused | {"scaling": None, "instructions": None},
            accepted | {"scaling": scaling, "instructions": "[20, 10]"},
        ],
        "measurements": [row | {"false_accept": 0.003} for row in rows["measurements"]],
        "patches": [row | {"impact": 0.25, "surroundings": json.dumps(where)} for row in rows["patches"]],
    }


def _without(row: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != name}


def _fleet(rows: Rows) -> Rows:
    submission = json.dumps({"source": URL, "ref": "main", "flags": {"gate": 1.1}, "candidates": ""})
    done, interrupted = rows["jobs"]
    waiting = _job(3, "running", None) | {"started_at": AT, "submission": submission}
    return rows | {
        "jobs": [
            done | {"started_at": AT, "submission": submission},
            interrupted | {"started_at": AT, "submission": None},
            waiting,
        ],
        "work": [_work(1, "propose"), _work(2, "evaluate")],
        "targets": [{"job_id": 3, "facts": b"facts"}],
        "workers": [
            {"name": "one", "queues": '["scan"]', "host": "h", "pid": 7, "concurrency": 2, "started_at": AT,
             "seen_at": AT}
        ],
        "schedules": [
            {"id": 1, "repository_id": 1, "submission": submission, "cron": "0 2 * * *", "timezone": "UTC",
             "jitter_seconds": 60.0, "paused": False, "next_at": AT, "last_at": None, "last_job_id": 1,
             "last_outcome": "queued job 1", "created_at": AT}
        ],
        "tokens": [
            {"id": 1, "name": "ci", "digest": "a" * 64, "created_at": AT, "expires_at": None, "used_at": AT,
             "revoked_at": None}
        ],
    }  # fmt: skip


def _work(number: int, queue: str) -> dict[str, object]:
    return {
        "id": number, "job_id": 3, "queue": queue, "label": f"shop/cart.py::f{number}",
        "label_hash": label_hash(f"f{number}"), "subject": b"subject", "trial": b"", "holder": None,
        "held_until": None, "deaths": 0, "retries": 0, "queued_at": AT, "due_at": AT, "sent_at": AT,
    }  # fmt: skip


def _scale(rows: Rows) -> Rows:
    repeated = {"job_id": 1, "label_hash": label_hash("total")}
    return rows | {"evaluations": [row | repeated for row in rows["evaluations"]]}


# Revisions that changed what is kept; 0002 made the views.
_LAYERS: tuple[tuple[str, Callable[[Rows], Rows]], ...] = (
    ("0001", _tables),
    ("0003", _proof),
    ("0004", _fleet),
    ("0005", _scale),
)
