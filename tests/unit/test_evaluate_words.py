import pytest

from optimizer.domain.evidence import Interval
from optimizer.stages.evaluate import within


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(1.2, 1.1, 1.31), "99% interval 1.100 to 1.310"),
        (Interval(1.2, 0.0, 5.2e21), "too few launches for a 99% interval"),
    ],
)
def test_what_is_not_known_yet_is_no_interval(interval: Interval, words: str) -> None:
    assert within(interval) == words
