"""What the figures of judged pairs count, and which accepted reversed pairs speak against the referee."""

from pathlib import Path

import pytest

from benchmarks import pair_limits, pair_report, program_inputs
from benchmarks.pair_judging import Judged, Row, row_of
from benchmarks.pairs import Loaded
from optimizer.domain.workloads import Input, Origin
from optimizer.workloads import payloads

_FASTER = {"reason": "accepted", "estimate": 2.0, "low": 1.8, "high": 2.2, "launches": 3}
_SLOWER = {"reason": "not-faster", "estimate": 0.5, "low": 0.4, "high": 0.6, "launches": 2}
_ACCEPTED = Judged(verdict="equivalent", reason="accepted", first=_FASTER, second=_FASTER)
_REFUSED = Judged(verdict="equivalent", reason="not-faster", first=_SLOWER)
_EXAMPLE = {"input": "subject.Solution(), []", "expected": "0", "actual": "raised: x|y", "inside": False}
_DIFFERENT = Judged(verdict="different", reason="different-result", example=_EXAMPLE)


def _row(
    name: str, full: Judged, limited: Judged | None = None, *, reverse: bool = False, guard: str = ""
) -> Row:
    return Row(name, name.split(maxsplit=1)[0], "function", reverse, guard, True, full, limited)


def _report(*rows: Row) -> dict[str, object]:
    return pair_report.report(rows, Loaded((), (("z 1", "opens files"),)), 1.0)


def test_a_row_comes_back_from_json_as_it_was() -> None:
    row = _row("a 1", _DIFFERENT, _ACCEPTED)
    assert row_of(row.as_json()) == row


def test_figures_count_all_inputs_and_the_allowed_ones_apart() -> None:
    ended = Judged(ended="original-fails: returns on 1 of 9 inputs", reason="original-fails")
    figures = _report(
        _row("a 1", _ACCEPTED, guard="adds-caching: line 1"),
        _row("b 1", _DIFFERENT, _ACCEPTED),
        _row("c 1", _DIFFERENT, _DIFFERENT),
        _row("d 1", _REFUSED),
        _row("e 1", ended),
    )
    found = figures["function"]
    assert isinstance(found, dict)
    assert (found["pairs"], found["equivalent"], found["different"]) == (5, 2, 2)
    assert (found["equivalent_on_allowed"], found["accepted"], found["accepted_on_allowed"]) == (3, 1, 2)
    assert (found["refused_by_guard"], found["accepted_with_guard"]) == (1, 0)
    assert found["not_judged"] == {"original-fails": 1}
    assert found["mean_ratio_accepted"] == 2.0
    assert found["mean_ratio_equivalent"] == round((2 * 2 * 0.5) ** (1 / 3), 3)
    assert figures["left_out"] == {"opens files": 1}
    assert figures["not_explained"] == ["b 1", "c 1"]


def test_a_pair_accepted_both_ways_fails() -> None:
    figures = _report(_row("a 1", _ACCEPTED), _row("a 1", _ACCEPTED, reverse=True))
    assert (figures["failing"], figures["wrong_labels"]) == (1, [])


def test_a_reversed_pair_whose_label_is_contradicted_by_the_clock_is_listed_and_does_not_fail() -> None:
    figures = _report(_row("a 1", _REFUSED), _row("a 1", _ACCEPTED, reverse=True))
    assert (figures["failing"], figures["wrong_labels"]) == (0, ["a 1"])


def test_a_reversed_pair_measured_faster_the_right_way_round_fails_even_if_that_was_refused() -> None:
    refused = Judged(verdict="equivalent", reason="memory", first=_FASTER, second=_FASTER)
    figures = _report(_row("a 1", refused), _row("a 1", _ACCEPTED, reverse=True))
    assert figures["failing"] == 1


def test_a_reversed_pair_without_a_clear_measurement_the_right_way_round_is_listed_apart() -> None:
    once = {**_FASTER, "reason": "not-faster", "estimate": 1.02, "low": 0.0, "high": 1e9, "launches": 1}
    forward = Judged(verdict="equivalent", reason="not-faster", first=once)
    figures = _report(_row("a 1", forward), _row("a 1", _ACCEPTED, reverse=True))
    assert (figures["failing"], figures["wrong_labels"]) == (0, [])
    assert figures["not_measured_otherwise"] == ["a 1"]


def test_the_document_keeps_what_is_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "pairs.md"
    head, marks = "# Pairs\n\nBy hand.\n\n", "<!-- {0} -->\nold\n<!-- end of {0} -->\n\nMore.\n"
    path.write_text(head + marks.format("figures") + marks.format("differences"))
    rows = [_row("a 1", _DIFFERENT, _ACCEPTED)]
    pair_report.write(path, pair_report.report(rows, Loaded((), ()), 1.0), rows)
    text = path.read_text()
    assert text.startswith(head + "<!-- figures -->\n\n| | functions | programs |")
    assert text.count("More.") == 2
    assert "old" not in text
    assert "| a 1 | `[]` | no | `0` | `raised: x\\|y` | equivalent |  |" in text


def test_a_reversed_pair_that_only_runs_out_of_time_needs_no_explanation() -> None:
    hung = Judged(verdict="different", reason="hang", example=_EXAMPLE)
    figures = _report(_row("a 1", _ACCEPTED), _row("a 1", hung, reverse=True))
    assert figures["not_explained"] == []
    assert _report(_row("a 1", hung))["not_explained"] == ["a 1"]


def test_a_document_without_marks_is_told_about(tmp_path: Path) -> None:
    path = tmp_path / "pairs.md"
    path.write_text("# Pairs\n")
    with pytest.raises(SystemExit, match="no <!-- figures -->"):
        pair_report.write(path, pair_report.report([], Loaded((), ()), 1.0), [])


def test_every_note_is_of_a_kind_that_has_a_heading() -> None:
    assert {kind for kind, _ in pair_report.notes().values()} <= set(pair_report.kinds())


def _input(*args: object, base: bytes | None = None, **changes: object) -> Input:
    payload = payloads.on_instance("Solution", ((), {}), args, {})
    if changes:
        payload = payloads.with_changes(payload, {1: changes["first"]})
    return Input("id", payload, Origin.GENERATED, False, 1, "")


def test_limits_say_which_arguments_a_problem_allows() -> None:
    inside = pair_limits.inside
    assert inside("house-robber-ii", _input([1, 2])) is True
    assert inside("house-robber-ii", _input([])) is False
    assert inside("house-robber-ii", _input([True])) is False
    assert inside("house-robber-ii", _input({1, 2})) is False
    assert inside("house-robber-ii", _input([1], first=[-1])) is False
    assert inside("house-robber-ii", _input([-1], first=[1])) is True
    assert inside("queue-reconstruction-by-height", _input([[7, 0], [4, 1]])) is True
    assert inside("queue-reconstruction-by-height", _input([[7, 1], [4, 1]])) is False
    assert inside("nonesuch", _input([1])) is None


def test_texts_that_are_made_here_are_within_the_limits_of_their_program() -> None:
    made = program_inputs.texts("p02390")[0]
    assert pair_limits.allowed("p02390", payloads.call((made,), {})) is True
    assert pair_limits.allowed("p02390", payloads.call(("-36\n",), {})) is False
