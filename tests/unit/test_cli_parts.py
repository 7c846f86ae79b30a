import io
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import click
import pytest
from rich.console import Console

from optimizer.cli.live import Live
from optimizer.cli.options import Assignment, Duration
from optimizer.cli.output import emit_json, table, visible
from optimizer.cli.progress import Lines, Progress, Tally, duration
from optimizer.cli.session import configured, shown
from optimizer.domain.errors import ConfigError
from tests.support import results as made


class Clock:
    """Says what it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("0.5m", 30), ("1m30", 90)],
)
def test_a_time_may_be_written_in_several_ways(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "0", "5 m", "-3", "m", "1d", "5m1h", "nan", "1e3", "٣"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="not a time"):
        Duration().convert(text, None, None)


def test_an_assignment_has_the_type_of_its_setting() -> None:
    convert = Assignment().convert
    assert convert("gate=1.1", None, None) == ("gate", 1.1)
    assert convert("max-inputs = 7", None, None) == ("max_inputs", 7)
    assert convert("requirements=a, b", None, None) == ("requirements", ("a", "b"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("gate", "KEY=VALUE"), ("gaet=1", "did you mean 'gate'"), ("max_inputs=many", "whole number")],
)
def test_a_wrong_assignment_says_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(click.BadParameter, match=complaint):
        Assignment().convert(text, None, None)


def test_flags_go_before_the_environment_and_that_before_the_repository(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OPTIMIZER_EXPERTS")
    monkeypatch.setenv("OPTIMIZER_GATE", "1.2")
    monkeypatch.setenv("OPTIMIZER_SEED", "5")
    files = {".optimizer.toml": "gate = 1.3\nseed = 6\nmax_inputs = 9"}
    found = configured({"functions": ("f",)}, [("gate", 1.1)], files)
    assert (found.settings.gate, found.settings.seed, found.settings.max_inputs) == (1.1, 5, 9)
    assert found.origins == {
        "gate": "--set gate",
        "seed": "OPTIMIZER_SEED",
        "max_inputs": ".optimizer.toml",
        "functions": "--function",
    }


def test_variables_for_the_tests_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTIMIZER_TEST_POSTGRES", "postgresql://me@here/x")
    assert "OPTIMIZER_TEST_POSTGRES" not in configured({}).origins.values()
    monkeypatch.setenv("OPTIMIZER_TESTS", "1")
    with pytest.raises(ConfigError, match="OPTIMIZER_TESTS"):
        configured({})


@pytest.mark.parametrize(
    "url", ["postgresql://me:hunter2@host/db", "postgresql://host/db?user=me&password=hunter2&x=1"]
)
def test_the_password_of_a_database_is_not_shown(url: str) -> None:
    assert "hunter2" not in str(shown("database_url", url))
    assert "host/db" in str(shown("database_url", url))


def test_control_characters_are_shown_as_escapes() -> None:
    assert visible("a\x1b[31mb\u202ec\r\udcff") == "a\\x1b[31mb\\u202ec\\r\\udcff"
    assert visible("naïve\n\tλ") == "naïve\n\tλ"


def test_json_has_neither_nan_nor_dates(capsys: pytest.CaptureFixture[str]) -> None:
    emit_json({"at": datetime(2024, 5, 6, tzinfo=UTC), "x": [math.nan, math.inf, 1.5], "t": ("é", None)})
    printed = capsys.readouterr().out
    assert json.loads(printed, parse_constant=pytest.fail) == {
        "at": "2024-05-06T00:00:00+00:00",
        "x": [None, None, 1.5],
        "t": ["é", None],
    }


def test_a_table_is_neither_cut_nor_coloured_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    table(("name", "value"), [("[red]x" * 20, 1), ("b\x1b[0m", None)], "Heading")
    assert capsys.readouterr().out == (f"\nHeading\nname{' ' * 116}  value\n{'[red]x' * 20}  1\nb\\x1b[0m\n")


def test_the_time_left_follows_the_pace() -> None:
    clock = Clock()
    tally = Tally(clock=clock)
    progress = Progress(tally, Lines(clock))
    assert tally.seconds_left() is None
    progress.functions(0, 10)
    clock.now += 20
    progress.functions(4, 10)
    assert tally.seconds_left() == pytest.approx(30)


def test_the_time_left_is_never_more_than_the_budget_has() -> None:
    clock = Clock()
    tally = Tally(budget=25.0, clock=clock)
    progress = Progress(tally, Lines(clock))
    progress.functions(0, 10)
    clock.now += 20
    progress.functions(4, 10)
    assert tally.seconds_left() == pytest.approx(5)
    clock.now += 20
    assert tally.seconds_left() == 0


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")])
def test_times_are_told_roughly(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def told(progress: Progress, clock: Clock) -> Iterator[None]:
    """A short scan, five seconds a step."""
    result = made.with_patch()
    progress.stage("judge", "2 functions")
    progress.functions(0, 2)
    for evaluation in result.evaluations:
        progress.judging(result.function)
        clock.now += 5
        progress.evaluated(result.function, evaluation)
    yield
    progress.finished(result)
    progress.functions(1, 2)
    progress.note("a note\nof \x1b[1mtwo lines")
    clock.now += 5
    progress.finished(made.ended())
    progress.functions(2, 2)
    yield


def test_plain_progress_is_a_line_a_stage_one_a_patch_and_one_each_ten_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    progress = Progress(Tally(clock=clock), Lines(clock))
    list(told(progress, clock))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "judge: 2 functions",
        "0/2 functions, 1 candidates refused, 0 accepted",
        "accepted shop/cart.py::total: 2.00x (1.75 to 2.50)",
        "note: a note of \\x1b[1mtwo lines",
    ]


def test_the_live_display_shows_counts_and_leaves_what_was_accepted() -> None:
    clock, screen = Clock(), io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80, height=20, no_color=True)
    progress = Progress(Tally(clock=clock), Live(console))
    steps = told(progress, clock)
    next(steps)
    shown_now = screen.getvalue()
    assert "0/2 functions, 1 candidates refused, 0 accepted" in shown_now
    assert "shop/cart.py::total" in shown_now
    next(steps)
    progress.view.close()
    assert "accepted shop/cart.py::total: 2.00x" in screen.getvalue()
    assert "\x1b[?25h" in screen.getvalue()  # the cursor is back


def test_the_live_display_keeps_to_one_line_however_long_a_name_is() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=60, height=20, no_color=True)
    long = replace(made.function(), qualname="f" * 500)
    progress = Progress(Tally(clock=Clock()), Live(console))
    progress.stage("judge")
    progress.functions(0, 3)
    before = len(screen.getvalue())
    progress.judging(long)
    progress.view.close()
    drawn = screen.getvalue()[before:]
    assert "fff" in drawn
    assert "f" * 60 not in drawn
