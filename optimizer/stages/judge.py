"""One function from its workload to its result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.evidence import Decision, Evaluation, Reason
from optimizer.domain.functions import Function
from optimizer.domain.jobs import Stage
from optimizer.domain.results import FunctionResult
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import FunctionProfile, Workload
from optimizer.ports import Expert
from optimizer.sandbox.runner import RunnerDiedError, RunnerTimeoutError
from optimizer.stages.arena import Arena
from optimizer.stages.benchmark import calibrate
from optimizer.stages.evaluate import Guard, Referee
from optimizer.stages.propose import Search, proposals, search
from optimizer.stages.sizes import size_classes
from optimizer.stages.verify import original_outcomes

_WORKLOAD_SECONDS = 20.0  # for one run of the original over all inputs


@dataclass(frozen=True, slots=True)
class Panel:
    """Who proposes and who judges: the same for all functions of a job."""

    experts: Sequence[Expert]
    guard: Guard
    settings: Settings
    protocol: Protocol
    rejected: frozenset[str] = frozenset()  # candidates a person rejected before
    note: Callable[[str], None] = lambda _text: None  # told what could not be measured


def judge(
    arena: Arena,
    workload: Workload,
    profile: FunctionProfile | None,
    dependencies: frozenset[str],
    panel: Panel,
    told: Callable[[Evaluation], None] = lambda _evaluation: None,
    imported: tuple[tuple[str, str], ...] = (),
) -> FunctionResult:
    """From a workload to the best accepted candidate, or to where the function stopped."""
    module_source = arena.source.decode("utf-8", "replace")
    request = ProposalRequest(
        arena.function, module_source, dependencies, workload.visible, imported=imported
    )
    referee = _attempted(arena, workload, panel)
    if isinstance(referee, Decision):
        (proposed,) = proposals(panel.experts, [request])
        tried = Search(guarded(arena, proposed, panel))
        return FunctionResult(arena.function, referee, workload, profile, tried.evaluations)
    return concluded(
        arena.function,
        workload,
        profile,
        search(request, panel.experts, referee.evaluate, panel.rejected, told),
    )


def judge_round(
    arena: Arena,
    workload: Workload,
    candidates: Sequence[Candidate],
    panel: Panel,
    told: Callable[[Evaluation], None] = lambda _evaluation: None,
) -> list[Evaluation] | Decision:
    """The candidates of one round, one after the other; a Decision when the function cannot be judged."""
    referee = _attempted(arena, workload, panel)
    if isinstance(referee, Decision):
        return referee
    evaluations = []
    for candidate in candidates:
        evaluations.append(referee.evaluate(candidate))
        told(evaluations[-1])
    return evaluations


def concluded(
    function: Function, workload: Workload, profile: FunctionProfile | None, tried: Search
) -> FunctionResult:
    """Where a function stopped whose search is over."""
    if tried.winner is None:
        return FunctionResult(function, _none_accepted(tried), workload, profile, tried.evaluations)
    decision, winner = tried.winner.decision, tried.winner.candidate.id
    return FunctionResult(function, decision, workload, profile, tried.evaluations, winner)


def _attempted(arena: Arena, workload: Workload, panel: Panel) -> Referee | Decision:
    if not workload.inputs:
        return Decision(Stage.COLLECT, Reason.NO_WORKLOAD, _why_none(workload))
    try:
        return make_referee(arena, workload, panel)
    except (RunnerDiedError, RunnerTimeoutError) as error:
        return Decision(Stage.COLLECT, Reason.NOT_CALLABLE, f"the sandbox ended: {error}")


def guarded(arena: Arena, candidates: Sequence[Candidate], panel: Panel) -> tuple[Evaluation, ...]:
    """What can be said of the candidates of a function that cannot be run."""
    source = arena.source.decode("utf-8", "replace")
    decisions = [(one, panel.guard(arena.function, one, source)) for one in candidates]
    return tuple(Evaluation(one, decision) for one, decision in decisions if decision)


def make_referee(arena: Arena, workload: Workload, panel: Panel) -> Referee | Decision:
    """Observes the original and calibrates its samples; a Decision says why it cannot be judged."""
    settings = panel.settings
    expected = original_outcomes(arena, workload.inputs, settings.call_seconds, _WORKLOAD_SECONDS)
    if isinstance(expected, Decision):
        return expected
    classes = size_classes(expected, panel.protocol, settings.float_tolerance)
    if not classes:
        return Decision(Stage.COLLECT, Reason.ORIGINAL_FAILS, "no input that is quick enough to be timed")
    classes = calibrate(arena, classes, panel.protocol)
    return Referee(arena, expected, classes, panel.guard, settings, panel.protocol, panel.note)


def _none_accepted(tried: Search) -> Decision:
    """Named after the candidate that came furthest."""
    order = list(Stage)
    if not tried.evaluations:
        return Decision(Stage.PROPOSE, Reason.NO_CANDIDATE, "none but what a person rejected before")
    furthest = max(tried.evaluations, key=lambda one: order.index(one.decision.stage)).decision
    return Decision(furthest.stage, Reason.NONE_ACCEPTED, f"{furthest.reason}: {furthest.detail}")


def _why_none(workload: Workload) -> str:
    return ", ".join(f"{reason}: {count}" for reason, count in workload.skipped) or "no calls, no annotations"
