"""What was judged, as examples to learn from."""

from dataclasses import replace

import pytest

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Decision, Evaluation, Reason, Verdict, VerdictKind
from optimizer.domain.jobs import Stage
from optimizer.domain.results import FunctionResult
from optimizer.experts.ecode.data.results import of_results
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.fields import at_margin
from tests.support.results import function, measurement

HEAD = 'def total(self, xs):\n        """Adds."""\n'
SLOW = f"{HEAD}        t = 0\n        for x in xs:\n            t += x\n        return t"
FAST = f"{HEAD}        return sum(xs)"
BARE = "def total(self, xs):\n    return sum(xs)"


def evaluation(reason: Reason, source: str = FAST, ratio: float | None = None) -> Evaluation:
    candidate = Candidate(source, Provenance("rules", "sum", "1"))
    kind = VerdictKind.DIFFERENT if reason is Reason.DIFFERENT_RESULT else VerdictKind.EQUIVALENT
    found = Evaluation(candidate, Decision(Stage.BENCHMARK, reason), Verdict(kind))
    return found if ratio is None else replace(found, first=measurement(ratio))


def examples(reason: Reason, *evaluations: Evaluation) -> list[Example]:
    of = replace(function("total"), source=SLOW)
    return list(of_results([FunctionResult(of, Decision(Stage.DECIDE, reason), evaluations=evaluations)]))


def test_an_accepted_candidate_is_written_for_the_original() -> None:
    (found,) = examples(Reason.ACCEPTED, evaluation(Reason.ACCEPTED, ratio=3.0))
    assert (found.task, found.target, found.weight, found.decile) == (Task.FASTER, BARE, 1.0, 9)
    assert found.fields.code.startswith("def total(self, xs):\n    t = 0\n")
    assert (found.fields.description, found.licence, found.problem) == (
        "Adds.",
        "",
        function("total").content_hash,
    )


def test_the_original_is_written_for_a_slower_candidate_and_for_itself() -> None:
    slower, itself = examples(Reason.NONE_ACCEPTED, evaluation(Reason.NOT_FASTER, ratio=0.5))
    assert (slower.task, slower.fields.code) == (Task.FASTER, BARE)
    assert slower.target == itself.target == itself.fields.code
    assert itself.task is Task.UNCHANGED


@pytest.mark.parametrize(
    "refused",
    [
        evaluation(Reason.DIFFERENT_RESULT, ratio=0.5),
        evaluation(Reason.NOT_FASTER, ratio=0.99),
        evaluation(Reason.SYNTAX),
        evaluation(Reason.NOT_FASTER, "x = 1", ratio=0.5),
    ],
)
def test_a_wrong_candidate_or_one_as_fast_teaches_nothing(refused: Evaluation) -> None:
    assert [one.task for one in examples(Reason.NONE_ACCEPTED, refused)] == [Task.UNCHANGED]


def test_a_method_is_moved_to_the_margin_but_for_what_stands_in_strings() -> None:
    assert at_margin(FAST) == 'def total(self, xs):\n    """Adds."""\n    return sum(xs)'
    string = "'''\n        a'''"
    assert at_margin(f"def f():\n        return {string}") == f"def f():\n    return {string}"
    assert at_margin("def f(") == "def f("
    assert at_margin("def f(): return 1") == "def f(): return 1"
