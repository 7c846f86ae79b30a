"""An item from a message to what becomes of it: claimed, worked on, saved, and handed on.

What happens when something breaks is decided here: a fault of the machines gives the item back for later; a
function over which workers die, or this program stumbles, is set aside with the reason; a scan like that ends
its job.
"""

import errno
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from celery.utils.time import get_exponential_backoff_interval
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from db.refreshing import SqlRefreshing
from optimizer.domain.errors import (
    BrokerError,
    DatabaseError,
    MirrorError,
    OptimizerError,
    SandboxError,
    UnreachableError,
)
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function
from optimizer.domain.jobs import JobState, Stage
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, Queue, WorkItem
from workers import scanning, steps
from workers.context import Context
from workers.leases import held
from workers.logs import bound, logger
from workers.metrics import Metrics
from workers.outcomes import Advanced, Ended, Finished, Outcome, Planned, Refreshed
from workers.subjects import named_function, subject_of

MOST_RETRIES = 12  # after faults of the machines, of one item at one stage: about half an hour in all
_LONGEST_PAUSE = 300  # seconds between two of them
_PATIENCE = 600  # seconds that a database may be away while an outcome waits to be saved
_STAGES = {
    Queue.SCAN: Stage.EXTRACT,
    Queue.PROPOSE: Stage.PROPOSE,
    Queue.EVALUATE: Stage.BENCHMARK,
    Queue.PUBLISH: Stage.PUBLISH,
}
# Nothing is wrong with the item: the network, the disk or another program of ours is to blame.
FAULTS = (DatabaseError, BrokerError, SandboxError, UnreachableError, MirrorError, OSError)
# As other programs, git and uv above all, say that it is the machine: their words end in errors of ours.
_MACHINE = [
    *(os.strerror(n) for n in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENOMEM, errno.EMFILE)),
    "Out of diskspace",
]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Given:
    """Instead of an outcome: the item goes back, to be done later."""

    delay: float
    error: str


def work_on(queue: Queue, item_ids: Sequence[int], context: Context, metrics: Metrics, step: "Step") -> None:
    """The items of one message, or of one batch of messages. What is another's already is left alone."""
    lease = context.fleet.settings.lease_seconds
    claims = [claim for claim in _claimed(queue, item_ids, context) if claim]
    if not claims:
        return
    first = claims[0].item
    one = {"job": first.job_id, "item": first.id, "function": first.label or None}
    ids = one if len(claims) == 1 else {}
    with bound(queue=queue.value, **ids), held(context.fleet.work, claims, lease):
        began = time.monotonic()
        outcomes = _outcomes(claims, context, step)
        metrics.took(queue.value, time.monotonic() - began)
        for claim, outcome in zip(claims, outcomes, strict=True):
            metrics.waited(queue.value, claim.waited)
            with bound(job=claim.item.job_id, item=claim.item.id, function=claim.item.label or None):
                _settle(claim, outcome, context, metrics)


Step = Callable[[Sequence[Claim], Context], Sequence[Outcome]]


def _each(step: Callable[[Claim, Context], Outcome]) -> Step:
    return lambda claims, context: [step(claim, context) for claim in claims]


STEPS: dict[Queue, Step] = {
    Queue.SCAN: _each(scanning.scan),
    Queue.PROPOSE: steps.propose,
    Queue.EVALUATE: _each(steps.evaluate),
    Queue.PUBLISH: _each(steps.publish),
}


def patiently(call: Callable[[], _T]) -> _T:
    """Again and again while the database does not answer. Raises DatabaseError in the end."""
    wrapped = retry(
        retry=retry_if_exception_type(DatabaseError),
        wait=wait_exponential_jitter(multiplier=0.2, max=5.0),
        stop=stop_after_delay(_PATIENCE),
        reraise=True,
    )(call)
    return wrapped()


def _claimed(queue: Queue, item_ids: Sequence[int], context: Context) -> list[Claim | None]:
    lease = context.fleet.settings.lease_seconds
    return [
        patiently(lambda item_id=item_id: context.fleet.work.claim(item_id, queue, lease))  # type: ignore[misc]
        for item_id in dict.fromkeys(item_ids)
    ]


def _outcomes(claims: Sequence[Claim], context: Context, step: Step) -> list[Outcome | Given]:
    """One for each claim. What breaks in a batch is tried alone: the others are not to blame."""
    most = context.fleet.settings.max_deaths
    alive = [claim for claim in claims if claim.item.deaths <= most]
    found = dict(zip((claim.item.id for claim in alive), _tried(alive, context, step), strict=True))
    text = f"{most} workers died over it"
    return [found.get(claim.item.id) or _set_aside(claim, text) for claim in claims]


