"""One job from checkout to report: the stages in a row, with everything saved function by function.

A kill at any point loses at most the function in hand: results are committed one function at a time,
branches are named and made from their content, and `resume` leaves out what is saved.
"""

import contextlib
import dataclasses
import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from optimizer import __version__, vcs
from optimizer.domain.checkouts import Checkout
from optimizer.domain.errors import (
    ConfigError,
    NotFoundError,
    OptimizerError,
    RepositoryError,
    StoppedError,
)
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function
from optimizer.domain.jobs import Job, JobState, Stage
from optimizer.domain.results import FunctionResult
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import workload_hash
from optimizer.engine import Engine, Order, Report, Watcher
from optimizer.environment import Environment, build_environment
from optimizer.ports import Expert
from optimizer.stages.checkout import job_for
from optimizer.stages.extract import (
    early_decisions,
    extract_functions,
    proposal_request,
    review_decision,
)
from optimizer.stages.propose import ready
from optimizer.stages.publish import publish
from optimizer.stages.target import TargetUnderTest, prepare_target
from optimizer.vcs.worktree import remove_tree

# Settings that do not change what a scan finds.
_ASIDE = (
    "home", "database_url", "budget_seconds", "branch_prefix", "broker_url", "lease_seconds", "max_deaths",
    "max_open", "keep_samples_days", "bench_cores", "batch_size", "batch_seconds",
    "api_schemes", "api_hosts", "api_private",
)  # fmt: skip

_SECRET = ("database_url", "broker_url")


def fingerprint(settings: Settings, experts: Sequence[Expert]) -> str:
    """Stands for all that results depend on besides the repository itself."""
    kept = {key: value for key, value in dataclasses.asdict(settings).items() if key not in _ASIDE}
    parts = [kept, [(expert.name, expert.version) for expert in experts], __version__]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def with_ready_experts(engine: Engine) -> Engine:
    """A remark stands for each of the others."""
    experts, absent = ready(engine.experts)
    return dataclasses.replace(engine, experts=experts, remarks=(*engine.remarks, *absent))


def told(settings: Settings) -> dict[str, object]:
    """The settings as they are kept with the job: without what may hold a password."""
    return {key: value for key, value in dataclasses.asdict(settings).items() if key not in _SECRET}


def scan(order: Order, checkout: Checkout, engine: Engine, watcher: Watcher) -> Report:
    """Runs a job to its end. Raises OptimizerError; a job that was begun is then marked failed, one
    that the user stopped, interrupted."""
    with _alone(checkout, engine.home):
        return _scan(order, checkout, engine, watcher)


@contextlib.contextmanager
def _alone(checkout: Checkout, home: Path) -> Iterator[None]:
    """Two scans of one repository at once would measure each other, and publish twice."""
    lock = FileLock(home / "locks" / f"{checkout.mirror.name}.scan")
    Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        text = f"{checkout.repository.url} is being scanned by another process: wait for it, or stop it"
        raise RepositoryError(text) from None
    try:
        with _scratch(home / "scratch" / checkout.mirror.stem):
            yield
    finally:
        lock.release()


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[None]:
    """A place of our own for temporary files: what a killed scan left there goes with the next one."""
    before = tempfile.tempdir
    remove_tree(folder)
    folder.mkdir(parents=True)
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        remove_tree(folder)


def _scan(order: Order, checkout: Checkout, engine: Engine, watcher: Watcher) -> Report:
    mark = fingerprint(engine.settings, engine.experts)
    done = None if order.resume else engine.store.finished_scan(checkout.repository.url, checkout.tree, mark)
    if done:
        return _report(done, engine, unchanged=True)
    engine = with_ready_experts(engine)
    mark = fingerprint(engine.settings, engine.experts)
    if order.resume:
        job = _unfinished(checkout.repository.url, mark, engine)
        with _at(checkout, job.commit) as then:
            return _run(_Job(job, order, then, engine, watcher))
    settings = json.dumps(told(engine.settings))
    job = engine.store.create_job(job_for(checkout, mark, settings))
    return _run(_Job(job, order, checkout, engine, watcher))


def _unfinished(url: str, mark: str, engine: Engine) -> Job:
    job = engine.store.unfinished_job(url)
    if job is None:
        raise NotFoundError(f"no interrupted job of {url}: start one without --resume")
    if job.fingerprint != mark:
        text = f"settings or experts are not those of job {job.id}: start a new job without --resume"
        raise ConfigError(text)
    if job.state is JobState.INTERRUPTED:
        engine.store.move_job(job.id, JobState.INTERRUPTED, JobState.RUNNING)
    return job


