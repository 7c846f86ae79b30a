"""What a scheduled job does besides looking for something new: open patches are kept up with the repository,
and there are never too many of them."""

from collections.abc import Callable

from db.refreshing import SqlRefreshing
from optimizer.domain.checkouts import Checkout
from optimizer.domain.jobs import Job, Submission
from optimizer.stages.refresh import Refreshed, refresh_patches
from workers.fleet import Fleet


def refresh(
    fleet: Fleet, job: Job, submission: Submission, checkout: Checkout, note: Callable[[str], None]
) -> Refreshed:
    """Settles patches that are merged or given up, and says which wait to be verified on the new commit; for
    a job that nobody scheduled, nothing. May be done again. Raises RepositoryError, DatabaseError."""
    if not submission.scheduled:
        return Refreshed()
    patches = SqlRefreshing(fleet.sessions).under_review(job.repository.url, checkout.ref)
    return refresh_patches(patches, checkout, fleet.store, note)


def is_full(fleet: Fleet, job: Job, submission: Submission) -> bool:
    """Whether a scheduled job has to leave functions alone until somebody has looked at the open patches."""
    if not submission.scheduled:
        return False
    most = fleet.settings.max_open
    return SqlRefreshing(fleet.sessions).open_count(job.repository.url) >= most
