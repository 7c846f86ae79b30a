"""What stands in a patch's text beside the claim."""

import math
from dataclasses import replace

import pytest

from optimizer.domain.evidence import Exponent, Instructions, Interval, Scaling, SizePoint
from optimizer.stages.evidence_text import growth, impact_line, instructions_line
from optimizer.stages.size_plot import text_plot
from optimizer.stages.wording import share
from tests.support import results as made

POINTS = tuple(SizePoint(10**power, 10.0 ** (2 * power + 2), 10.0 ** (power + 3)) for power in range(5))
SCALING = Scaling(POINTS, Exponent(1.981, 1.904, 2.096), Exponent(1.02, 0.9, 1.1), 12.4)


def told(scaling: Scaling | None) -> str:
    return growth(replace(made.accepted(), scaling=scaling))


def test_exponents_are_told_with_intervals_rounded_outwards() -> None:
    text = " ".join(told(SCALING).split())
    assert "about n^1.98 (95% CI 1.90 to 2.10) before, n^1.02 (95% CI 0.90 to 1.10) after." in text
    assert "before, (cannot be told) after." in told(replace(SCALING, candidate=None))


@pytest.mark.parametrize(
    ("crossover", "sentence"),
    [
        (12.4, "On inputs of fewer than about 12 elements it is slower, on larger ones faster."),
        (2.5, "On inputs of fewer than about 2.50 elements it is slower, on larger ones faster."),
        (None, "In a sweep over sizes it is slower at none of them."),
        (math.inf, "In a sweep over sizes it is slower at every one."),
    ],
)
def test_the_size_from_which_on_it_is_faster_is_told(crossover: float | None, sentence: str) -> None:
    assert sentence in told(replace(SCALING, crossover=crossover)).splitlines()


def test_what_was_not_swept_is_not_told() -> None:
    assert told(None) == ""
    assert told(Scaling()) == ""
    assert told(Scaling((SizePoint(7, 10.0, 5.0),))) == ""


def test_the_plot_shows_both_sides_at_their_place() -> None:
    assert text_plot(Scaling(POINTS)).splitlines() == [
        "  (time)   ^",
        "      10 s |",
        "       1 s |                                     ⣀⡠⠤o",
        "    100 ms |                              ⢀o⠤⠔⠒⠉⠉",
        "     10 ms |                         ⢀⣀⠤⠒⠊⠁        ⢀x",
        "      1 ms |                    ⢀o⠤⠒⠊⠁    ⣀x⡠⠤⠤⠒⠒⠉⠉⠁",
        "    100 us |               ⢀⣀⠤⠒⠊⣁x⡠⠤⠤⠒⠒⠊⠉⠉",
        "     10 us |          ⣀x⡤⠶⠮⠓⠒⠊⠉⠉",
        "      1 us | x⡠⠤⠤⢒⣒⠮⠛⠋⠁",
        "    100 ns | o⠤⠒⠊⠁",
        "-----------|-|---------|---------|---------|---------|-> (size)",
        "           | 1         10        100       1,000     10,000",
    ]


@pytest.mark.parametrize("largest", [2, 10, 1000, 10**7, 10**12])
def test_the_plot_is_never_wider_than_a_hundred_columns(largest: int) -> None:
    scaling = Scaling((SizePoint(1, 0.5, 300.0), SizePoint(largest, 9e9, 2e11)))
    lines = told(scaling).splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) < 25
    assert all(line == line.rstrip() for line in lines)


def test_sizes_that_are_all_alike_are_not_drawn() -> None:
    assert text_plot(Scaling((SizePoint(5, 1.0, 2.0), SizePoint(5, 3.0, 4.0), SizePoint(0, 1.0, 1.0)))) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(0.0312, "3.1 %"), (0.5, "50 %"), (0.00042, "0.042 %"), (0.0, "0 %"), (1.0, "100 %")]
)
def test_a_share_has_two_digits_that_count(value: float, text: str) -> None:
    assert share(value) == text


def test_impact_is_told_as_a_share_of_the_tests_time_and_as_no_more() -> None:
    text = " ".join(impact_line(0.0312).split())
    assert "saves about 3.1 % of the time that the repository's own tests take" in text
    assert "otherwise than users do" in text
    assert "unknown" in impact_line(None)


@pytest.mark.parametrize(
    ("before", "after", "time", "disagrees"),
    [
        (2000, 1000, 1.9, False),
        (1000, 1001, 1.9, True),  # more is executed, and yet it is faster
        (1000, 1001, 1.02, False),  # time says nothing clear
        (2000, 1000, 0.9, True),  # less is executed, and yet it is slower there
        (1000, 1000, 1.9, False),
    ],
)
def test_a_disagreement_of_time_and_instructions_is_told(
    before: int, after: int, time: float, disagrees: bool
) -> None:
    measured = made.measurement(2.0)
    row = replace(measured.rows[-1], ratio=Interval(time, time - 0.01, time + 0.01))
    line = instructions_line(Instructions(before, after), replace(measured, rows=(row,)))
    assert f"{before:,} before, {after:,} after" in line
    assert ("disagrees" in line) is disagrees


def test_instructions_that_were_not_counted_are_not_told() -> None:
    assert instructions_line(None, made.measurement(2.0)) == ""
