"""What Postgres does for a piece of the program: each of its statements is explained on the way, in a
savepoint that is taken back, and then run as if nothing had been."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event, text

_EXPLAINED = ("SELECT", "UPDATE", "DELETE", "INSERT")
_TIMES = 3
LARGE = 100_000  # rows of a table that no page should read from end to end


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement, the fastest of the times it ran."""

    milliseconds: float  # planning and execution
    rows: int
    scanned: tuple[str, ...]  # large tables that were read from end to end
    heaviest: str  # the node that took most of the time, and how long


def large_tables(engine: Engine) -> frozenset[str]:
    with engine.connect() as connection:
        statement = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > :rows"
        return frozenset(connection.scalars(text(statement), {"rows": LARGE}))


@contextlib.contextmanager
def explaining(engine: Engine, large: frozenset[str]) -> Iterator[list[Plan]]:
    """The list fills while statements are run. Rows that are inserted many at a time are not looked at."""
    found: list[Plan] = []

    def explain(
        _connection: object, cursor: Any, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        if many or not statement.lstrip().startswith(_EXPLAINED):
            return
        with cursor.connection.cursor() as own:
            own.execute("SAVEPOINT explained")
            answers = []
            for _ in range(_TIMES):
                own.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
                answers.append(own.fetchone()[0][0])
                own.execute("ROLLBACK TO explained")
        found.append(min((_read(answer, large) for answer in answers), key=lambda plan: plan.milliseconds))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def _read(answer: Mapping[str, Any], large: frozenset[str]) -> Plan:
    top = answer["Plan"]
    nodes = list(_nodes(top))
    scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    own, heaviest = max(((_own_time(node), node) for node in nodes), key=lambda pair: pair[0])
    return Plan(
        milliseconds=answer["Planning Time"] + answer["Execution Time"],
        rows=int(top["Actual Rows"]),
        scanned=tuple(sorted(scanned & large)),
        heaviest=f"{_named(heaviest)} {own:,.1f} ms",
    )


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _own_time(node: Mapping[str, Any]) -> float:
    """Of all its loops together, those of parallel workers, too."""
    return _time(node) - sum(_time(child) for child in node.get("Plans", ()))


def _time(node: Mapping[str, Any]) -> float:
    return float(node["Actual Total Time"]) * float(node["Actual Loops"])


def _named(node: Mapping[str, Any]) -> str:
    where = node.get("Index Name") or node.get("Relation Name") or node.get("CTE Name") or ""
    return f"{node['Node Type']} {where}".rstrip()
