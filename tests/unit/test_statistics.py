"""From samples to ratios, from launches to a decision; made-up samples, no clock."""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.bench import statistics
from optimizer.bench.protocol import Protocol
from optimizer.bench.statistics import SizeRatios, conclude
from optimizer.domain.evidence import Reason, Sample, Side

GATE = 1.05
PROTOCOL = Protocol(max_launches=8)
LEVEL = [0.0, 0.001, -0.001, 0.0005]
FASTER = [math.log(1.5) + noise for noise in (0.0, 0.002, -0.002)]


def size(ratios: Sequence[float], original_ns: float = 50_000.0) -> SizeRatios:
    return SizeRatios(ratios, original_ns)


def concluded(
    wall: Sequence[float],
    cpu: Sequence[float] | None = None,
    by_size: Sequence[SizeRatios] | None = None,
    protocol: Protocol = PROTOCOL,
) -> Reason | None:
    return conclude(wall, wall if cpu is None else cpu, by_size or [size(wall)], GATE, protocol)


def batch(side: Side, wall: float, launch: int = 0, pair: int = 0, **more: bool) -> Sample:
    """100 calls that took `wall` nanoseconds each."""
    return Sample(launch, 0, pair, side, 100, round(100 * wall), round(50 * wall), **more)


def test_one_launch_says_nothing() -> None:
    assert concluded([math.log(3)]) is None


def test_nothing_is_accepted_before_three_launches() -> None:
    assert concluded(FASTER[:2]) is None
    assert concluded(FASTER) is Reason.ACCEPTED


def test_level_code_is_given_up_early() -> None:
    assert concluded(LEVEL) is Reason.NOT_FASTER


def test_a_gain_below_the_gate_is_not_faster_however_sure() -> None:
    assert concluded([math.log(1.04)] * 8) is Reason.NOT_FASTER


def test_a_gain_with_an_interval_that_reaches_level_is_undecided_at_the_cap() -> None:
    noisy = [0.4, -0.3] * 4
    assert fmean(noisy) > math.log(GATE) - 0.01
    assert concluded([value + 0.02 for value in noisy]) is Reason.UNDECIDED


def test_a_noisy_gain_is_an_open_question_before_the_cap() -> None:
    assert concluded([0.5, -0.3, 0.4]) is None


def test_a_size_that_is_slower_refuses_a_gain_on_average() -> None:
    slow = size([-0.10, -0.11, -0.10])
    assert concluded(FASTER, by_size=[size(FASTER), slow]) is Reason.SLOWER_SIZE


def test_a_size_may_be_slower_by_two_percent() -> None:
    assert concluded(FASTER, by_size=[size(FASTER), size([-0.019, -0.018, -0.019])]) is Reason.ACCEPTED


def test_a_size_of_short_calls_may_cost_one_small_object_more() -> None:
    slower_by_200_ns = math.log(1000 / 1200)
    short = size([slower_by_200_ns] * 3, original_ns=1000.0)
    long = size([slower_by_200_ns] * 3, original_ns=100_000.0)
    assert concluded(FASTER, by_size=[size(FASTER), short]) is Reason.ACCEPTED
    assert concluded(FASTER, by_size=[size(FASTER), long]) is Reason.SLOWER_SIZE


def test_noise_does_not_excuse_a_size_that_is_much_slower() -> None:
    assert statistics.slower(size([-0.5, 0.1, -0.5]), PROTOCOL)


def test_a_gain_in_wall_time_alone_is_not_believed() -> None:
    wall = [math.log(1.5) + noise for noise in (0.0, 0.002) * 4]
    assert concluded(wall, cpu=[0.0, 0.002] * 4, by_size=[size(wall)]) is Reason.CPU_DISAGREES


def test_half_of_the_gate_in_cpu_time_will_do() -> None:
    assert concluded(FASTER, cpu=[math.log(GATE) * 0.6] * 3) is Reason.ACCEPTED


@given(st.lists(st.floats(-0.02, 0.02), min_size=8, max_size=8))
def test_what_stays_under_the_gate_in_every_launch_is_never_accepted(ratios: list[float]) -> None:
    assert all(concluded(ratios[:launches]) is not Reason.ACCEPTED for launches in range(2, 9))


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8))
def test_the_cap_of_launches_ends_the_question(ratios: list[float]) -> None:
    assert concluded(ratios) is not None


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
        replace(one, wall_ns=9 * one.wall_ns)
        if (one.launch, one.side) == (0, Side.ORIGINAL) and one.cold
        else one
        for one in both(cold_ratio=1.0, null_share=0.1)
    ]
    assert not statistics.cold_agrees(samples, [0])


def test_cold_calls_need_not_show_how_large_a_large_gain_is() -> None:
    samples = [
        replace(one, wall_ns=one.wall_ns // 100) if one.side is Side.CANDIDATE and not one.cold else one
        for one in both(cold_ratio=3.0, null_share=0.3)
    ]
    assert statistics.cold_agrees(samples, [0])


def test_cold_calls_that_are_mostly_handing_over_say_nothing() -> None:
    assert statistics.cold_agrees(both(cold_ratio=1.0, null_share=0.6), [0])
