"""A job from somebody's wish to the first message of it."""

from optimizer.domain.errors import BrokerError
from optimizer.domain.jobs import Job, Repository, Submission
from optimizer.domain.work import WorkItem
from workers.fleet import Fleet
from workers.logs import logger


def enqueue(fleet: Fleet, submission: Submission, repository: Repository) -> Job:
    """Queues a job; once this returns it is not lost any more, whatever becomes of the broker.

    Raises BrokerError, with nothing queued, when the broker does not answer; AnotherRunsError when a job of
    the repository is under way; DatabaseError.
    """
    fleet.broker.check()
    job, item = fleet.work.submit(submission, repository)
    _tell(fleet, item)
    return job


def again(fleet: Fleet, job_id: int) -> bool:
    """Queues what a job that ended left undone; False when it is under way. Raises like `enqueue`, and
    NotFoundError; ConfigError for a job that was never queued."""
    fleet.broker.check()
    item = fleet.work.retry(job_id)
    if item is None:
        return False
    _tell(fleet, item)
    return True


def _tell(fleet: Fleet, item: WorkItem) -> None:
    try:
        fleet.broker.send([item])
    except BrokerError as error:  # it went away this very moment: the scheduler tells it again
        logger(__name__).warning("not sent", job=item.job_id, error=str(error))
