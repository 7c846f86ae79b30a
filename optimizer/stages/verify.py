"""Equivalence: the original's outcomes on every input, and a candidate held against them.

Bytes are compared here, outside the sandbox; the sandbox never sees what is expected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from optimizer import canonical
from optimizer.domain.evidence import Contract, Counterexample, Decision, Reason, Verdict, VerdictKind
from optimizer.domain.jobs import Stage
from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import LoadError, RunnerDiedError, RunnerTimeoutError, Zygote
from optimizer.stages.arena import SEEDS, Arena
from optimizer.stages.contract import contract
from optimizer.stages.observe import Outcome, OutcomeKind, observe

_NOTHING_TO_SAY = (OutcomeKind.UNUSABLE, OutcomeKind.HUNG, OutcomeKind.DIED)
_RESOURCE = (OutcomeKind.RESOURCE, OutcomeKind.HUNG, OutcomeKind.DIED)
_MIN_RETURNING = 4  # inputs on which the original returns; fewer prove too little
_MOST_DEATHS = 20  # processes of the original that hang or end: the inputs after them are to be tried, too


@dataclass(frozen=True, slots=True)
class Expected:
    """What the original does, the same under every hash seed tried."""

    inputs: tuple[Input, ...]  # those that count
    outcomes: Mapping[str, Outcome]
    unusable: int
    contract: Contract = field(default_factory=Contract)  # made once: it is the same for every candidate


def original_outcomes(
    arena: Arena, inputs: Sequence[Input], call_seconds: float, budget_seconds: float
) -> Expected | Decision:
    """Runs the original twice, in separate processes with different hash seeds."""
    name = arena.function.qualname
    runs: list[dict[str, Outcome]] = []
    left: Sequence[Input] = inputs
    for seed in SEEDS:
        try:
            zygote = arena.original(seed)
            run = observe(
                lambda z=zygote: z.fork(name),  # type: ignore[misc]  # a default is not inferred
                left,
                lambda _: call_seconds,
                True,
                budget_seconds,
                most_deaths=_MOST_DEATHS,
            )
        except LoadError as error:
            return Decision(Stage.COLLECT, Reason.NOT_CALLABLE, str(error))
        except (RunnerDiedError, RunnerTimeoutError) as error:
            return Decision(Stage.COLLECT, Reason.NOT_CALLABLE, f"the process ended: {error}")
        runs.append(run)
        left = [item for item in left if item.id in run and run[item.id].kind not in _NOTHING_TO_SAY]
    settled = _settle(left, runs, len(inputs) - len(left))
    return replace(settled, contract=_contract(arena, settled)) if isinstance(settled, Expected) else settled


def _settle(
    inputs: Sequence[Input], runs: Sequence[Mapping[str, Outcome]], unusable: int
) -> Expected | Decision:
    first, second = runs
    both = [item for item in inputs if item.id in second]
    for item in both:
        if not agree(first[item.id], second[item.id]):
            return Decision(
                Stage.COLLECT, Reason.NONDETERMINISTIC, f"disagrees with itself on {item.text[:200]}"
            )
    returning = [item for item in both if first[item.id].kind is OutcomeKind.RETURNED]
    if any(first[item.id].opaque for item in returning):
        return Decision(Stage.COLLECT, Reason.OPAQUE, "results hold objects that cannot be compared")
    ran = sum(outcome.kind is not OutcomeKind.UNUSABLE for outcome in first.values())
    if not ran:
        return Decision(Stage.COLLECT, Reason.NO_WORKLOAD, "no input could be used in the sandbox")
    gone = sum(outcome.kind in (OutcomeKind.HUNG, OutcomeKind.DIED) for outcome in first.values())
    if len(returning) < max(_MIN_RETURNING, gone):
        detail = f"returns on {len(returning)} of {ran} inputs"
        detail += f", hangs or ends its process on {gone}" if gone else ""
        return Decision(Stage.COLLECT, Reason.ORIGINAL_FAILS, detail)
    return Expected(tuple(both), first, unusable)


def agree(one: Outcome, other: Outcome) -> bool:
    """Whether two runs of the original say the same, as far as resources let them say anything."""
    either = one.kind in _RESOURCE or other.kind in _RESOURCE
    return either or _difference(one, other, 0.0) is None


def _difference(expected: Outcome, actual: Outcome, tolerance: float) -> Reason | None:
    """In which respect two outcomes differ; None when they do not."""
    if actual.kind is OutcomeKind.DIED:
        return Reason.CRASH
    if actual.kind is OutcomeKind.HUNG:
        return Reason.HANG
    if expected.kind is not actual.kind:
        return Reason.DIFFERENT_EXCEPTION
    if not canonical.same(expected.result, actual.result, tolerance):
        return _different_result(expected, actual)
    if not canonical.same(expected.arguments, actual.arguments, tolerance):
        return Reason.DIFFERENT_ARGUMENTS
    if expected.stdout != actual.stdout:
        return Reason.DIFFERENT_OUTPUT
    if expected.effects != actual.effects:
        return Reason.DIFFERENT_EFFECTS
    return Reason.DIFFERENT_STATE if expected.state != actual.state else None


def _different_result(expected: Outcome, actual: Outcome) -> Reason:
    """Named after its cause: arguments that were changed, or shared with the result, change it too."""
    if expected.kind is OutcomeKind.RAISED:
        return Reason.DIFFERENT_EXCEPTION
    if expected.arguments != actual.arguments or _alike(expected, actual):
        return Reason.DIFFERENT_ARGUMENTS
    return Reason.DIFFERENT_RESULT


def _alike(expected: Outcome, actual: Outcome) -> bool:
    """Whether the results differ only in what they share with the arguments."""
    try:
        return canonical.unshared(expected.arguments, expected.result) == canonical.unshared(
            actual.arguments, actual.result
        )
    except canonical.BadEncodingError:
        return False


def difference(expected: Outcome, actual: Outcome, tolerance: float) -> Reason | None:
    """As the contract has it: where the original ran out of a resource, anything but a hang or a
    death will do."""
    if expected.kind is OutcomeKind.RESOURCE:
        ended = actual.kind in (OutcomeKind.HUNG, OutcomeKind.DIED)
        return _difference(expected, actual, tolerance) if ended else None
    return _difference(expected, actual, tolerance)


def verify(zygote: Zygote, arena: Arena, expected: Expected, tolerance: float) -> Verdict:
    """Runs the candidate on every input until the first counterexample."""

    def limit(item: Input) -> float:
        return max(1.0, 10e-9 * expected.outcomes[item.id].nanoseconds + 0.5)

    def stop(item: Input, outcome: Outcome) -> bool:
        return difference(expected.outcomes[item.id], outcome, tolerance) is not None

    try:
        found = observe(
            lambda: zygote.fork(arena.function.qualname), _cheap_first(expected), limit, False, 120.0, stop
        )
    except (LoadError, RunnerDiedError, RunnerTimeoutError) as error:
        return Verdict(VerdictKind.UNKNOWN, Reason.LOAD_FAILED, load_failure(error))
    for item in expected.inputs:
        if item.id in found:
            reason = difference(expected.outcomes[item.id], found[item.id], tolerance)
            if reason:
                example = _counterexample(item, expected.outcomes[item.id], found[item.id], reason)
                return Verdict(VerdictKind.DIFFERENT, reason, example)
    if len(found) < len(expected.inputs):
        return Verdict(VerdictKind.UNKNOWN, Reason.HANG)
    return Verdict(VerdictKind.EQUIVALENT, contract=replace(expected.contract, tolerance=tolerance))


def _cheap_first(expected: Expected) -> list[Input]:
    """Small inputs first: their counterexamples are easier to read. The same order in every run."""
    return sorted(expected.inputs, key=lambda item: (item.size, item.id))


def load_failure(error: Exception) -> Counterexample:
    return Counterexample("", "importing the module", "", "loads", str(error) or type(error).__name__)


def _counterexample(item: Input, expected: Outcome, actual: Outcome, reason: Reason) -> Counterexample:
    return Counterexample(item.id, item.text, item.origin, *described(expected, actual, reason))


def described(expected: Outcome, actual: Outcome, reason: Reason) -> tuple[str, str]:
    """What differs, for people. Arguments may be alike, and the results alike too but for what they share."""
    if reason is Reason.DIFFERENT_ARGUMENTS and expected.arguments == actual.arguments:
        return f"result: {_show(expected.result)}", f"result: {_show(actual.result)}"
    return describe(expected, reason), describe(actual, reason)


def describe(outcome: Outcome, reason: Reason) -> str:
    """The part of an outcome that matters for a difference, for people."""
    if outcome.kind in (OutcomeKind.HUNG, OutcomeKind.DIED, OutcomeKind.UNUSABLE):
        return f"{outcome.kind}: {outcome.note}"
    if reason is Reason.DIFFERENT_OUTPUT:
        return outcome.stdout.decode("utf-8", "replace")[:1000]
    if reason is Reason.DIFFERENT_EFFECTS:
        return outcome.effects.decode("utf-8", "replace")[:1000] or "none"
    part = {Reason.DIFFERENT_ARGUMENTS: outcome.arguments, Reason.DIFFERENT_STATE: outcome.state}
    shown = _show(part.get(reason, outcome.result))
    return shown if outcome.kind is OutcomeKind.RETURNED or reason in part else f"{outcome.kind}: {shown}"


def _show(data: bytes) -> str:
    try:
        return canonical.show(canonical.decode(data), 1000)
    except canonical.BadEncodingError as error:
        return f"not readable: {error}"


def _contract(arena: Arena, expected: Expected) -> Contract:
    pairs = [(str(item.origin), item.held_out, expected.outcomes[item.id]) for item in expected.inputs]
    return contract(arena.parameters, pairs, expected.unusable)
