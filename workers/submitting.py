"""A job from somebody's wish to the first message of it."""

from optimizer.domain.jobs import Job, Repository, Submission
from workers.fleet import Fleet


def enqueue(fleet: Fleet, submission: Submission, repository: Repository) -> Job:
    """Queues a job; once this returns it is not lost any more, whatever becomes of the broker.

    Raises BrokerError, with nothing queued, when the broker does not answer; AnotherRunsError when a job of
    the repository is under way; DatabaseError.
    """
    fleet.broker.check()
    job, item = fleet.work.submit(submission, repository)
    fleet.broker.send([item])
    return job


def again(fleet: Fleet, job_id: int) -> bool:
    """Queues what a job that ended left undone; False when it is under way. Raises like `enqueue`, and
    NotFoundError; ConfigError for a job that was never queued."""
    fleet.broker.check()
    item = fleet.work.retry(job_id)
    if item is None:
        return False
    fleet.broker.send([item])
    return True
