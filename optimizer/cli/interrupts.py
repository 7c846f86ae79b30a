"""Ctrl-C, and the other signals that end a program politely.

KeyboardInterrupt may be raised at any instruction, a library's too, and there it may turn into another error
(an assertion of Hypothesis') or be printed and lost (a weak reference's callback). So that it came is noted
as well, and asked for where an error is reported and where a job goes from one step to the next.
"""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from optimizer.domain.errors import StoppedError

_POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Handler:
    came = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt


def note_interrupts() -> None:
    """From now on; a signal that this program was told to ignore (nohup) stays ignored."""
    handler = _Handler()
    for number in _POLITE:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, handler)


def interrupted() -> bool:
    """Whether such a signal came since `note_interrupts`."""
    handlers = map(signal.getsignal, _POLITE)
    return any(handler.came for handler in handlers if isinstance(handler, _Handler))


def stop_if_interrupted() -> None:
    """Raises KeyboardInterrupt, as the signal did already, in vain."""
    if interrupted():
        raise KeyboardInterrupt


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """What fails after the signal failed by it: KeyboardInterrupt again, whatever a library made of it."""
    try:
        yield
    except StoppedError:  # said so already
        raise
    except Exception as error:
        if interrupted():
            raise KeyboardInterrupt from error
        raise
