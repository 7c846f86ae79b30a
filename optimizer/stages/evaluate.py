"""One candidate through the referee: guard, equivalence, two measurements, memory, decision."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import (
    Decision,
    Evaluation,
    Instructions,
    Interval,
    Measurement,
    Memory,
    Reason,
    Scaling,
    Verdict,
    VerdictKind,
)
from optimizer.domain.functions import Function
from optimizer.domain.jobs import Stage
from optimizer.domain.settings import Settings
from optimizer.sandbox.runner import LoadError, RunnerDiedError, RunnerTimeoutError, Zygote
from optimizer.stages.accounting import imports_agree
from optimizer.stages.arena import CANDIDATE_SEED, TIMING_SEED, Arena
from optimizer.stages.benchmark import WrongWhileTimedError, measure
from optimizer.stages.counterexample import search, shrunk
from optimizer.stages.ground import Ground, ground
from optimizer.stages.instructions import NotCountedError, count_instructions
from optimizer.stages.scaling import sweep
from optimizer.stages.sizes import SizeClass
from optimizer.stages.verify import Expected, load_failure, verify

Guard = Callable[[Function, Candidate, str], Decision | None]
_MEMORY_FLOOR = 64 * 1024  # bytes under which a rise is nobody's concern
_MOST_MEMORY = 2**62  # bytes; what the sandbox says is kept in a database


@dataclass(frozen=True, slots=True)
class Referee:
    """What judging needs for one function; the same for all of its candidates."""

    arena: Arena
    expected: Expected
    classes: Sequence[SizeClass]
    guard: Guard
    settings: Settings
    protocol: Protocol
    note: Callable[[str], None] = lambda _text: None  # told what could not be measured
    _grounds: list[Ground | None] = field(default_factory=list, repr=False, compare=False)

    def evaluate(self, candidate: Candidate) -> Evaluation:
        """All that can be learned of the candidate, up to the stage that refuses it."""
        began = time.monotonic()
        evaluation = self._evaluate(candidate)
        return replace(
            evaluation, seconds=time.monotonic() - began, call_seconds=call_seconds(evaluation, self.expected)
        )

    def _evaluate(self, candidate: Candidate) -> Evaluation:
        source = self.arena.source.decode("utf-8", "replace")
        refused = self.guard(self.arena.function, candidate, source)
        if refused:
            return Evaluation(candidate, refused)
        verdict = self.verdict(candidate)
        if verdict.kind is not VerdictKind.EQUIVALENT:
            return Evaluation(candidate, _refused(verdict), verdict)
        return self._timed(candidate, verdict)

    def verdict(self, candidate: Candidate) -> Verdict:
        """Whether it behaves the same on the workload. Neither guarded nor timed."""
        try:
            with self.arena.candidate(candidate, CANDIDATE_SEED) as zygote:
                verdict = verify(zygote, self.arena, self.expected, self.settings.float_tolerance)
                return self._shrunk(zygote, verdict)
        except LoadError as error:
            return Verdict(VerdictKind.UNKNOWN, Reason.LOAD_FAILED, load_failure(error))

    def searched(self, candidate: Candidate, verdict: Verdict) -> Verdict:
        """The verdict after looking for an input beyond the workload on which the candidate differs."""
        if verdict.kind is not VerdictKind.EQUIVALENT or not self.settings.search_seconds:
            return verdict
        found = self._ground()
        if found is None:
            return verdict
        try:
            with self.arena.candidate(candidate, CANDIDATE_SEED) as zygote:
                return search(zygote, self.arena, found, candidate, verdict, self.settings)
        except LoadError as error:
            return Verdict(VerdictKind.UNKNOWN, Reason.LOAD_FAILED, load_failure(error))

    def _shrunk(self, zygote: Zygote, verdict: Verdict) -> Verdict:
        if verdict.kind is not VerdictKind.DIFFERENT or not self.settings.search_seconds:
            return verdict
        found = self._ground()
        return shrunk(zygote, self.arena, found, verdict, self.settings) if found else verdict

    def _ground(self) -> Ground | None:
        """Found out once: it is the same for all candidates."""
        if not self._grounds:
            self._grounds.append(ground(self.arena, self.expected, self.settings.seed))
        return self._grounds[0]

    def _timed(self, candidate: Candidate, verdict: Verdict) -> Evaluation:
        first = second = None
        try:
            first = self._measure(candidate, 1)
            if first.reason is not Reason.ACCEPTED:
                return Evaluation(candidate, _decision(first, Stage.BENCHMARK), verdict, first)
            verdict = self.searched(candidate, verdict)
            if verdict.kind is not VerdictKind.EQUIVALENT:
                return Evaluation(candidate, _refused(verdict), verdict, first)
            second = self._measure(candidate, 2)
        except WrongWhileTimedError:
            detail = "a timed call did not return what the original's returned"
            decision = Decision(Stage.BENCHMARK, Reason.WRONG_WHILE_TIMED, detail)
            return Evaluation(candidate, decision, verdict, first, second)
        except (RunnerDiedError, LoadError) as error:
            decision = Decision(Stage.BENCHMARK, Reason.CRASH, str(error))
            return Evaluation(candidate, decision, verdict, first, second)
        except RunnerTimeoutError:
            decision = Decision(Stage.BENCHMARK, Reason.HANG, "no answer while timed")
            return Evaluation(candidate, decision, verdict, first, second)
        return self._decided(Evaluation(candidate, _confirmed(second), verdict, first, second))

    def _decided(self, evaluation: Evaluation) -> Evaluation:
        assert evaluation.second is not None
        if not evaluation.decision.accepted:
            return evaluation
        try:
            memory = self._memory(evaluation.candidate)
        except (RunnerDiedError, RunnerTimeoutError, LoadError) as error:
            decision = Decision(Stage.DECIDE, Reason.MEMORY, f"it cannot be measured: {error or 'no answer'}")
            return replace(evaluation, decision=decision)
        evaluation = replace(evaluation, memory=memory)
        allowed = max(self.settings.max_memory_ratio * memory.original, memory.original + _MEMORY_FLOOR)
        if memory.candidate > allowed:
            detail = f"{memory.original:,} bytes at the peak became {memory.candidate:,}"
            return replace(evaluation, decision=Decision(Stage.DECIDE, Reason.MEMORY, detail))
        scaling, instructions = self._scaling(evaluation.candidate), self._instructions(evaluation.candidate)
        return replace(evaluation, scaling=scaling, instructions=instructions)

    def _measure(self, candidate: Candidate, number: int) -> Measurement:
        seed = self.settings.seed + 1000 * number
        label = f"{self.arena.function.label}: candidate {candidate.id}"
        return again_if_cold(
            lambda other: self._measured(candidate, other), seed, lambda text: self.note(f"{label}: {text}")
        )

    def _measured(self, candidate: Candidate, seed: int) -> Measurement:
        """In a sandbox of its own each time: the second measurement shares nothing with the first."""
        with self.arena.candidate(candidate, TIMING_SEED) as zygote:
            found = measure(self.arena, zygote, self.classes, self.settings.gate, seed, self.protocol)
            late = found.reason is Reason.ACCEPTED and not imports_agree(
                self.arena, candidate, zygote.import_ns
            )
        return replace(found, reason=Reason.WORK_ELSEWHERE) if late else found

    def _memory(self, candidate: Candidate) -> Memory:
        with self.arena.candidate(candidate, TIMING_SEED) as zygote:
            peaks = [self._peak(one) for one in (self.arena.original(TIMING_SEED), zygote)]
        return Memory(*peaks)

    def _scaling(self, candidate: Candidate) -> Scaling | None:
        """Accepted it is already: what cannot be told is left out."""
        try:
            with self.arena.candidate(candidate, TIMING_SEED) as zygote:
                return sweep(self.arena, zygote, self.expected, self.settings.seed)
        except (RunnerDiedError, RunnerTimeoutError, LoadError) as error:
            self.note(f"{self.arena.function.label}: growth with size not measured: {error or 'no answer'}")
            return None

    def _instructions(self, candidate: Candidate) -> Instructions | None:
        if not self.settings.callgrind:
            return None
        largest = self.classes[-1].inputs[-1]
        try:
            return count_instructions(self.arena, candidate, largest, self.expected.outcomes[largest.id])
        except NotCountedError as error:
            self.note(f"{self.arena.function.label}: instructions not counted: {error}")
            return None

    def _peak(self, zygote: Zygote) -> int:
        largest = self.classes[-1].inputs[-1]
        with closing(zygote.fork(self.arena.function.qualname)) as session:
            session.ask("load", [largest.payload], ids=[largest.id])
            answer, _ = session.ask("memory", seconds=60.0, id=largest.id)
        peak = answer.get("peak")
        return min(max(0, peak), _MOST_MEMORY) if isinstance(peak, int) else 0


def again_if_cold(
    measured: Callable[[int], Measurement], seed: int, told: Callable[[str], None]
) -> Measurement:
    """First calls are few and short, and another program's turn is longer than they are: where they alone
    speak against a gain, all of it is measured once more. What has a memory is refused again."""
    found = measured(seed)
    if found.reason is not Reason.COLD_DISAGREES:
        return found
    told("first calls speak against a gain, measured again")
    return measured(seed + 500)


def _refused(verdict: Verdict) -> Decision:
    detail = ""
    if verdict.reason is Reason.LOAD_FAILED and verdict.counterexample:
        detail = verdict.counterexample.actual
    elif verdict.counterexample:
        detail = f"on {verdict.counterexample.input_text[:200]}"
    return Decision(Stage.VERIFY, verdict.reason or Reason.LOAD_FAILED, detail)


def _decision(measurement: Measurement, stage: Stage) -> Decision:
    wall = measurement.wall
    times = f"{wall.estimate:.3f}x ({within(wall)})"
    if measurement.reason is Reason.SLOWER_SIZE:
        worst = min(measurement.rows, key=lambda row: row.ratio.estimate)
        times = f"{worst.ratio.estimate:.3f}x at {worst.label}, {times} overall"
    return Decision(stage, measurement.reason, times)


def within(wall: Interval) -> str:
    """How far the estimate may be off, in words."""
    if not wall.low:  # the first looks say nothing yet of how far it may be off
        return f"too few launches for a {wall.level:.0%} interval"
    return f"{wall.level:.0%} interval {wall.low:.3f} to {wall.high:.3f}"


def _confirmed(second: Measurement) -> Decision:
    """The second measurement decides; whatever it says other than yes is 'not repeated'."""
    decision = _decision(second, Stage.DECIDE)
    if decision.accepted:
        return decision
    kept = (Reason.SLOWER_SIZE, Reason.COLD_DISAGREES, Reason.CPU_DISAGREES, Reason.WORK_ELSEWHERE)
    reason = decision.reason if decision.reason in kept else Reason.NOT_REPEATED
    return replace(decision, reason=reason)


def call_seconds(evaluation: Evaluation, expected: Expected) -> float:
    """Bare running time of the function's calls made for one evaluation, both sides, seconds."""
    total = 0
    if evaluation.verdict:
        total += sum(outcome.nanoseconds for outcome in expected.outcomes.values())
    for measurement in (evaluation.first, evaluation.second):
        if measurement:
            total += sum(sample.wall_ns for sample in measurement.samples)
    return total / 1e9
