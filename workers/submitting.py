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
