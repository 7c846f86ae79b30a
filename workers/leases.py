"""Holding items for as long as this process lives and works on them."""

import contextvars
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from optimizer.domain.errors import DatabaseError
from optimizer.domain.work import Claim
from optimizer.ports import WorkQueue
from workers.app import TIME_LIMITS
from workers.logs import logger


@contextmanager
def held(work: WorkQueue, claims: Sequence[Claim], seconds: float) -> Iterator[None]:
    """Says every third of the time that we are alive. A process that hangs is not kept for ever: from the
    queue's time limit on its items are others'."""
    over = threading.Event()
    told = contextvars.copy_context()  # its lines in the log are about the same items
    thread = threading.Thread(
        target=told.run, args=(_extend, work, claims, seconds, over), name="lease", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _extend(work: WorkQueue, claims: Sequence[Claim], seconds: float, over: threading.Event) -> None:
    most = int(TIME_LIMITS[claims[0].item.queue] / (seconds / 3))
    for _ in range(most):
        if over.wait(seconds / 3):
            return
        for claim in claims:
            _extend_one(work, claim, seconds)


def _extend_one(work: WorkQueue, claim: Claim, seconds: float) -> None:
    try:
        work.extend(claim, seconds)
    except DatabaseError as error:  # it may be back for the next turn
        logger(__name__).warning("lease not extended", item=claim.item.id, error=str(error))
