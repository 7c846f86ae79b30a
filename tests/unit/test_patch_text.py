from dataclasses import replace

import pytest

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import (
    Contract,
    Decision,
    Evaluation,
    Exponent,
    Interval,
    Measurement,
    Memory,
    Reason,
    Scaling,
    SizeRow,
    Verdict,
    VerdictKind,
)
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import Stage
from optimizer.domain.patches import Surroundings
from optimizer.domain.results import FunctionResult
from optimizer.stages.publish_text import patch_text, patch_title

BRANCH = "optimizer/parse-parse_row-set-list-123abc"
SURROUNDINGS = Surroundings("3.11.7", (), "0.1.0", "Some CPU @ 2.00GHz", "Linux 6.1")
FUNCTION = Function(
    "src/pkg/parse.py", "parse_row", Span(0, 1), 1, 1, FunctionKind.FUNCTION, False, "x", "00"
)
CONTRACT = Contract(
    argument_types=(("rows", "list[str] | None"), ("limit", "int")),
    inputs_by_origin=(("recorded", 80), ("generated", 40)),
    held_out=60,
    raising=5,
    not_checked=("threads that call it at once", "inputs of other types"),
)


def measurement(estimate: float, low: float, high: float) -> Measurement:
    rows = (
        SizeRow("10 elements", 10, 1200.0, 1260.0, Interval(0.952, 0.941, 0.963)),
        SizeRow("1,000 elements", 1000, 4_560_000.0, 23_400.0, Interval(194.9, 190.1, 199.7)),
    )
    whole = Interval(estimate, low, high)
    return Measurement(whole, Interval(3.1, 3.0, 3.2), Interval(2.9, 2.5, 3.3), rows, 5, 1.0, Reason.ACCEPTED)


def evaluation(**changes: object) -> Evaluation:
    whole = Evaluation(
        Candidate(
            "def f(): ...", Provenance("rules", "list-membership", "3"), (), "A set instead of a list."
        ),
        Decision(Stage.DECIDE, Reason.ACCEPTED),
        Verdict(VerdictKind.EQUIVALENT, contract=CONTRACT),
        first=measurement(9.99, 9.9, 10.1),
        second=measurement(3.24, 3.17, 3.31),
        memory=Memory(1_200_000, 1_350_000),
        scaling=Scaling((), Exponent(1.98, 1.9, 2.1), Exponent(1.02, 0.9, 1.1)),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # fields by name


def text_of(changed: Evaluation) -> str:
    result = FunctionResult(FUNCTION, changed.decision)
    return patch_text(result, changed, "ab" * 20, BRANCH, SURROUNDINGS)


def test_the_title_claims_the_second_measurement_with_its_interval() -> None:
    assert text_of(evaluation()).splitlines()[0] == "Speed up parse_row 3.2x (99% CI 3.1-3.4x)"
    assert text_of(evaluation()).splitlines()[1] == ""
    assert "9.9" not in text_of(evaluation())


@pytest.mark.parametrize(
    ("interval", "claim"),
    [
        (Interval(1.074, 1.0519, 1.0961), "1.07x (99% CI 1.05-1.10x)"),
        (Interval(3.0, 3.0, 3.0), "3.0x (99% CI 3.0-3.0x)"),
        (Interval(194.9, 190.1, 199.7, 0.95), "195x (95% CI 190-200x)"),
    ],
)
def test_intervals_are_rounded_outwards(interval: Interval, claim: str) -> None:
    assert patch_title(FUNCTION, interval) == f"Speed up parse_row {claim}"


@pytest.mark.parametrize("name", ["f", "Class.method", "Long" * 12 + ".method", "very_long_name" * 8])
def test_the_title_is_never_longer_than_git_shows(name: str) -> None:
    title = patch_title(replace(FUNCTION, qualname=name), Interval(1.074, 1.0519, 1.0961))
    assert len(title) <= 72
    assert title.endswith("1.07x (99% CI 1.05-1.10x)")


def test_every_size_is_in_the_table_and_the_slower_one_is_marked() -> None:
    lines = text_of(evaluation()).splitlines()
    assert "  10 elements     1.20 us  1.26 us  0.95x (0.94-0.97x)  slower" in lines
    assert "  1,000 elements  4.56 ms  23.4 us  195x (190-200x)" in lines


def test_memory_is_told_with_sign_and_ratio() -> None:
    lines = text_of(evaluation()).splitlines()
    line = "Peak memory of one call, largest input: 1.20 MB before, 1.35 MB after (+12 %, 1.12x)."
    assert line in lines
    assert "Peak memory" not in text_of(evaluation(memory=None))


def test_the_contract_says_what_was_checked_and_what_was_not() -> None:
    text = " ".join(text_of(evaluation()).split())
    assert "120 inputs (80 recorded, 40 generated); 60 of them held out" in text
    assert "On 5 the original raises" in text
    assert "Floats are compared bit for bit" in text
    assert "rows: list[str] | None" in text
    assert "Not checked: - threads that call it at once - inputs of other types" in text


def test_a_tolerance_for_floats_is_stated() -> None:
    contract = replace(CONTRACT, tolerance=1e-9, not_checked=(), argument_types=())
    text = text_of(evaluation(verdict=Verdict(VerdictKind.EQUIVALENT, contract=contract)))
    assert "Floats are compared within a relative tolerance of 1e-09." in text
    assert "Not checked" not in text
    assert "Argument types" not in text


def test_a_search_says_what_it_tried_and_reached() -> None:
    assert "counterexample" not in text_of(evaluation())
    contract = replace(CONTRACT, searched=640, original_branches=6, candidate_branches=1)
    text = " ".join(text_of(evaluation(verdict=Verdict(VerdictKind.EQUIVALENT, contract=contract))).split())
    assert "tried 640 more inputs, which reached 6 branches of the original and 1 of the change" in text


def test_the_commands_to_reproduce_and_to_revert_stand_on_lines_of_their_own() -> None:
    lines = text_of(evaluation()).splitlines()
    assert f"  optimizer verify {BRANCH}" in lines
    assert f"  git revert {BRANCH}" in lines


def test_machine_and_base_are_named() -> None:
    text = " ".join(text_of(evaluation()).split())
    assert "Python 3.11.7, Some CPU @ 2.00GHz, with optimizer 0.1.0; base commit abababababab." in text


def test_no_line_is_longer_than_a_hundred_characters() -> None:
    contract = replace(CONTRACT, argument_types=(("x", "dict[str," * 40),), not_checked=("word " * 60,))
    changed = evaluation(verdict=Verdict(VerdictKind.EQUIVALENT, contract=contract))
    assert max(map(len, text_of(changed).splitlines())) <= 100


def test_a_summary_cannot_add_lines_of_its_own() -> None:
    candidate = replace(evaluation().candidate, summary="fast\n\nSigned-off-by: someone\x1b[31m")
    text = text_of(evaluation(candidate=candidate))
    assert "What changed: fast Signed-off-by: someone [31m" in text.splitlines()


def test_without_a_second_measurement_there_is_no_text() -> None:
    with pytest.raises(ValueError, match="second"):
        text_of(evaluation(second=None))
