"""Looks for the input on which a candidate differs from the original, beyond the workload.

Coverage-guided, as fuzzers work (AFL, libFuzzer): later inputs are made from those that were the first to
reach a branch of either version; what both texts compare with is put into them (workloads/mined.py). Two
processes make all the calls; what differs between them is only suspected until fresh ones confirm it.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from random import Random

from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Contract, Reason, Verdict, VerdictKind
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import LoadError, RunnerDiedError, RunnerTimeoutError, Zygote
from optimizer.stages.arena import TIMING_SEED, Arena
from optimizer.stages.confirm import Witness, confirmed, smaller_than_the_workload, smallest
from optimizer.stages.ground import Ground
from optimizer.stages.observe import Outcome, OutcomeKind
from optimizer.stages.verify import difference
from optimizer.stages.workers import Worker
from optimizer.workloads.calls import values_of
from optimizer.workloads.corpus import Corpus, Trial, input_of
from optimizer.workloads.mined import mine

_BATCH = 32
_LEAST, _MOST = 600, 4_000  # inputs: tried at least; at most
_QUIET = 400  # inputs without a new branch, after which the search ends
_EXPLORING = 0.4  # seconds for one call of the original
_SLOW_NS = 30_000_000
_MOST_SLOW = 8
_MOST_SUSPECTS = 6  # unconfirmed ones: the original is not the same every time
_ENDED = (OutcomeKind.UNUSABLE, OutcomeKind.HUNG, OutcomeKind.DIED)
# Where the original runs out of stack, a loop in its place may run for ages on the huge numbers that are
# tried here: whether it ends is asked of the workload's inputs alone.
_NOT_ASKED = (*_ENDED, OutcomeKind.RESOURCE)


@dataclass(slots=True)
class _Search:
    arena: Arena
    ground: Ground
    corpus: Corpus
    original: Worker
    candidate: Worker
    settings: Settings
    deadline: float
    tried: int = 0
    quiet: int = 0
    slow: int = 0
    too_large: list[tuple[int, int]] = field(default_factory=list)

    def suspects(self) -> Iterator[tuple[Trial, Input]]:
        """Inputs on which the two processes differed."""
        for batch in _batches(self._inputs()):
            if self._over():
                return
            yield from self._differing(batch)

    def _over(self) -> bool:
        enough = self.tried >= _LEAST and self.quiet >= _QUIET
        return enough or self.tried >= _MOST or self.slow > _MOST_SLOW or time.monotonic() > self.deadline

    def _inputs(self) -> Iterator[tuple[Trial, Input]]:
        """Each call once. Ends when nothing new comes any more."""
        known: set[str] = set()
        repeated = 0
        for trial in self.corpus.trials():
            item = input_of(self.ground.plan, trial)
            if item is None or item.id in known or self._is_too_large(trial, item):
                repeated += 1
                if repeated > 2_000:
                    return
                continue
            repeated = 0
            known.add(item.id)
            yield trial, item

    def _is_too_large(self, trial: Trial, item: Input) -> bool:
        return any(item.size >= size and _magnitude(trial) >= number for size, number in self.too_large)

    def _differing(self, batch: Sequence[tuple[Trial, Input]]) -> Iterator[tuple[Trial, Input]]:
        """What differs in what calls leave behind is seen after the batch, and then looked for again, call by
        call in fresh processes."""
        found = False
        for trial, item, reason in self._compared(batch, stateful=False):
            if reason is not Reason.DIFFERENT_STATE:
                yield trial, item
            found = found or reason is Reason.DIFFERENT_STATE
        if found:
            self.original.close()
            self.candidate.close()
            for trial, item, _ in self._compared(batch, stateful=True):
                yield trial, item

    def _compared(
        self, batch: Sequence[tuple[Trial, Input]], stateful: bool
    ) -> Iterator[tuple[Trial, Input, Reason]]:
        """Those on which the two processes differ."""
        trials = {item.id: trial for trial, item in batch}
        expected: dict[str, Outcome] = {}
        usable: list[Input] = []
        news: dict[str, bool] = {}
        items = [item for _, item in batch]
        for item, outcome, new in self.original.explore(items, lambda _: _EXPLORING, stateful):
            expected[item.id], news[item.id] = outcome, new
            if outcome.nanoseconds > _SLOW_NS or outcome.kind in _ENDED:
                self._note_slow(trials[item.id], item, outcome)
            if outcome.kind not in _NOT_ASKED and not outcome.opaque:
                usable.append(item)
            if self._pressed():
                break

        def patience(item: Input) -> float:
            return max(_EXPLORING, 10e-9 * expected[item.id].nanoseconds + 0.3)

        for item, outcome, new in self.candidate.explore(usable, patience, stateful):
            self.tried += 1
            found_new = new or news[item.id]
            self.quiet = 0 if found_new else self.quiet + 1
            if found_new:
                self.corpus.learn(trials[item.id])
            reason = self._difference(expected[item.id], outcome)
            if reason and self._counts(expected[item.id]):
                yield trials[item.id], item, reason

    def _difference(self, expected: Outcome, actual: Outcome) -> Reason | None:
        if not (expected.state and actual.state):  # it was looked at on one side only, if at all
            expected, actual = replace(expected, state=b""), replace(actual, state=b"")
        return difference(expected, actual, self.settings.float_tolerance)

    def _counts(self, expected: Outcome) -> bool:
        """Where nothing says what types are taken, how nonsense fails says nothing."""
        return self.ground.telling or expected.kind is OutcomeKind.RETURNED

    def _pressed(self) -> bool:
        return self.slow > _MOST_SLOW or time.monotonic() > self.deadline

    def _note_slow(self, trial: Trial, item: Input, outcome: Outcome) -> None:
        if outcome.kind is not OutcomeKind.UNUSABLE:
            self.slow += 1
            self.too_large.append((item.size, _magnitude(trial)))


def _magnitude(trial: Trial) -> int:
    """Of the largest number that is an argument itself: what loops count up to."""
    return max((abs(value) for value in trial.values.values() if isinstance(value, int)), default=0)


def _batches(items: Iterator[tuple[Trial, Input]]) -> Iterator[list[tuple[Trial, Input]]]:
    while batch := list(itertools.islice(items, _BATCH)):
        yield batch


def search(
    zygote: Zygote, arena: Arena, ground: Ground, candidate: Candidate, verdict: Verdict, settings: Settings
) -> Verdict:
    """The verdict, with what was searched; DIFFERENT with the smallest input found on which it differs."""
    function = arena.function
    module = arena.source.decode("utf-8", "replace")
    random = Random(f"{function.content_hash}:{candidate.source}:{settings.seed}:search")
    corpus = Corpus(ground.plan, mine(function.source, candidate.source, module), list(ground.seeds), random)
    deadline = time.monotonic() + settings.search_seconds
    with (
        closing(Worker(lambda: arena.original(TIMING_SEED).fork(function.qualname))) as original,
        closing(Worker(lambda: zygote.fork(function.qualname))) as tried,
    ):
        state = _Search(arena, ground, corpus, original, tried, settings, deadline)
        try:
            found = _first(state, zygote)
        except (LoadError, RunnerDiedError, RunnerTimeoutError):
            found = None  # the search is at its end; the verdict of the workload stands
        if found is None:
            return replace(verdict, contract=_told(verdict.contract, state))
        return found


def shrunk(zygote: Zygote, arena: Arena, ground: Ground, verdict: Verdict, settings: Settings) -> Verdict:
    """The verdict, with the workload's own counterexample made smaller where its arguments are plain."""
    example = verdict.counterexample
    base = ground.bases.get(example.input_id) if example else None
    if example is None or base is None or base.call.opaque:
        return verdict
    trial = Trial(values_of(ground.plan.target, base), base, "of the workload")
    try:
        found = smaller_than_the_workload(arena, zygote, ground.plan, trial, example, settings)
    except (LoadError, RunnerDiedError, RunnerTimeoutError):
        return verdict
    return replace(verdict, counterexample=found)


def _first(state: _Search, zygote: Zygote) -> Verdict | None:
    for trial, item in itertools.islice(state.suspects(), _MOST_SUSPECTS):
        witness = confirmed(state.arena, zygote, item, state.settings)
        if witness is not None:
            return _different(state, zygote, trial, witness)
    return None


def _different(state: _Search, zygote: Zygote, trial: Trial, witness: Witness) -> Verdict:
    example = smallest(state.arena, zygote, state.ground.plan, trial, witness, state.settings)
    return Verdict(VerdictKind.DIFFERENT, witness.reason, example)


def _told(contract: Contract, state: _Search) -> Contract:
    return replace(
        contract,
        searched=state.tried,
        original_branches=len(state.original.reached),
        candidate_branches=len(state.candidate.reached),
    )
