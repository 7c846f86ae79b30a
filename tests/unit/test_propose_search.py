"""The search for the best variant, with experts and a referee that are made up."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.domain.evidence import Decision, Evaluation, Interval, Measurement, Reason
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import Stage
from optimizer.ports import Expert
from optimizer.stages.propose import MOST_PER_ROUND, MOST_ROUNDS, Search, search

ORIGINAL = "def f(): return 0"
MODULE = f"import math\n\n{ORIGINAL}\n"


def request() -> ProposalRequest:
    at = MODULE.index(ORIGINAL)
    span = Span(at, at + len(ORIGINAL))
    function = Function("a.py", "f", span, 3, 3, FunctionKind.FUNCTION, False, ORIGINAL, "0")
    return ProposalRequest(function, MODULE)


@dataclass
class Scripted:
    """Proposes by the source it is offered, and remembers what it was offered."""

    answers: Mapping[str, Sequence[Candidate]]
    languages: frozenset[str] = frozenset({"python"})
    name: str = "scripted"
    version: str = "1"
    asked: list[ProposalRequest] = field(default_factory=list)

    def propose(self, request: ProposalRequest) -> Iterator[Candidate]:
        self.asked.append(request)
        yield from self.answers.get(request.function.source, ())


def variant(
    source: str, detail: str = "a-rule", imports: tuple[str, ...] = (), parent: str | None = None
) -> Candidate:
    return Candidate(source, Provenance("scripted", detail, "1", parent=parent), imports)


def judged(candidate: Candidate, ratio: float) -> Evaluation:
    """Accepted with that speed-up; refused when it is none."""
    if ratio <= 1:
        return Evaluation(candidate, Decision(Stage.BENCHMARK, Reason.NOT_FASTER))
    same = Interval(ratio, ratio - 0.01, ratio + 0.01)
    second = Measurement(same, same, same, (), 3, 1.0, Reason.ACCEPTED)
    flattering = Measurement(Interval(9, 8, 10), same, same, (), 3, 1.0, Reason.ACCEPTED)
    return Evaluation(candidate, Decision(Stage.DECIDE, Reason.ACCEPTED), first=flattering, second=second)


def searched(
    expert: Expert, ratios: Mapping[str, float], rejected: frozenset[str] = frozenset(), *others: Expert
) -> Search:
    return search(request(), [expert, *others], lambda one: judged(one, ratios[one.source]), rejected)


def reasons(found: Search) -> dict[str, Reason]:
    return {one.candidate.source: one.decision.reason for one in found.evaluations}


def winner(found: Search) -> str | None:
    return found.winner.candidate.source if found.winner else None


def test_without_proposals_nothing_is_judged() -> None:
    assert searched(Scripted({}), {}) == Search((), None, rounds=1, over=True)


def test_refused_candidates_are_kept_and_none_wins() -> None:
    found = searched(Scripted({ORIGINAL: [variant("a"), variant("b")]}), {"a": 1.0, "b": 0.5})
    assert (winner(found), set(reasons(found).values())) == (None, {Reason.NOT_FASTER})


def test_the_fastest_by_the_second_measurement_wins_and_the_others_are_superseded() -> None:
    found = searched(Scripted({ORIGINAL: [variant("a"), variant("b")]}), {"a": 1.3, "b": 1.9})
    assert winner(found) == "b"
    assert reasons(found) == {"a": Reason.SUPERSEDED, "b": Reason.ACCEPTED}


def test_a_simpler_variant_wins_over_one_that_is_hardly_faster() -> None:
    several = variant("several", detail="one+two")
    found = searched(Scripted({ORIGINAL: [several, variant("one")]}), {"several": 2.0, "one": 1.95})
    assert winner(found) == "one"


def test_a_rules_variant_wins_over_a_models_that_may_be_no_faster() -> None:
    written = Candidate("def f(): return 1", Provenance("model", "m", "1", seed=1))
    for ratio, wins in ((1.995, True), (1.9, True), (1.8, False)):
        rules = variant("def f(): return 2", "a+b")
        found = searched(Scripted({ORIGINAL: (rules, written)}), {rules.source: ratio, written.source: 2.0})
        assert found.winner is not None
        assert (found.winner.candidate == rules) is wins


def test_a_simpler_variant_loses_to_one_that_is_clearly_faster() -> None:
    several = variant("several", detail="one+two")
    found = searched(Scripted({ORIGINAL: [several, variant("one")]}), {"several": 2.0, "one": 1.8})
    assert winner(found) == "several"


def test_an_accepted_variant_is_offered_again_as_if_it_stood_in_the_file() -> None:
    expert = Scripted({ORIGINAL: [variant("a", imports=("import re",))], "a": [variant("b")]})
    found = searched(expert, {"a": 1.5, "b": 2.0})
    again = expert.asked[1]
    assert again.module_source == "import math\n\na\n\nimport re"
    assert again.module_source[again.function.span.start : again.function.span.end] == "a"
    assert again.parent == variant("a", imports=("import re",)).id
    assert winner(found) == "b"
    assert reasons(found) == {"a": Reason.SUPERSEDED, "b": Reason.ACCEPTED}


def test_what_is_built_on_a_variant_brings_the_imports_that_it_uses() -> None:
    parent = variant("a", imports=("import re", "from heapq import merge as join", "import math"))
    expert = Scripted({ORIGINAL: [parent], "a": [variant("join(re, 1)", imports=("import bisect",))]})
    found = searched(expert, {"a": 1.5, "join(re, 1)": 2.0})
    assert found.winner is not None
    assert found.winner.candidate.imports == (
        "import re",
        "from heapq import merge as join",
        "import bisect",
    )


def test_a_variant_that_is_hardly_faster_than_its_parent_does_not_replace_it() -> None:
    expert = Scripted({ORIGINAL: [variant("a")], "a": [variant("b")]})
    found = searched(expert, {"a": 1.5, "b": 1.52})
    assert winner(found) == "a"
    assert reasons(found) == {"a": Reason.ACCEPTED, "b": Reason.SUPERSEDED}


def test_the_search_ends_when_nothing_new_is_proposed() -> None:
    expert = Scripted({ORIGINAL: [variant("a")], "a": [variant("a"), variant(ORIGINAL)]})
    found = searched(expert, {"a": 1.5, ORIGINAL: 1.0})
    assert (len(found.evaluations), len(expert.asked)) == (2, 2)


def test_the_search_ends_after_some_rounds_even_if_every_one_improves() -> None:
    names = [ORIGINAL, *"abcdefgh"]
    expert = Scripted({one: [variant(next_)] for one, next_ in itertools.pairwise(names)})
    found = searched(expert, {name: 2.0**index for index, name in enumerate(names)})
    assert len(found.evaluations) == MOST_ROUNDS
    assert winner(found) == names[MOST_ROUNDS]


def test_no_more_than_some_candidates_of_an_expert_are_judged_in_a_round() -> None:
    many = [variant(str(number)) for number in range(50)]
    found = searched(Scripted({ORIGINAL: many}), {str(number): 1.0 for number in range(50)})
    assert [one.candidate for one in found.evaluations] == many[:MOST_PER_ROUND]


def test_what_a_person_rejected_is_not_judged_again() -> None:
    expert = Scripted({ORIGINAL: [variant("a"), variant("b")]})
    found = searched(expert, {"b": 1.5}, frozenset({variant("a").id}))
    assert reasons(found) == {"b": Reason.ACCEPTED}


def test_the_same_proposal_of_two_experts_is_judged_once() -> None:
    one, other = (Scripted({ORIGINAL: [variant("a", detail)]}) for detail in ("x", "y"))
    told: list[Evaluation] = []
    found = search(request(), [one, other], lambda c: judged(c, 1.0), frozenset(), told.append)
    assert len(found.evaluations) == len(told) == 1


def test_an_expert_of_another_language_is_not_asked() -> None:
    expert = Scripted({ORIGINAL: [variant("a")]}, languages=frozenset({"java"}))
    searched(expert, {})
    assert expert.asked == []
