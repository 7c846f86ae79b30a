"""The documented read-only views: their columns and the order in which their rows are shown.

Their SQL is in the migrations, where it belongs to a revision of the schema.
"""

import difflib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Double, Select, column, select, table, text
from sqlalchemy.types import TypeEngine

from db.types import AnyText, Moment
from optimizer.domain.errors import NotFoundError

_WORDS, _WHOLE, _TIME = AnyText(), BigInteger(), Moment()
_REAL: Double[float] = Double()


@dataclass(frozen=True, slots=True)
class View:
    name: str
    columns: tuple[tuple[str, TypeEngine[Any]], ...]
    order: str  # of SQL

    @property
    def newest_jobs_first(self) -> bool:
        return self.order.startswith("job_id DESC")

    @property
    def newest_patches_first(self) -> bool:
        return self.order.startswith("patch_id DESC")

    def statement(self, limit: int, after_job: int | None = None) -> Select[*tuple[Any, ...]]:
        """`after_job`: only what later jobs have to say."""
        columns = [column(name, kind) for name, kind in self.columns]
        statement = select(*columns).select_from(table(self.name)).order_by(text(self.order)).limit(limit)
        return statement if after_job is None else statement.where(column("job_id", _WHOLE) > after_job)


_ACCEPTED_PATCHES = View(
    "accepted_patches",
    (
        ("patch_id", _WHOLE),
        ("job_id", _WHOLE),
        ("repository", _WORDS),
        ("function", _WORDS),
        ("language", _WORDS),
        ("expert", _WORDS),
        ("rule", _WORDS),
        ("summary", _WORDS),
        ("speedup", _REAL),
        ("low", _REAL),
        ("high", _REAL),
        ("impact", _REAL),
        ("state", _WORDS),
        ("branch", _WORDS),
        ("commit_id", _WORDS),
        ("title", _WORDS),
        ("created_at", _TIME),
    ),
    "patch_id DESC",
)
_FUNNEL = View(
    "funnel",
    (
        ("job_id", _WHOLE),
        ("repository", _WORDS),
        ("unit", _WORDS),
        ("stage", _WORDS),
        ("reason", _WORDS),
        ("count", _WHOLE),
    ),
    "job_id DESC, unit DESC, count DESC, stage, reason",
)
_REJECTIONS = View(
    "rejections_by_reason",
    (
        ("repository", _WORDS),
        ("expert", _WORDS),
        ("stage", _WORDS),
        ("reason", _WORDS),
        ("candidates", _WHOLE),
        ("functions", _WHOLE),
        ("latest_at", _TIME),
    ),
    "candidates DESC, repository, expert, stage, reason",
)
_YIELD = View(
    "expert_yield",
    (
        ("expert", _WORDS),
        ("rule", _WORDS),
        ("candidates", _WHOLE),
        ("equivalent", _WHOLE),
        ("accepted", _WHOLE),
        ("superseded", _WHOLE),
        ("patches", _WHOLE),
        ("approved", _WHOLE),
        ("rejected", _WHOLE),
        ("best_speedup", _REAL),
        ("seconds", _REAL),
    ),
    "accepted DESC, candidates DESC, expert, rule",
)
VIEWS = {view.name: view for view in (_ACCEPTED_PATCHES, _FUNNEL, _REJECTIONS, _YIELD)}


def view_named(name: str) -> View:
    """Raises NotFoundError, which names the nearest view and lists them all."""
    if name in VIEWS:
        return VIEWS[name]
    near = difflib.get_close_matches(name, VIEWS, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise NotFoundError(f"There is no view {name!r}.{hint} Views: {', '.join(VIEWS)}.")
