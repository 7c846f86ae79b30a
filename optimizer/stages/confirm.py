"""A suspected counterexample in fresh processes, and made as small as it gets."""

import base64
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace

from optimizer.domain.evidence import Counterexample, FoundBy, Reason
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import LoadError, RunnerDiedError, RunnerTimeoutError, Zygote
from optimizer.stages.arena import CANDIDATE_SEED, SEEDS, Arena
from optimizer.stages.observe import Outcome, OutcomeKind
from optimizer.stages.verify import agree, described, difference
from optimizer.stages.workers import Worker
from optimizer.workloads.corpus import Trial, input_of
from optimizer.workloads.fitting import fits
from optimizer.workloads.generated import Plan
from optimizer.workloads.shapes import Anything
from optimizer.workloads.shrinking import Values, shrink

_SHRINKING, _SHRINKING_WORKLOAD = 2.0, 0.5  # seconds at most
_MOST_STEPS = 300


@dataclass(frozen=True, slots=True)
class Witness:
    """An input on which the original agrees with itself, and the candidate does not agree with it."""

    item: Input
    expected: Outcome
    actual: Outcome
    reason: Reason


@dataclass(slots=True)
class _Bench:
    """The original under several hash seeds, and the candidate."""

    originals: list[Worker]
    candidate: Worker
    settings: Settings

    def judged(self, item: Input) -> Witness | None:
        """None where they agree, or where the original does not agree with itself, or ends badly."""
        seconds = self.settings.call_seconds
        expected = self.originals[0].call(item, seconds)
        if expected.kind in (OutcomeKind.UNUSABLE, OutcomeKind.HUNG, OutcomeKind.DIED) or expected.opaque:
            return None
        actual = self.candidate.call(item, max(1.0, 10e-9 * expected.nanoseconds + 0.5))
        reason = difference(expected, actual, self.settings.float_tolerance)
        if reason is None or not all(agree(expected, one.call(item, seconds)) for one in self.originals[1:]):
            return None
        return Witness(item, expected, actual, reason)


def _bench(
    stack: ExitStack, arena: Arena, zygote: Zygote, seeds: tuple[int, ...], settings: Settings
) -> _Bench:
    name = arena.function.qualname

    def worker(source: Zygote) -> Worker:
        return stack.enter_context(closing(Worker(lambda: source.fork(name))))

    return _Bench([worker(arena.original(seed)) for seed in seeds], worker(zygote), settings)


def confirmed(arena: Arena, zygote: Zygote, item: Input, settings: Settings) -> Witness | None:
    """In fresh processes, the original also under the candidate's own hash seed: two that agree on a small
    set by chance prove little."""
    with ExitStack() as stack:
        return _bench(stack, arena, zygote, (*SEEDS, CANDIDATE_SEED), settings).judged(item)


def smallest(
    arena: Arena, zygote: Zygote, plan: Plan, trial: Trial, witness: Witness, settings: Settings
) -> Counterexample:
    """The smallest input that differs in the same way, checked in fresh processes."""
    shrunk = _shrunk(arena, zygote, plan, trial, witness, settings, _SHRINKING)
    found = _again(arena, zygote, shrunk, settings) if shrunk.item.id != witness.item.id else None
    return _example(found or witness, witness.item.text if found else "", FoundBy.SEARCH)


def smaller_than_the_workload(
    arena: Arena, zygote: Zygote, plan: Plan, trial: Trial, found: Counterexample, settings: Settings
) -> Counterexample:
    """A counterexample of the workload made smaller; the given one where that cannot be done quickly."""
    item = input_of(plan, trial)
    witness = confirmed(arena, zygote, item, settings) if item is not None else None
    if witness is None:
        return found
    shrunk = _shrunk(arena, zygote, plan, trial, witness, settings, _SHRINKING_WORKLOAD)
    again = _again(arena, zygote, shrunk, settings)
    if again is None:
        return found
    return _example(again, found.input_text if again.item.text != found.input_text else "", FoundBy.WORKLOAD)


def _example(witness: Witness, first_text: str, found_by: FoundBy) -> Counterexample:
    item = witness.item
    return Counterexample(
        item.id,
        item.text,
        item.origin,
        *described(witness.expected, witness.actual, witness.reason),
        found_by,
        first_text,
        base64.b64encode(item.payload).decode(),
    )


def _again(arena: Arena, zygote: Zygote, shrunk: Witness, settings: Settings) -> Witness | None:
    found = confirmed(arena, zygote, shrunk.item, settings)
    return found if found and found.reason is shrunk.reason else None


def _shrunk(
    arena: Arena,
    zygote: Zygote,
    plan: Plan,
    trial: Trial,
    witness: Witness,
    settings: Settings,
    seconds: float,
) -> Witness:
    best, steps, deadline = witness, 0, time.monotonic() + min(seconds, settings.search_seconds)
    with ExitStack() as stack:
        bench = _bench(stack, arena, zygote, SEEDS, settings)

        def fails(values: Values) -> bool:
            nonlocal best, steps
            if steps >= _MOST_STEPS or time.monotonic() > deadline or not _allowed(plan, trial, values):
                return False
            item = input_of(plan, replace(trial, values=values))
            if item is None:
                return False
            steps += 1
            found = bench.judged(item)
            if found is None or not _alike(found, witness):
                return False
            best = found
            return True

        with suppress(LoadError, RunnerDiedError, RunnerTimeoutError):  # then as far as it came
            shrink(trial.values, fails, plan.optional)
    return best


def _alike(found: Witness, first: Witness) -> bool:
    """Differs in the same respect; else a wrong result would become a different message about nonsense."""
    return found.reason is first.reason and found.expected.kind is first.expected.kind


def _allowed(plan: Plan, trial: Trial, values: Values) -> bool:
    """What fitted still has to."""
    shapes = dict(plan.shapes)

    def fitting(name: str, all_values: Mapping[str, object]) -> bool:
        return fits(shapes.get(name, Anything()), all_values[name])

    return all(fitting(name, values) or not fitting(name, trial.values) for name in values)
