"""When a measurement ends, and what it says then: made-up launches, no clock. Error rates are simulated."""

import math
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.bench import sequential
from optimizer.bench.protocol import Protocol
from optimizer.bench.sequential import Evidence, SizeRatios, Witness, conclude
from optimizer.domain.evidence import Reason, Sample, Side

GATE = 1.05
PROTOCOL = Protocol()
LEVEL = [0.0, 0.001, -0.001, 0.0005]
FASTER = [math.log(1.5) + noise for noise in (0.0, 0.002, -0.002)]
Noise = Callable[[random.Random], float]


def witness(ratios: Sequence[float], error: float = 0.005) -> Witness:
    return Witness(ratios, [error] * len(ratios))


def size(ratios: Sequence[float], original_ns: float = 50_000.0) -> SizeRatios:
    return SizeRatios(witness(ratios), original_ns)


def concluded(
    wall: Sequence[float],
    cpu: Sequence[float] | None = None,
    by_size: Sequence[SizeRatios] = (),
    waiting: Sequence[float] = (),
) -> Reason | None:
    seen = Evidence(witness(wall), witness(wall if cpu is None else cpu), by_size or [size(wall)], waiting)
    return conclude(seen, GATE, PROTOCOL)


def decided(mean: float, noise: Noise, rng: random.Random, error: float) -> Reason:
    """A whole measurement of a true log ratio, launch by launch; the noise is the same in both clocks."""
    ratios: list[float] = []
    while True:
        ratios.append(mean + noise(rng))
        reason = conclude(Evidence(witness(ratios, error), witness(ratios, error), ()), GATE, PROTOCOL)
        if reason is not None:
            return reason


def accepted(mean: float, noise: Noise, measurements: int, error: float = 0.01) -> float:
    rng = random.Random(7)
    found = [decided(mean, noise, rng, error) for _ in range(measurements)]
    return found.count(Reason.ACCEPTED) / measurements


def normal(deviation: float) -> Noise:
    return lambda rng: rng.gauss(0, deviation)


def heavy_tailed(scale: float) -> Noise:
    """Student's t with three degrees of freedom: no fourth moment."""
    return lambda rng: scale * rng.gauss(0, 1) / math.sqrt(rng.gammavariate(1.5, 2.0) / 3)


def bursts(deviation: float, share: float, size: float) -> Noise:
    """Some launches are disturbed by something much larger."""
    return lambda rng: rng.gauss(0, size if rng.random() < share else deviation)


@pytest.mark.parametrize(
    "noise",
    [normal(0.01), normal(0.03), normal(0.08), heavy_tailed(0.03), bursts(0.015, 0.2, 0.3)],
    ids=["quiet", "noisy", "five times as noisy as expected", "heavy tails", "bursts"],
)
def test_level_code_is_accepted_by_a_measurement_no_more_often_than_it_may(noise: Noise) -> None:
    assert accepted(0.0, noise, 2000) <= PROTOCOL.alpha


def test_the_looks_together_spend_no_more_than_alpha() -> None:
    looks = PROTOCOL.max_launches - PROTOCOL.min_launches + 1
    assert looks * sequential.look(PROTOCOL) == pytest.approx(PROTOCOL.alpha)


@pytest.mark.parametrize(("gain", "deviation"), [(1.10, 0.015), (1.25, 0.04), (2.0, 0.1)])
def test_true_gains_are_found(gain: float, deviation: float) -> None:
    assert accepted(math.log(gain), normal(deviation), 300) >= 0.97


def test_a_true_gain_below_the_gate_is_hardly_ever_accepted() -> None:
    assert accepted(math.log(1.02), normal(0.015), 500) <= 0.01


def test_level_code_is_given_up_after_one_launch_of_a_quiet_machine() -> None:
    assert concluded(LEVEL[:1]) is Reason.NOT_FASTER


def test_a_launch_that_was_disturbed_says_nothing_by_itself() -> None:
    disturbed = witness([-0.1], error=0.2)
    assert conclude(Evidence(disturbed, disturbed, ()), GATE, PROTOCOL) is None


