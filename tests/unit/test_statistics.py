"""From samples to ratios, from launches to a decision; made-up samples, no clock."""

import math
from dataclasses import replace

import pytest

from optimizer.bench import statistics
from optimizer.domain.evidence import Sample, Side

FASTER = [math.log(1.5) + noise for noise in (0.0, 0.002, -0.002)]


def batch(side: Side, wall: float, launch: int = 0, pair: int = 0, **more: bool) -> Sample:
    """100 calls that took `wall` nanoseconds each."""
    return Sample(launch, 0, pair, side, 100, round(100 * wall), round(50 * wall), **more)


def test_the_time_of_doing_nothing_is_subtracted() -> None:
    samples = [batch(Side.ORIGINAL, 1100), batch(Side.CANDIDATE, 600), batch(Side.NULL, 100)]
    assert statistics.pair_ratios(samples, 0, 0) == [pytest.approx(math.log(1000 / 500))]
    assert statistics.typical_ns(samples, 0, Side.ORIGINAL) == pytest.approx(1000)


def test_calls_shorter_than_doing_nothing_keep_a_twentieth_of_their_time() -> None:
    samples = [batch(Side.ORIGINAL, 100), batch(Side.CANDIDATE, 90), batch(Side.NULL, 100)]
    assert statistics.pair_ratios(samples, 0, 0) == [pytest.approx(math.log(5 / 4.5))]


def test_cpu_time_is_weighed_by_itself() -> None:
    samples = [batch(Side.ORIGINAL, 1000), Sample(0, 0, 0, Side.CANDIDATE, 100, 50_000, 50_000)]
    assert statistics.pair_ratios(samples, 0, 0) == [pytest.approx(math.log(2))]
    assert statistics.pair_ratios(samples, 0, 0, cpu=True) == [pytest.approx(0.0)]


def test_a_launch_counts_by_the_median_of_its_pairs() -> None:
    samples = [
        batch(side, wall, pair=pair)
        for pair, walls in enumerate([(200, 100), (200, 100), (9000, 100)])
        for side, wall in zip((Side.ORIGINAL, Side.CANDIDATE), walls, strict=True)
    ]
    assert statistics.launch_ratios(samples, [0]) == [pytest.approx(math.log(2))]


def test_a_pair_without_its_other_half_is_left_out() -> None:
    samples = [batch(Side.ORIGINAL, 200), batch(Side.CANDIDATE, 100), batch(Side.ORIGINAL, 900, pair=1)]
    assert len(statistics.pair_ratios(samples, 0, 0)) == 1


def test_every_size_counts_the_same_in_a_launch() -> None:
    samples = [
        Sample(0, index, 0, side, 1, wall, wall)
        for index, walls in enumerate([(200, 100), (1_000_000, 1_000_000)])
        for side, wall in zip((Side.ORIGINAL, Side.CANDIDATE), walls, strict=True)
    ]
    assert statistics.launch_ratios(samples, [0, 1]) == [pytest.approx(math.log(2) / 2)]


def test_an_interval_holds_its_estimate_and_narrows_with_more_launches() -> None:
    few, many = (statistics.interval(FASTER * times, 0.99) for times in (1, 4))
    assert few.low < many.low < many.estimate < many.high < few.high
    assert many.estimate == pytest.approx(1.5)


def test_an_interval_of_two_launches_is_half_as_wide_as_the_table_of_t_says() -> None:
    assert statistics.half_width([0.0, 0.2], 0.99) == pytest.approx(31.8205 * 0.1, rel=1e-4)


def test_one_launch_has_an_interval_without_bounds() -> None:
    found = statistics.interval([0.1], 0.99)
    assert (found.low, found.high > 1e20) == (0.0, True)


def both(cold_ratio: float, null_share: float) -> list[Sample]:
    """Three launches, twice as fast when warm; `null_share` of a cold call is handing it over."""
    samples = []
    for launch in range(3):
        wiggle = 1 + 0.001 * launch
        handing = 10_000 * null_share
        calls = {Side.ORIGINAL: 10_000.0, Side.CANDIDATE: handing + (10_000 - handing) / cold_ratio * wiggle}
        samples += [batch(side, wall, launch, cold=True) for side, wall in calls.items()]
        samples.append(batch(Side.NULL, handing, launch, cold=True))
        samples += [batch(Side.ORIGINAL, 2000, launch), batch(Side.CANDIDATE, 1000 * wiggle, launch)]
        samples.append(batch(Side.NULL, 0, launch))
    return samples