def _tried(claims: Sequence[Claim], context: Context, step: Step) -> list[Outcome | Given]:
    if not claims:
        return []
    try:
        return list(step(claims, context))
    except FAULTS as error:
        if len(claims) == 1:
            return [_given(claims[0], error)]
    except OptimizerError as error:
        if len(claims) == 1:
            blame = any(words in str(error) for words in _MACHINE)
            return [_given(claims[0], error) if blame else _set_aside(claims[0], str(error))]
    except Exception as error:
        logger(__name__).exception("defect", items=[claim.item.id for claim in claims])
        if len(claims) == 1:
            return [_set_aside(claims[0], f"a defect of optimizer: {type(error).__name__}: {error}")]
    return [outcome for claim in claims for outcome in _tried([claim], context, step)]


def _given(claim: Claim, error: Exception) -> Outcome | Given:
    text = str(error) or type(error).__name__
    if claim.item.retries >= MOST_RETRIES:
        return _set_aside(claim, f"given up after {claim.item.retries} tries: {text}")
    pause = get_exponential_backoff_interval(1, claim.item.retries, _LONGEST_PAUSE, full_jitter=False)
    return Given(float(pause), text)


def _set_aside(claim: Claim, text: str) -> Outcome:
    line = " ".join(text.split())
    if claim.item.queue is Queue.SCAN:
        return Ended(JobState.FAILED, line)
    decision = Decision(_STAGES[claim.item.queue], Reason.SET_ASIDE, line)
    return Finished(FunctionResult(_function(claim), decision))


def _function(claim: Claim) -> Function:
    try:
        return subject_of(claim).function
    except (ValueError, RecursionError):  # of a version that wrote it otherwise
        return named_function(claim.item.label)


def _settle(claim: Claim, outcome: Outcome | Given, context: Context, metrics: Metrics) -> None:
    items = patiently(lambda: _saved(claim, outcome, context))
    if items is None:
        logger(__name__).warning("given up: it is another worker's by now, or its job was cancelled")
        return
    _count(claim, outcome, metrics)
    try:
        context.fleet.broker.send(items)
    except BrokerError as error:  # the scheduler finds out, and tells it again
        logger(__name__).warning("not sent", error=str(error))


def _saved(claim: Claim, outcome: Outcome | Given, context: Context) -> Sequence[WorkItem] | None:
    """What the broker is to be told of; None when the item was not ours any more."""
    work = context.fleet.work
    match outcome:
        case Planned(plan):
            items = work.plan(claim, plan)
            if items is not None and not items:
                work.close_job(claim.item.job_id)
            return items
        case Ended(state, error):
            return [] if work.end_job(claim, state, error) else None
        case Advanced(queue, trial):
            moved = work.advance(claim, queue, trial.packed())
            return [replace(claim.item, queue=queue)] if moved else None
        case Finished(result):
            if not work.finish(claim, result):
                return None
            work.close_job(claim.item.job_id)
            return []
        case Refreshed(wanted, found):
            if not SqlRefreshing(context.fleet.sessions).finish(claim, wanted, found):
                return None
            work.close_job(claim.item.job_id)
            return []
        case Given(delay, _):
            return [] if work.release(claim, delay) else None


def _count(claim: Claim, outcome: Outcome | Given, metrics: Metrics) -> None:
    log, queue = logger(__name__), claim.item.queue.value
    if claim.item.deaths > 1:
        metrics.died(queue)
    match outcome:
        case Planned(plan):
            for settled in plan.settled:
                metrics.ended(settled.decision.stage, settled.decision.reason)
            log.info("planned", settled=len(plan.settled), functions=len(plan.items))
        case Ended(state, error):
            log.info("job ended", state=state.value, error=error)
        case Advanced(to, _):
            log.info("advanced", to=to.value)
        case Finished() | Refreshed():
            _count_result(outcome.result, metrics)
        case Given(delay, error):
            metrics.retried(queue, "fault")
            log.warning("given back", seconds=delay, error=error)


def _count_result(result: FunctionResult, metrics: Metrics) -> None:
    decision = result.decision
    metrics.ended(decision.stage, decision.reason)
    for one in result.evaluations:
        made_by = one.candidate.provenance.expert
        metrics.judged(made_by, one.decision.stage, one.decision.reason)
    stopped = {"stage": decision.stage.value, "reason": decision.reason.value}
    logger(__name__).info("finished", **stopped, patch=bool(result.patch))
