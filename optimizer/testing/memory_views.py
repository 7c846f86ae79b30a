"""The documented views over values in memory, row for row what the database's SQL gives."""

import difflib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from optimizer.domain.errors import NotFoundError
from optimizer.domain.evidence import Evaluation, Reason, VerdictKind
from optimizer.domain.jobs import Job
from optimizer.domain.patches import Patch, PatchState
from optimizer.domain.results import FunctionResult

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """One function's result as a job saved it."""

    job: Job
    result: FunctionResult
    at: datetime
    patch_id: int | None


def rows_of(
    name: str, saved: Sequence[Saved], patches: Mapping[int, Patch]
) -> tuple[tuple[str, ...], list[Row]]:
    """Columns and all rows of a view; NotFoundError names the nearest one for another name."""
    if name not in _VIEWS:
        near = difflib.get_close_matches(name, _VIEWS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise NotFoundError(f"There is no view {name!r}.{hint} Views: {', '.join(_VIEWS)}.")
    columns, compute = _VIEWS[name]
    return tuple(columns.split()), compute(saved, patches)


def _accepted_patches(saved: Sequence[Saved], patches: Mapping[int, Patch]) -> list[Row]:
    published = [(item, patches[item.patch_id]) for item in saved if item.patch_id is not None]
    return [_patch_row(item, patch) for item, patch in sorted(published, key=lambda pair: -pair[1].id)]


def _patch_row(item: Saved, patch: Patch) -> Row:
    won = item.result.winning
    made_by = won.candidate.provenance if won else None
    return (
        patch.id,
        patch.job_id,
        patch.repository,
        patch.function,
        item.result.function.language,
        made_by.expert if made_by else None,
        made_by.detail if made_by else None,
        won.candidate.summary if won else None,
        *(None if math.isnan(value) else value for value in (patch.speedup, patch.low, patch.high)),
        patch.impact,
        patch.state.value,
        patch.branch,
        patch.commit,
        patch.title,
        patch.created_at,
    )


def _funnel(saved: Sequence[Saved], patches: Mapping[int, Patch]) -> list[Row]:
    del patches
    counts: Counter[tuple[int, str, str, str, str]] = Counter()
    for item in saved:
        units = [("function", item.result.decision)]
        units += [("candidate", evaluation.decision) for evaluation in item.result.evaluations]
        for unit, decision in units:
            key = (item.job.id, item.job.repository.url, unit, decision.stage.value, decision.reason.value)
            counts[key] += 1
    rows = [(*key, count) for key, count in counts.items()]
    rows.sort(key=lambda row: (-row[0], row[2] != "function", -row[5], row[3], row[4]))
    return list(rows)


def _rejections(saved: Sequence[Saved], patches: Mapping[int, Patch]) -> list[Row]:
    del patches
    groups: dict[tuple[str, str, str, str], list[Saved]] = defaultdict(list)
    for item, evaluation in _evaluations(saved):
        decision = evaluation.decision
        if not decision.accepted:
            expert = evaluation.candidate.provenance.expert
            key = (item.job.repository.url, expert, decision.stage.value, decision.reason.value)
            groups[key].append(item)
    rows = [
        (*key, len(items), len({i.result.function.label for i in items}), max(i.at for i in items))
        for key, items in groups.items()
    ]
    return sorted(rows, key=_by_count)


def _by_count(row: Row) -> tuple[object, ...]:
    return (-int(str(row[4])), *row[:4])


def _evaluations(saved: Sequence[Saved]) -> Iterator[tuple[Saved, Evaluation]]:
    return ((item, evaluation) for item in saved for evaluation in item.result.evaluations)


def _expert_yield(saved: Sequence[Saved], patches: Mapping[int, Patch]) -> list[Row]:
    groups: dict[tuple[str, str], list[tuple[Evaluation, Patch | None]]] = defaultdict(list)
    for item, evaluation in _evaluations(saved):
        made_by = evaluation.candidate.provenance
        won = item.patch_id is not None and evaluation is item.result.winning
        patch = patches[item.patch_id] if won and item.patch_id is not None else None
        groups[made_by.expert, made_by.detail].append((evaluation, patch))
    rows = [(*key, *_yield_of(pairs)) for key, pairs in groups.items()]
    return sorted(rows, key=_by_yield)


def _by_yield(row: Row) -> tuple[int, int, str, str]:
    return (-int(str(row[4])), -int(str(row[2])), str(row[0]), str(row[1]))


def _yield_of(pairs: Sequence[tuple[Evaluation, Patch | None]]) -> Row:
    judged = [evaluation for evaluation, _ in pairs]
    made = [patch for _, patch in pairs if patch is not None]
    states = [patch.state for patch in made]
    return (
        len(judged),
        sum(1 for e in judged if e.verdict and e.verdict.kind is VerdictKind.EQUIVALENT),
        sum(1 for e in judged if e.decision.accepted),
        sum(1 for e in judged if e.decision.reason is Reason.SUPERSEDED),
        len(made),
        sum(1 for state in states if state in (PatchState.APPROVED, PatchState.MERGED)),
        states.count(PatchState.REJECTED),
        max((patch.speedup for patch in made), default=None),
        sum(e.seconds for e in judged),
    )


_PATCH_COLUMNS = """
patch_id job_id repository function language expert rule summary speedup low high impact
state branch commit_id title created_at
"""
_YIELD_COLUMNS = """
expert rule candidates equivalent accepted superseded patches approved rejected best_speedup seconds
"""
_Compute = Callable[[Sequence[Saved], Mapping[int, Patch]], list[Row]]
_VIEWS: dict[str, tuple[str, _Compute]] = {
    "accepted_patches": (_PATCH_COLUMNS, _accepted_patches),
    "funnel": ("job_id repository unit stage reason count", _funnel),
    "rejections_by_reason": ("repository expert stage reason candidates functions latest_at", _rejections),
    "expert_yield": (_YIELD_COLUMNS, _expert_yield),
}
