"""`submit` from a repository's address to a report. Imported when it runs: it brings the engine along."""

import os
import shlex
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimizer import vcs
from optimizer.bootstrap import make_engine, make_store, ready_home
from optimizer.cli.interrupts import interruptible
from optimizer.cli.output import (
    emit_json,
    funnel_data,
    funnel_table,
    impact,
    interval,
    job_data,
    line,
    note,
    patch_data,
    patches_table,
    speedup,
    table,
)
from optimizer.cli.progress import Progress, Tally, View, duration, view_for_stderr
from optimizer.cli.proof import ready_folder, write_bundles
from optimizer.cli.ranking import by_impact, is_hot, tell_hidden, winners_by_impact
from optimizer.cli.session import Assignments, configured, until_the_end
from optimizer.domain.errors import StoppedError
from optimizer.domain.results import FunctionResult
from optimizer.engine import Engine, Order, Report
from optimizer.scan import scan
from optimizer.stages.repository_settings import settings_files
from optimizer.testing.memory_store import MemoryStore


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed."""

    source: str
    ref: str | None
    flags: Mapping[str, Any]  # settings by field name
    assignments: Assignments
    resume: bool
    dry_run: bool
    as_json: bool
    quiet: bool
    typed: Sequence[str]  # the arguments of the command line, as they were
    proofs: str | None = None  # folder for the bundles of the patches
    min_impact: float | None = None  # what saves less is not shown


def submit_repository(request: Request) -> None:
    os.umask(0o022)  # the sandbox's own uid reads what is checked out
    folder = ready_folder(request.proofs) if request.proofs else None
    view = view_for_stderr(request.quiet)
    with closing(view):
        report, tally = _scanned(request, view, folder)
    show_report(request, report, tally)


def show_report(request: Request, report: Report, tally: Tally) -> None:
    winners = winners_by_impact(tally.winners)
    hot = [won for won in winners if is_hot(won.impact, request.min_impact)]
    patches = by_impact(report.patches)
    shown = replace(report, patches=[one for one in patches if is_hot(one.impact, request.min_impact)])
    if request.as_json:
        emit_json(_data(request, shown, hot))
    else:
        _show(request, shown, hot)
    impacts = [one.impact for one in (winners if request.dry_run else patches)]
    tell_hidden(impacts, request.min_impact, request.quiet)


def _scanned(request: Request, view: View, proofs: Path | None) -> tuple[Report, Tally]:
    given = configured(request.flags, request.assignments).settings
    view.begin("checkout", vcs.hide_credentials(request.source))
    checkout = vcs.checkout(request.source, request.ref, ready_home(given))
    try:
        settings = configured(request.flags, request.assignments, settings_files(checkout)).settings
        store = MemoryStore() if request.dry_run else until_the_end(make_store(settings))
        engine = make_engine(settings, store)
        tally = Tally(settings.budget_seconds)
        order = Order(resume=request.resume, publish=not request.dry_run)
        try:
            with interruptible():
                report = scan(order, checkout, engine, Progress(tally, view))
            if proofs:
                write_bundles(store, report.patches, proofs)
            return report, tally
        except KeyboardInterrupt:
            raise StoppedError(_farewell(request, engine, checkout.repository.url)) from None
    finally:
        vcs.remove_worktree(checkout)


def _farewell(request: Request, engine: Engine, url: str) -> str:
    if request.dry_run:
        return "interrupted: a dry run keeps nothing"
    job = engine.store.unfinished_job(url)
    if job is None:
        return "interrupted before a job was begun"
    words = [vcs.hide_credentials(word) for word in request.typed]
    again = shlex.join(["optimizer", *words, *([] if request.resume else ["--resume"])])
    return f"job {job.id} interrupted: go on with: {again}"


def _data(request: Request, report: Report, winners: Sequence[FunctionResult]) -> dict[str, object]:
    data: dict[str, object] = {
        "job": job_data(report.job) | ({"id": None} if request.dry_run else {}),
        "unchanged": report.unchanged,
        "dry_run": request.dry_run,
        "patches": [patch_data(patch) for patch in report.patches],
        "funnel": funnel_data(report.funnel),
    }
    return data | ({"accepted": [_winner(won) for won in winners]} if request.dry_run else {})


def _winner(result: FunctionResult) -> dict[str, object]:
    """What a dry run accepted: there is no patch of it."""
    won, found = result.winning, result.reported
    return {
        "function": result.function.label,
        "speedup": found.estimate if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "impact": result.impact,
        "summary": won.candidate.summary if won else "",
        "source": won.candidate.source if won else "",
        "imports": won.candidate.imports if won else (),
    }


def _show(request: Request, report: Report, winners: Sequence[FunctionResult]) -> None:
    line(_headline(request, report))
    if request.dry_run and winners:
        columns = ("function", "impact", "speed-up", "99 % interval", "change")
        table(columns, [_row(won) for won in winners], "Accepted, and not published")
    elif report.patches:
        patches_table(report.patches, "Accepted")
    if report.funnel:
        funnel_table(report.funnel, "Where each stopped")
    if report.patches:
        note(f"look at one with: optimizer patch show {report.patches[0].id}", request.quiet)


def _row(result: FunctionResult) -> tuple[str, ...]:
    won, found = result.winning, result.reported
    ratio = (speedup(found.estimate), interval(found.low, found.high)) if found else ("", "")
    return (result.function.label, impact(result.impact), *ratio, won.candidate.summary if won else "")


def _headline(request: Request, report: Report) -> str:
    job = report.job
    where = f"{job.repository.name} at {job.commit[:12]}"
    if report.unchanged:
        return f"{where}: nothing changed since job {job.id}"
    took = (job.finished_at - job.created_at).total_seconds() if job.finished_at else 0.0
    count = sum(row.count for row in report.funnel if row.unit == "function" and row.reason == "accepted")
    found = f"{count or 'no'} function{'' if count == 1 else 's'} made faster in {duration(took)}"
    return f"{where}: {found} ({'dry run' if request.dry_run else f'job {job.id}'})"
