"""Jobs: submit, list, follow, cancel, retry."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from api.fields import LARGEST, Before, Id, Limit, RepositoryUrl
from api.following import follow, look
from api.job_models import JobAnswer, JobDetail, JobPage, JobRequest, LogPage
from api.parts import Parts, PartsOf
from api.problems import problems
from api.submitting import fleet_of, submit
from db.listing import Page, list_jobs, list_log
from optimizer.domain.errors import OptimizerError
from optimizer.domain.jobs import JobState
from optimizer.vcs.source import strip_credentials
from workers.submitting import again

router = APIRouter(tags=["jobs"])

_After = Annotated[int, Query(ge=0, le=LARGEST, description="Only lines with larger numbers.")]
_LastEventId = Annotated[int | None, Header(ge=0, le=LARGEST, description="The same; goes before `after`.")]
_QUEUED: dict[int | str, dict[str, Any]] = {
    202: {"headers": {"Location": {"description": "Of the job.", "schema": {"type": "string"}}}}
}
_STREAM = {"text/event-stream": {"schema": {"type": "string"}}}


@router.post(
    "/jobs", status_code=202, summary="Submit a repository", responses=problems(400, 409, 413, 422) | _QUEUED
)
def submit_job(asked: JobRequest, parts: PartsOf, response: Response) -> JobAnswer:
    """Queues a job. A repository may have one job under way: a second one is refused with 409."""
    job = submit(parts, asked)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobAnswer.of(job)


@router.get("/jobs", summary="List jobs", responses=problems(422))
def jobs(
    parts: PartsOf,
    limit: Limit = 50,
    before: Before = None,
    repository: RepositoryUrl = None,
    state: JobState | None = None,
) -> JobPage:
    """Newest first."""
    url = None if repository is None else strip_credentials(repository)
    found = list_jobs(parts.sessions, Page(limit + 1, before), url, state)
    more = found[limit - 1].id if len(found) > limit else None
    return JobPage(jobs=[JobAnswer.of(job) for job in found[:limit]], next=more)


@router.get("/jobs/{job_id}", summary="Look at a job", responses=problems(404, 422))
def job(job_id: Id, parts: PartsOf) -> JobDetail:
    """With where functions and candidates stopped, and what is left to do."""
    return _detail(parts, job_id)


@router.get("/jobs/{job_id}/events", summary="Read a job's log", responses=problems(404, 422))
def job_events(job_id: Id, parts: PartsOf, after: _After = 0, limit: Limit = 100) -> LogPage:
    """Page by page: ask again with `next` as `after`, until the job is over and nothing came."""
    state = parts.store.job(job_id).state
    return LogPage.of(list(list_log(parts.sessions, job_id, after, limit)), after, state)


@router.get(
    "/jobs/{job_id}/events/stream",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses=problems(404, 422)
    | {
        200: {"content": _STREAM, "description": "Events `state`, `log` (with an id) and, at last, `end`."},
        204: {"description": "The job is over, and nothing came after `Last-Event-ID`."},
    },
)
def follow_job(job_id: Id, parts: PartsOf, after: _After = 0, last_event_id: _LastEventId = None) -> Response:
    """Server-sent events until the job is over. A connection that ends earlier, which all do after a quarter
    of an hour, is taken up again with the header `Last-Event-ID`."""
    begin = after if last_event_id is None else last_event_id
    seen = look(parts, job_id, begin)
    if seen.last and not seen.lines and last_event_id is not None:
        return Response(status_code=204)  # tells a browser not to come again
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(follow(parts, job_id, begin), headers=headers, media_type="text/event-stream")


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job", responses=problems(404, 409, 422))
def cancel_job(job_id: Id, parts: PartsOf) -> JobAnswer:
    """What is in the hands of workers is thrown away when they are done with it; what is saved stays."""
    if not parts.work.cancel(job_id):
        state = parts.store.job(job_id).state.value
        raise OptimizerError(f"job {job_id} is {state}: there is nothing to cancel")
    return JobAnswer.of(parts.store.job(job_id))


@router.post(
    "/jobs/{job_id}/retry", status_code=202, summary="Retry a job", responses=problems(404, 409, 422)
)
def retry_job(job_id: Id, parts: PartsOf) -> JobAnswer:
    """Queues what a job that is over left undone: functions that were set aside, or all after a failure."""
    if not again(fleet_of(parts), job_id):
        raise OptimizerError(f"job {job_id} is under way: there is nothing to retry")
    return JobAnswer.of(parts.store.job(job_id))


def _detail(parts: Parts, job_id: int) -> JobDetail:
    found = parts.store.job(job_id)
    return JobDetail.with_progress(found, list(parts.store.funnel(job_id)), dict(parts.work.left(job_id)))
