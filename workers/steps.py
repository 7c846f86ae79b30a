"""The steps after the scan: an item in, what becomes of it out. Nothing here changes the database.

Each may be killed at any point and done again by another worker: what it made outside (working trees,
environments, branches) is made from content alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.jobs import Job, Stage, Submission
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, Queue
from optimizer.stages.judge import concluded
from optimizer.stages.propose import fresh, judged, offered, proposals, ready
from optimizer.stages.publish import publish as publish_branch
from optimizer.stages.refresh import rebase
from optimizer.stages.refresh import recheck as verify_again
from workers.context import Context
from workers.nightly import is_full
from workers.outcomes import Advanced, Finished, Outcome, Refreshed
from workers.scanning import job_of
from workers.subjects import Subject, Trial, subject_of, trial_of


def propose(claims: Sequence[Claim], context: Context) -> list[Outcome]:
    """Of functions of whatever jobs: those that ask the same experts are asked about together."""
    outcomes: dict[int, Outcome] = {}
    groups: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        if subject_of(claim).recheck:  # what is to be judged is known
            outcomes[claim.item.id] = Advanced(Queue.EVALUATE, Trial())
            continue
        job, submission = job_of(claim, context)
        groups.setdefault((context.settings_of(job).experts, submission.candidates), []).append(claim)
    for members in groups.values():
        outcomes |= _proposed(members, context)
    return [outcomes[claim.item.id] for claim in claims]


def _proposed(claims: Sequence[Claim], context: Context) -> dict[int, Outcome]:
    job, submission = job_of(claims[0], context)
    experts, absent = ready(context.experts_for(context.settings_of(job), submission.candidates))
    for text, job_id in product(absent, {claim.item.job_id for claim in claims}):
        context.fleet.store.add_event(job_id, "note", text)
    asked = [(subject_of(claim), trial_of(claim)) for claim in claims]
    found = proposals(experts, [offered(subject.wanted, trial.search) for subject, trial in asked])
    return {
        claim.item.id: _answered(claim, subject, trial, proposed, context)
        for claim, (subject, trial), proposed in zip(claims, asked, found, strict=True)
    }


def _answered(
    claim: Claim, subject: Subject, trial: Trial, proposed: Sequence[Candidate], context: Context
) -> Outcome:
    store = context.fleet.store
    rejected = store.rejected_candidates(store.job(claim.item.job_id).repository.url)
    pending = tuple(fresh(proposed, trial.search, rejected))
    if pending:
        return Advanced(Queue.EVALUATE, replace(trial, pending=pending))
    return _concluded(subject, Trial(judged(trial.search, ())))


def evaluate(claim: Claim, context: Context) -> Outcome:
    """One round of candidates through the referee."""
    job, submission = job_of(claim, context)
    subject, trial = subject_of(claim), trial_of(claim)
    if subject.recheck:
        again = verify_again(subject.recheck, context.target(job, submission, timed=True))
        holds = again.result.winner is not None
        return Advanced(Queue.PUBLISH, Trial(rechecked=again)) if holds else Refreshed(subject.recheck, again)
    left = None if trial.search.rounds else _left_alone(job, submission, claim, context)
    if left:
        return Finished(FunctionResult(subject.function, left))
    target = context.target(job, submission, timed=True)
    found = target.judge_round(subject.function, subject.workload, trial.pending)
    if isinstance(found, FunctionResult):
        return Finished(found)
    state = judged(trial.search, found)
    return _concluded(subject, Trial(state)) if state.over else Advanced(Queue.PROPOSE, Trial(state))


def _left_alone(job: Job, submission: Submission, claim: Claim, context: Context) -> Decision | None:
    """Why a function is not begun with any more."""
    if _over_budget(job, claim, context):
        return Decision(Stage.ROUTE, Reason.BUDGET)
    if is_full(context.fleet, job, submission):
        return Decision(Stage.ROUTE, Reason.MAX_OPEN)
    return None


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
    job, submission = job_of(claim, context)
    subject, trial = subject_of(claim), trial_of(claim)
    target = context.target(job, submission, timed=False)
    if subject.recheck and trial.rechecked:
        return Refreshed(subject.recheck, rebase(subject.recheck, trial.rechecked, target))
    result = concluded(subject.function, subject.workload, subject.profile, trial.search)
    return Finished(publish_branch(result, target, target.engine))
