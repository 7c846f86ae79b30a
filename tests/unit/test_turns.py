"""When schedules have their turns: cron lines, time zones, and clocks that jump."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.domain.errors import ConfigError
from workers.turns import LONGEST_JITTER, next_turn

_NIGHTLY = "0 2 * * *"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _next(cron: str, zone: str, after: str) -> datetime:
    return next_turn(cron, zone, 0.0, _utc(after), "seed")


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        (_NIGHTLY, "UTC", "2026-03-05 01:59:59", "2026-03-05 02:00"),
        (_NIGHTLY, "UTC", "2026-03-05 02:00", "2026-03-06 02:00"),
        (_NIGHTLY, "America/New_York", "2026-01-05 00:00", "2026-01-05 07:00"),
        (_NIGHTLY, "Asia/Kathmandu", "2026-01-05 00:00", "2026-01-05 20:15"),
        ("30 22 * * 1-5", "UTC", "2026-03-06 23:00", "2026-03-09 22:30"),
        ("0 0 1 JAN *", "UTC", "2026-03-06 23:00", "2027-01-01 00:00"),
        ("0 0 29 2 *", "UTC", "2026-03-06 23:00", "2028-02-29 00:00"),
    ],
)
def test_the_next_turn_is_the_first_after_the_moment(cron: str, zone: str, after: str, expected: str) -> None:
    assert _next(cron, zone, after) == _utc(expected)


def test_a_time_that_the_clock_skips_has_its_turn_when_it_has_jumped() -> None:
    # In Berlin, 2 o'clock of 29 March 2026 is 3 o'clock: half past two does not come.
    assert _next("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00") == _utc("2026-03-29 01:00")
    assert _next("30 2 * * *", "Europe/Berlin", "2026-03-29 01:00") == _utc("2026-03-30 00:30")


def test_a_time_that_comes_twice_has_one_turn() -> None:
    # In Berlin, half past two of 25 October 2026 is at 0:30 and again at 1:30 UTC.
    first = _next("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00")
    assert first == _utc("2026-10-25 00:30")
    for later in ("2026-10-25 00:30", "2026-10-25 00:45", "2026-10-25 01:10", "2026-10-25 01:30"):
        assert _next("30 2 * * *", "Europe/Berlin", later) == _utc("2026-10-26 01:30")


def test_what_runs_every_half_hour_does_so_while_clocks_jump() -> None:
    for start in ("2026-03-29 00:10", "2026-10-25 00:10"):
        moment, gaps = _utc(start), set()
        for _ in range(6):
            turn = next_turn("*/30 * * * *", "Europe/Berlin", 0.0, moment, "seed")
            gaps.add(turn - moment)
            moment = turn
        assert gaps == {timedelta(minutes=20), timedelta(minutes=30)}


def test_a_zone_that_moves_by_half_an_hour_is_understood() -> None:
    # On Lord Howe Island, 2 o'clock of 4 October 2026 is half past two: a quarter past does not come.
    assert _next("15 2 * * *", "Australia/Lord_Howe", "2026-10-03 12:00") == _utc("2026-10-03 15:30")


@given(
    after=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"]),
    cron=st.sampled_from([_NIGHTLY, "30 2 * * *", "*/20 * * * *", "5 1,2,3 * * *", "0 3 * * SUN"]),
    jitter=st.sampled_from([0.0, 1.0, 900.0, 7200.0, LONGEST_JITTER]),
)
def test_turns_follow_one_another_whatever_the_jitter(
    after: datetime, zone: str, cron: str, jitter: float
) -> None:
    first = next_turn(cron, zone, jitter, after, "seed")
    assert first > after
    assert first == next_turn(cron, zone, jitter, first - timedelta(microseconds=1), "seed")
    assert next_turn(cron, zone, jitter, first, "seed") > first


@given(seed=st.text(), jitter=st.floats(1.0, 3600.0))
def test_the_jitter_begins_a_turn_later_and_by_less_than_itself(seed: str, jitter: float) -> None:
    plain = _utc("2026-03-05 02:00")
    turn = next_turn(_NIGHTLY, "UTC", jitter, _utc("2026-03-05 01:00"), seed)
    assert plain <= turn < plain + timedelta(seconds=jitter)


def test_seeds_spread_over_the_jitter_and_days_differ() -> None:
    after = _utc("2026-03-05 01:00")
    turns = {next_turn(_NIGHTLY, "UTC", 3600.0, after, f"repository {number}") for number in range(40)}
    quarters = {turn.minute // 15 for turn in turns}
    assert (len(turns), quarters) == (40, {0, 1, 2, 3})
    days = {next_turn(_NIGHTLY, "UTC", 3600.0, after + timedelta(days=day), "one").time() for day in range(9)}
    assert len(days) == 9


def test_a_turn_whose_time_has_come_is_not_lost_while_its_jitter_lasts() -> None:
    turn = next_turn(_NIGHTLY, "UTC", 3600.0, _utc("2026-03-05 01:00"), "seed")
    between = _utc("2026-03-05 02:00") + (turn - _utc("2026-03-05 02:00")) / 2
    assert next_turn(_NIGHTLY, "UTC", 3600.0, between, "seed") == turn


@pytest.mark.parametrize("cron", ["", "2", "@daily", "0 25 * * *", "0 2 * *", "0 0 2 * * *", "a b c d e"])
def test_what_is_no_cron_line_is_refused_in_one_line(cron: str) -> None:
    with pytest.raises(ConfigError, match="is not a cron line") as caught:
        _next(cron, "UTC", "2026-03-05 01:00")
    assert "\n" not in str(caught.value)


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(ConfigError, match="'0 0 30 2 \\*'"):
        _next("0 0 30 2 *", "UTC", "2026-03-05 01:00")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "America", "Europe/Berlin\n", "\0"])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ConfigError, match="there is no time zone"):
        _next(_NIGHTLY, zone, "2026-03-05 01:00")


@pytest.mark.parametrize("jitter", [-1.0, LONGEST_JITTER + 1, float("nan")])
def test_a_jitter_that_makes_no_sense_is_refused(jitter: float) -> None:
    with pytest.raises(ConfigError, match="jitter"):
        next_turn(_NIGHTLY, "UTC", jitter, _utc("2026-03-05 01:00"), "seed")