@contextlib.contextmanager
def _at(checkout: Checkout, commit: str) -> Iterator[Checkout]:
    """The commit that the interrupted job was of: the repository may have moved on since."""
    if checkout.commit == commit:
        yield checkout
        return
    then = vcs.at_commit(checkout, commit)
    try:
        yield then
    finally:
        vcs.remove_worktree(then)


def _run(run: "_Job") -> Report:
    store, job = run.engine.store, run.job
    try:
        run.run()
    except OptimizerError as error:
        store.move_job(job.id, JobState.RUNNING, JobState.FAILED, str(error))
        raise
    except BaseException:  # Ctrl-C, a full disk, a defect: what is saved stays, `--resume` goes on
        store.move_job(job.id, JobState.RUNNING, JobState.INTERRUPTED)
        raise
    store.move_job(job.id, JobState.RUNNING, JobState.DONE)
    return _report(store.job(job.id), run.engine)


def _report(job: Job, engine: Engine, unchanged: bool = False) -> Report:
    return Report(job, engine.store.patches(job.id), engine.store.funnel(job.id), unchanged)


@dataclass(frozen=True, slots=True)
class _Job:
    """The run of one job: every method is one step."""

    job: Job
    order: Order
    checkout: Checkout
    engine: Engine
    watcher: Watcher

    def run(self) -> None:
        began = time.monotonic()
        self.engine.sandbox.check()
        done = self.engine.store.finished_labels(self.job.id)
        functions = [function for function in self._extract() if function.label not in done]
        environment = self._environment()
        worth = self._settle_early(functions, environment.packages)
        if not worth:
            return
        for remark in self.engine.remarks:
            self._note(remark)
        with prepare_target(
            self.checkout, environment, worth, self.engine, self._note, self.watcher
        ) as target:
            self.watcher.stage("judge", f"{len(worth)} functions")
            for index, function in enumerate(target.ranked(worth)):
                self.watcher.functions(index, len(worth))
                self._stop_when_cancelled()
                spent = time.monotonic() - began
                budget = self.engine.settings.budget_seconds
                self._finish(self._result(function, target, over=bool(budget) and spent > budget))
            self.watcher.functions(len(worth), len(worth))

    def _stop_when_cancelled(self) -> None:
        """`optimizer cancel` can only say so in the database. Raises StoppedError."""
        if self.engine.store.job(self.job.id).state is JobState.CANCELLED:
            raise StoppedError(f"job {self.job.id} was cancelled")

    def _note(self, text: str) -> None:
        self.engine.store.add_event(self.job.id, "note", text)
        self.watcher.note(text)

    def _extract(self) -> list[Function]:
        self.watcher.stage("extract")
        return extract_functions(self.checkout, self.engine.settings, self._note)

    def _environment(self) -> Environment:
        self.watcher.stage("environment")
        engine = self.engine
        environment = build_environment(
            self.checkout.worktree, engine.settings, engine.home, engine.sandbox, self.checkout.repository.url
        )
        for text in environment.notes:
            self._note(text)
        return environment

    def _settle_early(self, functions: Sequence[Function], packages: frozenset[str]) -> list[Function]:
        """Saves the functions that end without being run; returns the others."""
        self.watcher.stage("propose", f"{len(functions)} functions")
        held = self.engine.store.under_review(self.job.repository.url)
        decisions = early_decisions(
            functions,
            lambda function: review_decision(function, held),
            lambda function: proposal_request(function, self.checkout, packages),
            self.engine.settings,
            self.engine.experts,
        )
        left = []
        for function, decision in decisions:
            if decision:
                self._finish(FunctionResult(function, decision))
            else:
                left.append(function)
        return left

    def _result(self, function: Function, target: TargetUnderTest, over: bool) -> FunctionResult:
        if over:
            return FunctionResult(function, Decision(Stage.ROUTE, Reason.BUDGET))
        workload = target.workload(function)
        known = self.engine.store.tried(self.job.repository.url, self.job.fingerprint, function)
        if (function.label, function.content_hash, workload_hash(workload)) in known:
            return FunctionResult(function, Decision(Stage.ROUTE, Reason.UNCHANGED), workload)
        self.watcher.judging(function)
        rejected = self.engine.store.rejected_candidates(self.job.repository.url)
        result = target.judge(function, workload, rejected)
        if result.winner is None or not self.order.publish:
            return result
        return publish(result, target, self.engine)

    def _finish(self, result: FunctionResult) -> None:
        self.engine.store.save_result(self.job.id, result)
        self.watcher.finished(result)