def test_cold_calls_that_show_the_gain_agree() -> None:
    assert statistics.cold_agrees(both(cold_ratio=1.9, null_share=0.1), [0])


def test_a_gain_that_cold_calls_do_not_have_is_a_cache() -> None:
    assert not statistics.cold_agrees(both(cold_ratio=1.0, null_share=0.1), [0])


def test_one_disturbed_launch_does_not_excuse_a_cache() -> None:
    samples = [
        replace(one, cpu_ns=9 * one.cpu_ns)
        if (one.launch, one.side) == (0, Side.ORIGINAL) and one.cold
        else one
        for one in both(cold_ratio=1.0, null_share=0.1)
    ]
    assert not statistics.cold_agrees(samples, [0])


def test_cold_calls_need_not_show_how_large_a_large_gain_is() -> None:
    samples = [
        replace(one, wall_ns=one.wall_ns // 100, cpu_ns=one.cpu_ns // 100)
        if one.side is Side.CANDIDATE and not one.cold
        else one
        for one in both(cold_ratio=3.0, null_share=0.3)
    ]
    assert statistics.cold_agrees(samples, [0])


def test_cold_calls_that_are_mostly_handing_over_say_nothing() -> None:
    assert statistics.cold_agrees(both(cold_ratio=1.0, null_share=0.6), [0])


def timed(cpu: float, waited: float, side: Side = Side.ORIGINAL, pair: int = 0) -> Sample:
    return Sample(0, 0, pair, side, 1, round(cpu + waited), round(cpu))


def test_what_other_programs_made_a_batch_wait_does_not_count() -> None:
    waits = [(100, 100), (9000, 100), (100, 7000), (100, 100)]
    samples = [
        timed(cpu, waited, side, pair)
        for pair, both in enumerate(waits)
        for side, cpu, waited in zip((Side.ORIGINAL, Side.CANDIDATE), (20_000, 10_000), both, strict=True)
    ]
    assert statistics.pair_ratios(samples, 0, 0) == [pytest.approx(math.log(20_100 / 10_100))] * 4


def test_what_a_side_waits_in_every_batch_counts() -> None:
    samples = [timed(10_000, 50_000, pair=pair) for pair in range(5)]
    samples += [timed(10_000, 0, Side.CANDIDATE, pair) for pair in range(5)]
    assert statistics.pair_ratios(samples, 0, 0) == [pytest.approx(math.log(6))] * 5


def test_a_wait_that_only_one_batch_was_spared_is_uncertain() -> None:
    alike = [timed(10_000, 100, side, pair) for pair in range(5) for side in (Side.ORIGINAL, Side.CANDIDATE)]
    once = [replace(one, wall_ns=one.wall_ns + 5000) if one.pair else one for one in alike]
    assert statistics.ratio_error(alike, 0, 0) == pytest.approx(0)
    assert statistics.ratio_error(once, 0, 0) == pytest.approx(math.hypot(0.5, 0.5))
    assert statistics.ratio_error(once, 0, 0, cpu=True) == pytest.approx(0)


def test_the_share_that_a_candidate_waits_longer_is_of_the_originals_time() -> None:
    samples = [timed(9_000, 1_000), timed(9_000, 3_000, Side.CANDIDATE)]
    assert statistics.waiting_share(samples) == pytest.approx(0.2)


def test_one_disturbed_launch_does_not_make_handing_over_look_short() -> None:
    samples = [
        replace(one, cpu_ns=9 * one.cpu_ns)
        if (one.launch, one.side) == (0, Side.ORIGINAL) and one.cold
        else one
        for one in both(cold_ratio=1.0, null_share=0.6)
    ]
    assert statistics.handing_over(samples) == pytest.approx(0.6)
    assert statistics.cold_agrees(samples, [0])
