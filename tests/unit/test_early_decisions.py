"""Which functions end before anything is run: what experts and models say of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import Stage
from optimizer.domain.settings import Settings
from optimizer.ports import Expert
from optimizer.stages.extract import early_decisions


@dataclass
class Rule:
    """Proposes for the functions with these names."""

    names: frozenset[str]
    name: str = "rule"
    version: str = "1"
    languages: frozenset[str] = frozenset({"python"})
    asked: list[str] = field(default_factory=list)

    def propose(self, request: ProposalRequest) -> list[Candidate]:
        self.asked.append(request.function.name)
        one = Candidate("def f(): pass", Provenance("rule", "r", "1"))
        return [one] if request.function.name in self.names else []


@dataclass
class Model(Rule):
    batches: list[list[str]] = field(default_factory=list)

    def propose_batch(self, requests: Sequence[ProposalRequest]) -> list[list[Candidate]]:
        raise AssertionError("asked for candidates before anything was run")

    def ready(self) -> None: ...

    def would_change(self, requests: Sequence[ProposalRequest]) -> list[bool]:
        self.batches.append([request.function.name for request in requests])
        return [request.function.name in self.names for request in requests]


def function(name: str, kind: FunctionKind = FunctionKind.FUNCTION) -> Function:
    return Function("shop.py", name, Span(0, 0), 1, 1, kind, False, "def f(): ...", name)


def request(of: Function) -> ProposalRequest:
    return ProposalRequest(of, of.source)


def decided(functions: Sequence[Function], experts: Sequence[Expert]) -> list[Reason | None]:
    found = list(early_decisions(functions, lambda _: None, request, Settings(), experts))
    assert [one for one, _ in found] == list(functions)
    return [decision.reason if decision else None for _, decision in found]


def test_functions_of_which_no_expert_says_anything_are_not_run() -> None:
    functions = [function("a"), function("b"), function("c", FunctionKind.NESTED)]
    assert decided(functions, [Rule(frozenset("a"))]) == [None, Reason.NO_CANDIDATE, Reason.NESTED]


def test_a_model_is_asked_once_for_all_functions_that_the_others_leave() -> None:
    model, rule = Model(frozenset("b")), Rule(frozenset("a"))
    functions = [function(name) for name in "abc"]
    assert decided(functions, [model, rule]) == [None, None, Reason.NO_CANDIDATE]
    assert (model.batches, rule.asked) == ([["b", "c"]], ["a", "b", "c"])


def test_very_many_functions_are_asked_about_in_several_batches() -> None:
    model = Model(frozenset({"f99"}))
    found = decided([function(f"f{number}") for number in range(100)], [model])
    assert [number for number, reason in enumerate(found) if reason is None] == [99]
    assert [len(batch) for batch in model.batches] == [64, 36]


def test_what_the_caller_knows_already_is_asked_of_nobody() -> None:
    rule, held = Rule(frozenset("ab")), Decision(Stage.ROUTE, Reason.UNDER_REVIEW)
    functions = [function("a"), function("b")]
    found = early_decisions(
        functions, lambda one: held if one.name == "a" else None, request, Settings(), [rule]
    )
    assert [decision for _, decision in found] == [held, None]
    assert rule.asked == ["b"]
