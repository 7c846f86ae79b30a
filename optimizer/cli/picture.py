"""Time against size as an SVG or a PNG. Imported only when one is drawn: matplotlib takes its time."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from optimizer.bench.scaling import fit
from optimizer.domain.evidence import Exponent, Scaling
from optimizer.stages.wording import nanoseconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEPS = 100  # points of a fitted curve
_BEFORE, _AFTER = "#b3541e", "#1f6f8b"  # told apart in print and by the colour-blind


def draw(scaling: Scaling, function: str, path: Path) -> None:
    """Both sides' points, their fitted curves and the crossover. The same bytes for the same values."""
    with rc_context({"svg.hashsalt": "optimizer", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(7.5, 4.8), layout="constrained")
        axes = figure.subplots()
        before = [(point.elements, point.original_ns) for point in scaling.points if point.elements > 0]
        after = [(point.elements, point.candidate_ns) for point in scaling.points if point.elements > 0]
        _side(axes, before, f"before{_power(scaling.original)}", _BEFORE, "o")
        _side(axes, after, f"after{_power(scaling.candidate)}", _AFTER, "s")
        _crossover(axes, scaling.crossover)
        _dress(axes, function)
        figure.legend(frameon=False, loc="outside lower left", ncols=2)
        form = path.suffix.lower().removeprefix(".")
        figure.savefig(path, format=form, dpi=150, metadata={"Date": None} if form == "svg" else {})


def _side(axes: "Axes", points: list[tuple[int, float]], label: str, color: str, marker: str) -> None:
    axes.plot(*zip(*points, strict=True), marker, color=color, markersize=5, label=label)
    curve = fit(points)
    if curve is not None:
        low, high = points[0][0], points[-1][0]
        sizes = [low * (high / low) ** (step / _STEPS) for step in range(_STEPS + 1)]
        axes.plot(sizes, [curve.at(size) for size in sizes], color=color, linewidth=1.3)


def _power(exponent: Exponent | None) -> str:
    if exponent is None:
        return ""
    within = f"{exponent.level:.0%} CI {exponent.low:.2f} to {exponent.high:.2f}"
    return f": about n$^{{{exponent.estimate:.2f}}}$ ({within})"


def _crossover(axes: "Axes", crossover: float | None) -> None:
    if crossover is not None and math.isfinite(crossover):
        text = f"slower under about {crossover:,.0f} elements"
        axes.axvline(crossover, color="0.45", linestyle="--", linewidth=1, label=text)


def _dress(axes: "Axes", function: str) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("size of the input, elements")
    axes.set_ylabel("time of one call")
    axes.set_title(function if len(function) < 80 else f"{function[:77]}...", fontsize=10, parse_math=False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _time(value)))
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        narrow = high < 100 * low  # powers of ten alone would be hardly any labels
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,), numticks=12))
    axes.grid(visible=True, color="0.9")
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _time(value: float) -> str:
    """A power of ten needs no digits after the point."""
    number, _, unit = nanoseconds(value).partition(" ")
    return f"{float(number):g} {unit}"
