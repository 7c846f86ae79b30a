"""The stages as a queue sees them: an item in, what becomes of it out. Nothing here changes the database.

Each may be killed at any point and done again by another worker: what it made outside (mirrors,
environments, branches) is made from content alone.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimizer import vcs
from optimizer.domain.checkouts import Checkout
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function
from optimizer.domain.jobs import Job, JobState, Stage, Submission, unchanged_since
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, NewItem, Plan, Queue
from optimizer.domain.workloads import workload_hash
from optimizer.encoding import pack
from optimizer.engine import Engine
from optimizer.environment import build_environment
from optimizer.scan import fingerprint, told
from optimizer.stages.checkout import job_for
from optimizer.stages.extract import early_decision, extract_functions, proposal_request
from optimizer.stages.judge import concluded
from optimizer.stages.propose import fresh, judged, offered, proposals
from optimizer.stages.publish import publish as publish_branch
from optimizer.stages.repository_settings import settings_files
from optimizer.stages.target import TargetUnderTest, prepare_target
from workers.context import Context
from workers.subjects import Subject, Trial, subject_of, trial_of
from workers.watching import Noted


@dataclass(frozen=True, slots=True)
class Planned:
    plan: Plan


@dataclass(frozen=True, slots=True)
class Ended:
    """Of the job: there is nothing to do in it, or it cannot be done."""

    state: JobState
    error: str = ""


@dataclass(frozen=True, slots=True)
class Advanced:
    to: Queue
    trial: Trial


@dataclass(frozen=True, slots=True)
class Finished:
    result: FunctionResult


Outcome = Planned | Ended | Advanced | Finished


def scan(claim: Claim, context: Context) -> Outcome:
    """From a submission to the functions that are worth judging, each with its inputs."""
    job, submission = _job(claim, context)
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
        new = job_for(checkout, mark, json.dumps(told(settings)))
        if not context.fleet.work.found(claim, replace(new, repository=job.repository)):
            return Ended(JobState.FAILED)  # it is another worker's by now: nobody will see this
        return Planned(_planned(replace(job, fingerprint=mark), checkout, engine))
    finally:
        vcs.remove_worktree(checkout)


def _planned(job: Job, checkout: Checkout, engine: Engine) -> Plan:
    watcher = Noted(engine.store, job.id)
    watcher.stage("extract")
    done = engine.store.finished_labels(job.id)
    found = extract_functions(checkout, engine.settings, watcher.note)
    functions = [function for function in found if function.label not in done]
    watcher.stage("environment")
    environment = build_environment(
        checkout.worktree, engine.settings, engine.home, engine.sandbox, checkout.repository.url
    )
    for text in environment.notes:
        watcher.note(text)
    watcher.stage("propose", f"{len(functions)} functions")
    settled, worth = _settled(functions, checkout, environment.packages, engine)
    if not worth:
        return Plan(tuple(settled), (), b"")
    with prepare_target(checkout, environment, worth, engine, watcher.note, watcher) as target:
        watcher.stage("collect", f"inputs of {len(worth)} functions")
        items = _subjects(job, target, worth)
        settled += [one for one in items if isinstance(one, FunctionResult)]
        fresh_ones = [one for one in items if isinstance(one, Subject)]
        watcher.stage("judge", f"{len(fresh_ones)} functions")
        packed = tuple(NewItem(one.function.label, one.packed()) for one in fresh_ones)
        return Plan(tuple(settled), packed, pack(target.facts))


def _settled(
    functions: Sequence[Function], checkout: Checkout, packages: frozenset[str], engine: Engine
) -> tuple[list[FunctionResult], list[Function]]:
    """Those that end without being run, and the others."""
    settled, worth = [], []
    for function in functions:
        request = functools.partial(proposal_request, function, checkout, packages)
        decision = early_decision(function, request, engine.settings, engine.experts)
        if decision:
            settled.append(FunctionResult(function, decision))
        else:
            worth.append(function)
    return settled, worth


def _subjects(
    job: Job, target: TargetUnderTest, functions: Sequence[Function]
) -> list[Subject | FunctionResult]:
    """The most worthwhile first. A result for what was tried before with the same content and inputs."""
    known = target.engine.store.tried(job.repository.url, job.fingerprint)
    found: list[Subject | FunctionResult] = []
    for function in target.ranked(functions):
        workload = target.workload(function)
        if (function.label, function.content_hash, workload_hash(workload)) in known:
            found.append(FunctionResult(function, Decision(Stage.ROUTE, Reason.UNCHANGED), workload))
        else:
            request = proposal_request(function, target.checkout, target.environment.packages)
            found.append(Subject(request, workload, target.tests.profile(function.label)))
    return found


def propose(claims: Sequence[Claim], context: Context) -> list[Outcome]:
    """Of functions of whatever jobs: those that ask the same experts are asked about together."""
    outcomes: dict[int, Outcome] = {}
    groups: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        job, submission = _job(claim, context)
        groups.setdefault((context.settings_of(job).experts, submission.candidates), []).append(claim)
    for members in groups.values():
        outcomes |= _proposed(members, context)
    return [outcomes[claim.item.id] for claim in claims]


def _proposed(claims: Sequence[Claim], context: Context) -> dict[int, Outcome]:
    job, submission = _job(claims[0], context)
    experts = context.experts_for(context.settings_of(job), submission.candidates)
    subjects = [subject_of(claim) for claim in claims]
    trials = [trial_of(claim) for claim in claims]
    requests = [offered(one.wanted, trial.search) for one, trial in zip(subjects, trials, strict=True)]
    found = proposals(experts, requests)
    outcomes: dict[int, Outcome] = {}
    for claim, subject, trial, proposed in zip(claims, subjects, trials, found, strict=True):
        url = context.fleet.store.job(claim.item.job_id).repository.url
        rejected = context.fleet.store.rejected_candidates(url)
        pending = tuple(fresh(proposed, trial.search, rejected))
        if pending:
            outcomes[claim.item.id] = Advanced(Queue.EVALUATE, replace(trial, pending=pending))
        else:
            outcomes[claim.item.id] = _concluded(subject, Trial(judged(trial.search, ())))
    return outcomes


def evaluate(claim: Claim, context: Context) -> Outcome:
    """One round of candidates through the referee."""
    job, submission = _job(claim, context)
    subject, trial = subject_of(claim), trial_of(claim)
    if not trial.search.rounds and _over_budget(job, claim, context):
        return Finished(FunctionResult(subject.function, Decision(Stage.ROUTE, Reason.BUDGET)))
    target = context.target(job, submission, timed=True)
    found = target.judge_round(subject.function, subject.workload, trial.pending)
    if isinstance(found, FunctionResult):
        return Finished(found)
    state = judged(trial.search, found)
    if not state.over:
        return Advanced(Queue.PROPOSE, Trial(state))
    return _concluded(subject, Trial(state))


def _over_budget(job: Job, claim: Claim, context: Context) -> bool:
    """By the database's clock. When the function came to this queue does for now: it is begun later still."""
    budget = context.settings_of(job).budget_seconds
    began = job.started_at or job.created_at
    spent = (claim.item.queued_at - began).total_seconds() + claim.waited
    return bool(budget) and spent > budget


def _concluded(subject: Subject, trial: Trial) -> Outcome:
    result = concluded(subject.function, subject.workload, subject.profile, trial.search)
    return Advanced(Queue.PUBLISH, trial) if result.winner else Finished(result)


def publish(claim: Claim, context: Context) -> Outcome:
    """The winner as a branch, if the repository's tests end on it as they did before."""
    job, submission = _job(claim, context)
    subject, trial = subject_of(claim), trial_of(claim)
    result = concluded(subject.function, subject.workload, subject.profile, trial.search)
    target = context.target(job, submission, timed=False)
    return Finished(publish_branch(result, target, target.engine))


def _job(claim: Claim, context: Context) -> tuple[Job, Submission]:
    job = context.fleet.store.job(claim.item.job_id)
    submission = context.fleet.work.submission(job.id)
    assert submission is not None  # it was queued
    return job, submission
