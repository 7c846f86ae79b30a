"""Time against size as a text of at most 100 columns: two curves, both axes logarithmic."""

import math

from optimizer.domain.evidence import Scaling

_COLUMNS, _ROWS = 70, 14  # about so many
_UNITS = (("s", 9), ("ms", 6), ("us", 3), ("ns", 0))  # powers of ten of a nanosecond
_CELLS = 10  # columns from one label of the x axis to the next, which is not ours to choose


def text_plot(scaling: Scaling) -> str:
    """Lines without trailing blanks; empty where there are not two sizes to draw."""
    import plotille  # noqa: PLC0415 - start-up time

    points = [point for point in scaling.points if point.elements > 0]
    xs = [math.log10(point.elements) for point in points]
    sides = [
        [math.log10(point.original_ns) for point in points],
        [math.log10(point.candidate_ns) for point in points],
    ]
    if len(set(xs)) < 2:
        return ""
    (left, right), (bottom, top) = _decades(xs), _decades([*sides[0], *sides[1]])
    figure = plotille.Figure()
    figure.with_colors, figure.origin = False, False
    figure.width = (right - left) * (_COLUMNS // _CELLS // (right - left)) * _CELLS or _COLUMNS
    figure.height = (top - bottom) * max(1, _ROWS // (top - bottom))
    figure.set_x_limits(left, right)
    figure.set_y_limits(bottom, top)
    figure.x_ticks_fkt, figure.y_ticks_fkt = _size_label, _time_label
    figure.x_label, figure.y_label = "size", "time"
    # What lies on the outermost line would not be drawn: it moves by half a character.
    last_x, last_y = right - 0.5 * (right - left) / figure.width, top - 0.5 * (top - bottom) / figure.height
    for side, marker in zip(sides, "ox", strict=True):
        figure.plot([min(x, last_x) for x in xs], [min(y, last_y) for y in side], marker=marker)
    drawn = figure.show().replace("\N{BRAILLE PATTERN BLANK}", " ")
    return "\n".join(line.rstrip() for line in drawn.splitlines())


def _decades(values: list[float]) -> tuple[int, int]:
    """Whole powers of ten around the values."""
    low = math.floor(min(values))
    return low, max(math.ceil(max(values)), low + 1)


def _size_label(value: float, _next: float) -> str:
    power = round(value)
    if abs(value - power) > 1e-6:
        return ""
    return f"{10**power:,}" if power < 6 else f"{10 ** (power - 6):,}M"


def _time_label(value: float, following: float) -> str:
    """In the row that has a power of ten at its foot or above it."""
    power = math.ceil(value - 1e-9)
    if power >= following - 1e-9:
        return ""
    unit, exponent = next(one for one in _UNITS if power >= one[1] or not one[1])
    return f"{10 ** (power - exponent):,} {unit}".rjust(8)
