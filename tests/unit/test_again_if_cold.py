"""A measurement that only first calls speak against: made once more, and no more than that."""

import pytest

from optimizer.domain.evidence import Interval, Measurement, Reason
from optimizer.stages.evaluate import again_if_cold

LEVEL = Interval(1.0, 0.9, 1.1, 0.99)


def made(*reasons: Reason) -> tuple[Measurement, list[int], list[str]]:
    seeds: list[int] = []
    told: list[str] = []

    def measured(seed: int) -> Measurement:
        seeds.append(seed)
        return Measurement(LEVEL, LEVEL, LEVEL, (), 3, 1.0, reasons[len(seeds) - 1])

    return again_if_cold(measured, 7, told.append), seeds, told


@pytest.mark.parametrize("reason", [Reason.ACCEPTED, Reason.COLD_DISAGREES, Reason.NOT_FASTER])
def test_what_first_calls_speak_against_is_measured_afresh_and_that_decides(reason: Reason) -> None:
    found, seeds, told = made(Reason.COLD_DISAGREES, reason)
    assert found.reason is reason
    assert len(set(seeds)) == 2
    assert told == ["first calls speak against a gain, measured again"]


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.COLD_DISAGREES])
def test_every_other_measurement_decides_alone(reason: Reason) -> None:
    found, seeds, told = made(reason)
    assert (found.reason, seeds, told) == (reason, [7], [])
