import signal
from collections.abc import Iterator

import pytest

from optimizer.cli.interrupts import interrupted, interruptible, note_interrupts, stop_if_interrupted
from optimizer.cli.progress import Lines, Progress, Tally
from optimizer.domain.errors import StoppedError
from tests.support import results as made

POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def as_at_the_start() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in POLITE}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in POLITE[1:]:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def lost(number: signal.Signals) -> None:
    """As in the callback of a weak reference."""
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


@pytest.mark.parametrize("number", POLITE)
def test_a_polite_signal_interrupts_and_is_noted(number: signal.Signals) -> None:
    note_interrupts()
    assert not interrupted()
    lost(number)
    assert interrupted()


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    note_interrupts()
    signal.raise_signal(signal.SIGHUP)
    assert not interrupted()


def test_an_interrupt_that_a_library_turned_into_another_error_is_one_again() -> None:
    note_interrupts()
    with pytest.raises(KeyboardInterrupt) as found, interruptible():
        lost(signal.SIGINT)
        raise AssertionError
    assert isinstance(found.value.__cause__, AssertionError)


@pytest.mark.parametrize("error", [AssertionError("a defect"), StoppedError("cancelled")])
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    note_interrupts()
    with pytest.raises(type(error)), interruptible():
        raise error


def test_what_was_said_of_an_interrupt_is_not_said_anew() -> None:
    note_interrupts()
    with pytest.raises(StoppedError), interruptible():
        lost(signal.SIGTERM)
        raise StoppedError("job 1 interrupted")


def test_a_job_ends_at_its_next_step_when_the_interrupt_was_lost() -> None:
    progress = Progress(Tally(), Lines())
    note_interrupts()
    progress.functions(0, 2)
    lost(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        progress.functions(1, 2)
    with pytest.raises(KeyboardInterrupt):
        progress.stage("judge")
    with pytest.raises(KeyboardInterrupt):
        progress.evaluated(made.function(), made.refused())


def test_without_the_handlers_nothing_is_interrupted() -> None:
    stop_if_interrupted()
