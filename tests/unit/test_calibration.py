"""A machine's noise, its rate of false accepts, and the file that keeps them; made-up launches, no clock."""

import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer import bootstrap
from optimizer.bench import calibration
from optimizer.bench.protocol import Protocol
from optimizer.domain.calibration import Calibration, Machine, Noise
from optimizer.domain.errors import NoisyMachineError
from optimizer.domain.settings import Settings
from optimizer.stages.calibrate import this_machine

PROTOCOL = Protocol()
QUIET = Noise(120, 0.012, 0.008, 0.001, 0.05)
FOUND = Calibration(
    machine=Machine("a processor", "6.1", 2, "0123456789abcdef"),
    optimizer="1.0",
    protocol=calibration.numbers(PROTOCOL),
    made_at="2026-01-02T03:04:05+00:00",
    wall=QUIET,
    cpu=QUIET,
    simulated=20_000,
    simulated_accepts=0,
    false_accept=0.00015,
    power=0.99,
    decisions=40,
    accepts=0,
)


@pytest.fixture
def cores() -> Iterator[None]:
    """An engine keeps the process off the core for timing; the tests after these want it back."""
    before = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, before)


def launches(deviation: float, count: int = 120) -> list[calibration.Launch]:
    rng = random.Random(3)
    ratios = [rng.gauss(0, deviation) for _ in range(count)]
    return [(ratio, 0.008, ratio, 0.006) for ratio in ratios]


@pytest.mark.parametrize("deviation", [0.005, 0.015, 0.04])
def test_identical_code_is_hardly_ever_accepted_in_simulation(deviation: float) -> None:
    found = calibration.accepts(launches(deviation), 1.0, 1.05, PROTOCOL, 3000)
    assert found / 3000 <= PROTOCOL.alpha / 2


def test_a_true_gain_is_found_on_a_quiet_machine_and_not_on_a_noisy_one() -> None:
    quiet, noisy = (calibration.accepts(launches(one), 1.10, 1.05, PROTOCOL, 300) for one in (0.012, 0.2))
    assert quiet >= 295
    assert noisy <= 150


def test_a_bound_of_a_rate_is_that_of_clopper_and_pearson() -> None:
    assert calibration.upper_bound(0, 1000) == pytest.approx(0.00299, rel=0.01)
    assert calibration.upper_bound(5, 100) == pytest.approx(0.1023, rel=0.01)
    assert calibration.upper_bound(7, 7) == 1.0


def test_noise_is_told_apart_from_drift() -> None:
    rising = calibration.noise([[0.01 * step for step in range(-5, 6)]], [0.001])
    jumping = calibration.noise([[0.03, -0.03] * 6], [0.001])
    assert rising.drift == pytest.approx(0.11)
    assert rising.autocorrelation > 0.5
    assert abs(jumping.drift) < 0.02
    assert jumping.autocorrelation < -0.9
    assert jumping.between == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"false_accept": 0.002}, "accepted in up to 0.20%"),
        ({"accepts": 1}, "1 of 40"),
        ({"power": 0.3}, "only 30%"),
    ],
)
def test_a_machine_is_too_noisy_for_a_reason(change: dict[str, float], word: str) -> None:
    assert calibration.too_noisy(FOUND) == ""
    assert word in calibration.too_noisy(replace(FOUND, **change))  # type: ignore[arg-type]  # by name


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    calibration.write(file, FOUND)
    assert calibration.read(file) == FOUND


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: [],
        lambda data: {**data, "format": 2},
        lambda data: {**data, "false_accept": -1},
        lambda data: {**data, "false_accept": "0"},
        lambda data: {**data, "accepts": "many"},
        lambda data: {**data, "wall": {"launches": "x"}},
        lambda data: {**data, "machine": None},
        lambda data: {**data, "more": 1},
        lambda data: {key: value for key, value in data.items() if key != "power"},
    ],
)
def test_what_is_no_calibration_is_an_error(
    tmp_path: Path, spoil: Callable[[dict[str, object]], object]
) -> None:
    file = tmp_path / "calibration.json"
    calibration.write(file, FOUND)
    file.write_text(json.dumps(spoil(json.loads(file.read_text()))))
    with pytest.raises(ValueError):
        calibration.read(file)


@pytest.mark.usefixtures("cores")
def test_a_calibration_of_this_machine_is_used_and_stands_on_what_is_measured(tmp_path: Path) -> None:
    calibration.write(bootstrap.calibration_path(tmp_path), replace(FOUND, machine=this_machine()))
    engine = bootstrap.make_engine(Settings(home=str(tmp_path), database_url=f"sqlite:///{tmp_path}/r.db"))
    assert (engine.timing.false_accept, engine.remarks) == (0.00015, ())


def test_one_of_another_machine_or_protocol_is_not_used_and_that_is_said(tmp_path: Path) -> None:
    path = bootstrap.calibration_path(tmp_path)
    calibration.write(path, FOUND)
    elsewhere = bootstrap.calibration_of(tmp_path, PROTOCOL)
    calibration.write(path, replace(FOUND, machine=this_machine()))
    other = bootstrap.calibration_of(tmp_path, Protocol(max_launches=20))
    assert (elsewhere[0], "another machine" in elsewhere[1]) == (None, True)
    assert (other[0], "another protocol" in other[1]) == (None, True)


def test_what_cannot_be_read_is_not_used_and_that_is_said(tmp_path: Path) -> None:
    assert "not calibrated" in bootstrap.calibration_of(tmp_path, PROTOCOL)[1]
    bootstrap.calibration_path(tmp_path).write_text("{")
    found, remark = bootstrap.calibration_of(tmp_path, PROTOCOL)
    assert found is None
    assert "is not used" in remark
    assert "\n" not in remark


@pytest.mark.usefixtures("cores")
def test_nothing_is_benchmarked_on_a_machine_that_is_too_noisy(tmp_path: Path) -> None:
    noisy = replace(FOUND, machine=this_machine(), false_accept=0.01)
    calibration.write(bootstrap.calibration_path(tmp_path), noisy)
    with pytest.raises(NoisyMachineError, match=r"too noisy to benchmark.*optimizer calibrate"):
        bootstrap.make_engine(Settings(home=str(tmp_path)))
