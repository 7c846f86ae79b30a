"""Numbers and names as people read them in a patch's text. Lines have at most 100 characters."""

import math
import textwrap
from collections.abc import Iterator

from optimizer.domain.evidence import Interval

WIDTH = 100


def claim(interval: Interval) -> str:
    """For instance: 3.2x (3.1-3.4x)."""
    return f"{ratio(interval.estimate)}x ({span(interval)})"


def span(interval: Interval) -> str:
    """Rounded outwards, so that the text never claims more than was measured."""
    digits = _digits(interval.estimate)
    low = math.floor(interval.low * 10**digits + 1e-9) / 10**digits
    high = math.ceil(interval.high * 10**digits - 1e-9) / 10**digits
    return f"{low:.{digits}f}-{high:.{digits}f}x"


def ratio(value: float) -> str:
    return f"{value:.{_digits(value)}f}"


def _digits(value: float) -> int:
    return 2 if value < 2 else 1 if value < 20 else 0


def level(value: float) -> str:
    return f"{value * 100:g}%"


def nanoseconds(value: float) -> str:
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if value >= size:
            return f"{three_digits(value / size)} {unit}"
    return f"{three_digits(value)} ns"


def byte_count(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{three_digits(count / size)} {unit}"
    return f"{count} B"


def share(value: float) -> str:
    """Of a whole, 0..1: two digits that count."""
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %" if percent >= 1 else f"{percent:.2g} %"


def three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def counted(number: int, thing: str, plural: str = "s") -> str:
    return f"{number} {thing}{'' if number == 1 else plural}"


def one_line(text: str) -> str:
    """For texts from experts and repositories, which must not add lines of their own."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def wrap(text: str, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )
