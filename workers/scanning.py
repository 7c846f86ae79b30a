"""The first step of a queued job: from a submission to the functions that are worth judging, and inputs.

It changes nothing in the database but the job's log and the patches that a newer commit settles; it may be
killed at any point and done again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimizer import vcs
from optimizer.domain.checkouts import Checkout
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function
from optimizer.domain.jobs import Job, JobState, Stage, Submission, unchanged_since
from optimizer.domain.refresh import Recheck
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, NewItem, Plan
from optimizer.domain.workloads import workload_hash
from optimizer.encoding import pack
from optimizer.engine import Engine
from optimizer.environment import Environment, build_environment
from optimizer.scan import fingerprint, told, with_ready_experts
from optimizer.stages.checkout import job_for
from optimizer.stages.extract import early_decisions, extract_functions, proposal_request, review_decision
from optimizer.stages.repository_settings import settings_files
from optimizer.stages.target import TargetUnderTest, prepare_target
from workers.context import Context
from workers.fleet import Fleet
from workers.nightly import is_full, refresh
from workers.outcomes import Ended, Outcome, Planned
from workers.subjects import Subject
from workers.watching import Noted


def scan(claim: Claim, context: Context) -> Outcome:
    """From a submission to the functions that are worth judging, each with its inputs."""
    job, submission = job_of(claim, context)
    engine = context.engine_for(context.fleet.settings)
    engine.sandbox.check()
    checkout = vcs.checkout(submission.source, job.commit or submission.ref, engine.home)
    try:
        settings = context.settings_for(submission, settings_files(checkout))
        engine = context.engine_for(settings, submission.candidates)
        mark = fingerprint(settings, engine.experts)
        again = bool(job.commit)  # a retry: what is missing is missing, whatever was finished since
        done = None if again else engine.store.finished_scan(job.repository.url, checkout.tree, mark)
        if done:
            return Ended(JobState.DONE, unchanged_since(done.id))
        engine = with_ready_experts(engine)
        mark = fingerprint(settings, engine.experts)
        new = job_for(checkout, mark, json.dumps(told(settings)))
        if not context.fleet.work.found(claim, replace(new, repository=job.repository)):
            return Ended(JobState.FAILED)  # it is another worker's by now: nobody will see this
        begun = replace(job, fingerprint=mark)
        return Planned(_Scan(begun, submission, checkout, engine, context.fleet).plan())
    finally:
        vcs.remove_worktree(checkout)


@dataclass(frozen=True, slots=True)
class _Scan:
    """Every method is one part of it."""

    job: Job
    submission: Submission
    checkout: Checkout
    engine: Engine
    fleet: Fleet

    @property
    def watcher(self) -> Noted:
        return Noted(self.engine.store, self.job.id)

    def plan(self) -> Plan:
        self.watcher.stage("extract")
        refreshed = refresh(self.fleet, self.job, self.submission, self.checkout, self.watcher.note)
        done = self.engine.store.finished_labels(self.job.id)
        found = extract_functions(self.checkout, self.engine.settings, self.watcher.note)
        functions = [one for one in found if one.label not in done | refreshed.labels]
        rechecks = [one for one in refreshed.rechecks if one.function.label not in done]
        environment = self._environment()
        for remark in self.engine.remarks:
            self.watcher.note(remark)
        self.watcher.stage("propose", f"{len(functions)} functions")
        settled, worth = self._settled(functions, environment.packages)
        if not worth and not rechecks:
            return Plan(tuple(settled), (), b"")
        watched = [*worth, *(one.function for one in rechecks)]
        with prepare_target(
            self.checkout, environment, watched, self.engine, self.watcher.note, self.watcher
        ) as target:
            self.watcher.stage("collect", f"inputs of {len(worth)} functions")
            unchanged, subjects = self._subjects(target, worth)
            subjects = [*(self._again(target, one) for one in rechecks), *subjects]
            self.watcher.stage("judge", f"{len(subjects)} functions")
            items = tuple(NewItem(one.function.label, one.packed()) for one in subjects)
            return Plan((*settled, *unchanged), items, pack(target.facts))

    def _environment(self) -> Environment:
        self.watcher.stage("environment")
        engine, worktree = self.engine, self.checkout.worktree
        environment = build_environment(
            worktree, engine.settings, engine.home, engine.sandbox, self.job.repository.url
        )
        for text in environment.notes:
            self.watcher.note(text)
        return environment

    def _settled(
        self, functions: Sequence[Function], packages: frozenset[str]
    ) -> tuple[list[FunctionResult], list[Function]]:
        """Those that end without being run, and the others."""
        held = self.engine.store.under_review(self.job.repository.url)
        full = is_full(self.fleet, self.job, self.submission)
        closed = Decision(Stage.ROUTE, Reason.MAX_OPEN) if full else None
        decisions = early_decisions(
            functions,
            lambda function: review_decision(function, held) or closed,
            lambda function: proposal_request(function, self.checkout, packages),
            self.engine.settings,
            self.engine.experts,
        )
        settled, worth = [], []
        for function, decision in decisions:
            if decision:
                settled.append(FunctionResult(function, decision))
            else:
                worth.append(function)
        return settled, worth

    def _subjects(
        self, target: TargetUnderTest, functions: Sequence[Function]
    ) -> tuple[list[FunctionResult], list[Subject]]:
        """What was tried before with the same content and inputs; the others, the most worthwhile first."""
        unchanged, fresh = [], []
        for function in target.ranked(functions) if functions else []:
            workload = target.workload(function)
            known = self.engine.store.tried(self.job.repository.url, self.job.fingerprint, function)
            if (function.label, function.content_hash, workload_hash(workload)) in known:
                decision = Decision(Stage.ROUTE, Reason.UNCHANGED)
                unchanged.append(FunctionResult(function, decision, workload))
            else:
                request = proposal_request(function, self.checkout, target.environment.packages)
                fresh.append(Subject(request, workload, target.tests.profile(function.label)))
        return unchanged, fresh

    def _again(self, target: TargetUnderTest, wanted: Recheck) -> Subject:
        request = proposal_request(wanted.function, self.checkout, target.environment.packages)
        return Subject(request, wanted.workload, wanted.profile, wanted)


def job_of(claim: Claim, context: Context) -> tuple[Job, Submission]:
    job = context.fleet.store.job(claim.item.job_id)
    submission = context.fleet.work.submission(job.id)
    assert submission is not None  # it was queued
    return job, submission
