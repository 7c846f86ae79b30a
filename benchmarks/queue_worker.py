"""A worker of the queue `evaluate` whose sandboxes are stand-ins that sleep: all else is real.

    python -m benchmarks.queue_worker SECONDS PROCESSES

Each result's detail says how long the item had waited in the queue, in seconds.
"""

import os
import sys
import time
from collections.abc import Sequence

from optimizer.config import configure
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.jobs import Stage
from optimizer.domain.results import FunctionResult
from optimizer.domain.work import Claim, Queue
from workers.context import Context
from workers.handling import STEPS
from workers.metrics import make_metrics
from workers.outcomes import Finished, Outcome
from workers.running import Post, run_worker
from workers.subjects import subject_of


def main() -> None:
    seconds, processes = float(sys.argv[1]), int(sys.argv[2])

    def sleep(claims: Sequence[Claim], _context: Context) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for claim in claims:
            time.sleep(seconds)
            decision = Decision(Stage.BENCHMARK, Reason.NONE_ACCEPTED, f"{claim.waited:.4f}")
            outcomes.append(Finished(FunctionResult(subject_of(claim).function, decision)))
        return outcomes

    settings = configure({}, os.environ, {}).settings
    post = Post("stand-in", (Queue.EVALUATE,), processes, "prefork", "WARNING")
    run_worker(post, settings, os.environ, make_metrics(), {**STEPS, Queue.EVALUATE: sleep})


if __name__ == "__main__":
    main()