def test_nothing_is_accepted_before_three_launches() -> None:
    assert concluded(FASTER[:2]) is None
    assert concluded(FASTER) is Reason.ACCEPTED


def test_a_gain_below_the_gate_is_not_faster_however_sure() -> None:
    assert concluded([math.log(1.04)] * PROTOCOL.max_launches) is Reason.NOT_FASTER


def test_a_gain_whose_bound_reaches_level_is_undecided_at_the_cap() -> None:
    assert concluded([0.45, -0.3] * (PROTOCOL.max_launches // 2)) is Reason.UNDECIDED


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
    assert sequential.slower(size([-0.5, 0.1, -0.5]), PROTOCOL)


def test_a_gain_in_wall_time_alone_is_not_believed() -> None:
    wall, cpu = [math.log(1.5), math.log(1.5) + 0.002] * 4, [0.0, 0.002] * 4
    assert concluded(wall[:3], cpu[:3]) is None
    assert concluded(wall, cpu) is Reason.CPU_DISAGREES


def test_half_of_the_gate_in_cpu_time_will_do() -> None:
    cpu = [math.log(GATE) * 0.6 + noise for noise in (0.0, 0.001, -0.001)] * 4
    assert concluded(FASTER * 4, cpu) is Reason.ACCEPTED


def test_a_candidate_that_waits_now_and_then_is_not_taken_by_its_calm_batches() -> None:
    often = [0.3, 0.2, 0.25] * 5
    assert concluded(FASTER * 5, waiting=often[: PROTOCOL.max_launches]) is Reason.CPU_DISAGREES
    assert concluded(FASTER, waiting=[0.3, -0.4, 0.2]) is Reason.ACCEPTED


@given(st.lists(st.floats(-0.02, 0.02), min_size=14, max_size=14))
def test_what_stays_under_the_gate_in_every_launch_is_never_accepted(ratios: list[float]) -> None:
    assert all(concluded(ratios[:launches]) is not Reason.ACCEPTED for launches in range(1, 15))


@given(st.lists(st.floats(-1, 1), min_size=14, max_size=14))
def test_the_cap_of_launches_ends_the_question(ratios: list[float]) -> None:
    assert concluded(ratios) is not None


def batches(pairs: Sequence[tuple[int, int]], waits: Sequence[int] = (0,)) -> list[Sample]:
    """One launch; CPU nanoseconds of both sides, and what both waited besides."""
    return [
        Sample(0, 0, number, side, 1, cpu + waits[number % len(waits)], cpu)
        for number, both in enumerate(pairs)
        for side, cpu in zip((Side.ORIGINAL, Side.CANDIDATE), both, strict=True)
    ]


def test_pairs_that_agree_are_enough() -> None:
    alike = batches([(1_050_000 + 100 * number, 1_000_000) for number in range(5)])
    assert not sequential.settled(alike[:8], 0, 0, GATE, PROTOCOL)
    assert sequential.settled(alike, 0, 0, GATE, PROTOCOL)


def test_pairs_that_differ_are_not_unless_they_lie_far_from_the_gate() -> None:
    near = [(1_000_000 + 60_000 * (number % 3), 1_000_000) for number in range(5)]
    assert not sequential.settled(batches(near), 0, 0, GATE, PROTOCOL)
    far = [(3 * original, candidate) for original, candidate in near]
    assert sequential.settled(batches(far), 0, 0, GATE, PROTOCOL)


def test_a_summary_of_launches_weighs_every_size_alike() -> None:
    samples = batches([(2_000_000, 1_000_000)] * 5)
    samples += [Sample(0, 1, s.pair, s.side, 1, 10**6, 10**6) for s in samples]
    seen = sequential.evidence([sequential.summary(samples, 0, [0, 1])])
    assert list(seen.wall.ratios) == [pytest.approx(math.log(2) / 2)]
    by_size = [list(one.wall.ratios) for one in seen.by_size]
    assert by_size == [[pytest.approx(math.log(2))], [pytest.approx(0)]]
