"""Runs the evidence behind a patch again: same inputs, same candidate, fresh processes."""

import contextlib
from dataclasses import dataclass

from optimizer import vcs
from optimizer.domain.checkouts import Checkout
from optimizer.domain.errors import NotFoundError
from optimizer.domain.evidence import Decision, Evaluation, Interval
from optimizer.domain.patches import Patch
from optimizer.domain.results import FunctionResult
from optimizer.engine import Engine, Watcher
from optimizer.environment import build_environment
from optimizer.stages.target import prepare_target


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What was claimed, and what was found now."""

    patch: Patch
    claimed: Interval
    decision: Decision  # of the new run
    found: Interval | None  # None when it did not come to a second measurement

    @property
    def reproduced(self) -> bool:
        """Accepted again: equivalent, and faster by more than the gate in both measurements."""
        return self.decision.accepted


def reverify(patch_id: int, engine: Engine, watcher: Watcher) -> Reproduced:
    """Needs the database, the repository and the sandbox; raises as a scan does."""
    engine.sandbox.check()
    patch = engine.store.patch(patch_id)
    result = engine.store.patch_result(patch_id)
    watcher.stage("checkout", patch.base_commit[:12])
    checkout = vcs.checkout(patch.repository, patch.base_commit, engine.home)
    try:
        evaluation = _evaluate(result, checkout, engine, watcher)
    finally:
        vcs.remove_worktree(checkout)
    found = evaluation.second.wall if evaluation.second else None
    claimed = Interval(patch.speedup, patch.low, patch.high)
    return Reproduced(patch, claimed, evaluation.decision, found)


def _evaluate(result: FunctionResult, checkout: Checkout, engine: Engine, watcher: Watcher) -> Evaluation:
    winner = next((one for one in result.evaluations if one.candidate.id == result.winner), None)
    if winner is None or result.workload is None:
        raise NotFoundError("the patch has no evidence in the database")
    watcher.stage("environment")
    environment = build_environment(checkout.worktree, engine.settings, engine.home, engine.sandbox)
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(
            prepare_target(checkout, environment, [result.function], engine, watcher.note, watcher)
        )
        watcher.stage("judge", result.function.label)
        return target.evaluate(result.function, result.workload, winner.candidate)
