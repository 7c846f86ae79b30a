"""`submit` where jobs are queued: from an address to a job, and, with --wait, to its report."""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimizer.bootstrap import ready_home
from optimizer.cli.output import emit_json, job_data, line, note
from optimizer.cli.progress import Tally, View, view_for_stderr
from optimizer.cli.proof import ready_folder, write_bundles
from optimizer.cli.scanning import Request, show_report
from optimizer.cli.session import Assignments, configured, until_the_end
from optimizer.config import OURS_ONLY
from optimizer.domain.errors import ConfigError, OptimizerError, RepositoryError, StoppedError
from optimizer.domain.jobs import FINAL, Job, JobState, Repository, Submission, found_unchanged
from optimizer.domain.settings import Settings
from optimizer.engine import Report
from optimizer.vcs.checkout import find_local
from optimizer.vcs.git import Git
from optimizer.vcs.source import Remote, local_repository, parse_source
from workers.context import shared_flags
from workers.fleet import Fleet, open_fleet
from workers.submitting import enqueue

_LOOK_SECONDS = 0.5  # between two looks at the database


def queue_repository(request: Request, wait: bool) -> None:
    """Raises what `workers.submitting.enqueue` raises, and RepositoryError for what cannot be one."""
    if request.resume:
        raise ConfigError("jobs are queued here: go on with one by `optimizer retry JOB`, not --resume")
    if request.proofs and not wait:
        raise ConfigError("--proofs needs --wait where jobs are queued; or ask `optimizer patch proof` later")
    settings = configured(request.flags, request.assignments).settings
    given = given_here(request.flags, request.assignments)
    repository, submission = asked_for(request.source, request.ref, given, settings)
    fleet = until_the_end(open_fleet(settings))
    job = enqueue(fleet, submission, repository)
    if wait:
        _follow(request, fleet, job)
    elif request.as_json:
        emit_json({"job": job_data(job)})
    else:
        line(f"job {job.id} of {repository.name} is queued")
        note(f"follow it with: optimizer job show {job.id}", request.quiet)


def given_here(flags: Mapping[str, Any], assignments: Assignments) -> dict[str, Any]:
    """The settings that were asked for: by flags, or in the environment, unless they are about this machine.
    Workers have an environment of their own, which counts less."""
    found = configured(flags, assignments)
    around = {name: getattr(found.settings, name) for name in found.origins if name not in OURS_ONLY}
    return {**around, **dict(assignments), **flags}


def asked_for(
    address: str, ref: str | None, given: Mapping[str, Any], settings: Settings
) -> tuple[Repository, Submission]:
    """What workers are to do, and for which repository. The network is left alone. Raises RepositoryError
    for what cannot be one, ConfigError for candidates that cannot be read."""
    if ref is not None and (not ref or ref.startswith("-") or not ref.isprintable()):
        raise RepositoryError(f"{ref!r} is not a branch, tag or commit")
    where = parse_source(address)
    if isinstance(where, Remote):
        if where.login:
            text = "leave the password out of the address: workers log in with their own git settings"
            raise RepositoryError(f"{where.url}: {text}")
        repository, source = where.repository, where.url
    else:
        root = find_local(Git(ready_home(settings)), where)
        repository, source = local_repository(root), str(root)
    return repository, Submission(
        source, ref, shared_flags(dict(given)), _candidates(settings.candidates_file)
    )


def _candidates(file: str) -> str:
    """They travel with the job. Raises ConfigError."""
    if not file:
        return ""
    from optimizer.experts.file import FileExpert  # noqa: PLC0415 - seldom wanted

    FileExpert.read(Path(file))
    return Path(file).read_text("utf-8", "replace")


def _follow(request: Request, fleet: Fleet, job: Job) -> None:
    folder = ready_folder(request.proofs) if request.proofs else None
    view = view_for_stderr(request.quiet)
    followed = _Followed(fleet, job.id, view)
    try:
        with closing(view):
            job = followed.to_the_end()
    except KeyboardInterrupt:
        text = f"job {job.id} goes on without us: look at it with `optimizer job show {job.id}`"
        raise StoppedError(text) from None
    if job.state is not JobState.DONE:
        raise OptimizerError(f"job {job.id} {job.state.value}: {job.error}")
    store, earlier = fleet.store, found_unchanged(job)
    told = store.job(earlier) if earlier else job
    patches = store.patches(told.id)
    if folder:
        write_bundles(store, patches, folder)
    report = Report(told, patches, store.funnel(told.id), unchanged=earlier is not None)
    show_report(request, report, followed.tally)


@dataclass
class _Followed:
    """A job as the database tells of it, look by look."""

    fleet: Fleet
    job_id: int
    view: View
    tally: Tally = field(default_factory=Tally)
    events: int = 0
    patches: set[int] = field(default_factory=set)

    def to_the_end(self) -> Job:
        self.view.begin("queued", f"job {self.job_id}")
        while True:
            job = self.fleet.store.job(self.job_id)
            self._look(job)
            if job.state in FINAL:
                return job
            time.sleep(_LOOK_SECONDS)

    def _look(self, job: Job) -> None:
        for event in self.fleet.store.events(job.id)[self.events :]:
            self.events += 1
            if event.stage == "note":
                self.view.line(f"note: {event.message}")
            else:
                self.view.begin(event.stage, event.message)
        self._count(job)
        for patch in self.fleet.store.patches(job.id):
            if patch.id not in self.patches:
                self.patches.add(patch.id)
                self.view.line(
                    f"accepted {patch.function}: {patch.speedup:.2f}x ({patch.low:.2f} to {patch.high:.2f})"
                )
        self.view.update(self.tally)

    def _count(self, job: Job) -> None:
        left = self.fleet.work.left(job.id)
        waiting = sum(count for queue, count in left.items() if queue != "scan")
        if waiting and self.tally.began is None:
            self.tally.began = self.tally.clock()
        self.tally.total = max(self.tally.total, waiting)
        self.tally.done = self.tally.total - waiting
        rows = self.fleet.store.funnel(job.id)
        self.tally.refused = sum(r.count for r in rows if r.unit == "candidate" and r.reason != "accepted")
        self.tally.accepted = len(self.patches)
