"""What the scheduler does again and again: what a death, or a broker that forgot, left lying is set going.

Every part is safe to be done twice at once, and to be killed at any point.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.domain.errors import BrokerError
from optimizer.domain.work import Queue, WorkItem
from optimizer.ports import Broker, WorkQueue
from workers.logs import logger

_LONG_AGO = 24 * 3600.0  # what was sent so long ago counts as never sent
GRACE_SECONDS = 15.0  # for a message to be sent, and for one that was taken up to become a claim


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many of each."""

    freed: int = 0  # items that dead workers held
    resent: int = 0  # items that the broker did not know of
    closed: int = 0  # jobs that were done, and not marked so


def reconcile(
    work: WorkQueue,
    broker: Broker,
    grace: float = GRACE_SECONDS,
    resent: Callable[[str, int], None] = lambda _queue, _count: None,
) -> Reconciled:
    """Raises DatabaseError. A broker that does not answer is told the next time."""
    freed = work.free()
    closed = work.close_jobs()
    try:
        broker.send(freed)
        lost = [item for queue in Queue for item in _lost(work, broker, queue, grace)]
        broker.send(lost)
        work.sent(lost)
    except BrokerError as error:
        logger(__name__).warning("the broker was not told", error=str(error))
        return Reconciled(len(freed), 0, len(closed))
    for item in lost:
        resent(item.queue.value, 1)
    found = Reconciled(len(freed), len(lost), len(closed))
    if found != Reconciled():
        logger(__name__).info("reconciled", freed=found.freed, resent=found.resent, closed=found.closed)
    return found


def _lost(work: WorkQueue, broker: Broker, queue: Queue, grace: float) -> Sequence[WorkItem]:
    """What waits, and has no message. Messages are counted first: reading them all takes long."""
    never = work.due(queue, _LONG_AGO)
    if broker.held(queue) + len(never) >= work.waiting(queue):
        return never
    known = broker.items(queue)
    return [item for item in work.due(queue, grace) if item.id not in known]
