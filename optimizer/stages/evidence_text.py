"""What is told beside the claim: growth with size, memory, impact, and the count of instructions."""

import math
from collections.abc import Iterator

from optimizer.domain.evidence import Evaluation, Exponent, Instructions, Measurement, Memory, Scaling
from optimizer.stages.size_plot import text_plot
from optimizer.stages.wording import byte_count, level, ratio, share, three_digits, wrap

_CLEARLY = 1.03  # the least gate there is: what time says from here on is no noise


def growth(evaluation: Evaluation) -> str:
    """Exponents, crossover and plot; empty where nothing was swept."""
    scaling = evaluation.scaling
    if scaling is None:
        return ""
    lines = [*_exponents(scaling), *_crossover(scaling)]
    drawn = text_plot(scaling)
    if drawn:
        lines += wrap("Time of one call against size (o before, x after; both axes logarithmic):")
        lines += [f"  {line}".rstrip() for line in drawn.splitlines()]
    return "\n".join(lines)


def _exponents(scaling: Scaling) -> Iterator[str]:
    if scaling.original is None and scaling.candidate is None:
        return
    before, after = _power(scaling.original), _power(scaling.candidate)
    yield from wrap(
        "Growth of time with size n, the fixed cost of a call set apart: "
        f"about {before} before, {after} after."
    )


def _power(exponent: Exponent | None) -> str:
    if exponent is None:
        return "(cannot be told)"
    low, high = math.floor(exponent.low * 100 + 1e-6) / 100, math.ceil(exponent.high * 100 - 1e-6) / 100
    return f"n^{exponent.estimate:.2f} ({level(exponent.level)} CI {low:.2f} to {high:.2f})"


def _crossover(scaling: Scaling) -> Iterator[str]:
    if len(scaling.points) < 2:
        return
    crossover = scaling.crossover
    if crossover is None:
        yield from wrap("In a sweep over sizes it is slower at none of them.")
    elif math.isinf(crossover):
        yield from wrap("In a sweep over sizes it is slower at every one.")
    else:
        size = three_digits(crossover) if crossover < 10 else f"{crossover:,.0f}"
        yield from wrap(f"On inputs of fewer than about {size} elements it is slower, on larger ones faster.")


def memory_line(memory: Memory | None) -> str:
    """Sign and ratio as well: a gain in time may be paid for in memory."""
    if memory is None:
        return ""
    change = ""
    if memory.original > 0 and memory.candidate > 0:
        relative = memory.candidate / memory.original
        change = f" ({100 * (relative - 1):+.0f} %, {ratio(relative)}x)"
    before, after = byte_count(memory.original), byte_count(memory.candidate)
    return "\n".join(wrap(f"Peak memory of one call, largest input: {before} before, {after} after{change}."))


def impact_line(impact: float | None) -> str:
    """The tests are all that was seen to run: what they call often need not be what users call often."""
    if impact is None:
        text = "Impact: unknown; the profile of the repository's own tests did not see the function."
    else:
        text = (
            f"Impact: saves about {share(impact)} of the time that the repository's own tests take, "
            "which may spend it otherwise than users do."
        )
    return "\n".join(wrap(text))


def instructions_line(instructions: Instructions | None, measured: Measurement) -> str:
    """Held against the time at the largest size timed, where the instructions were counted."""
    if instructions is None or not (instructions.original > 0 and instructions.candidate > 0):
        return ""
    relative = instructions.original / instructions.candidate
    text = (
        f"Instructions of one call, largest timed input (callgrind): {instructions.original:,} before, "
        f"{instructions.candidate:,} after, a ratio of {ratio(relative)}x."
    )
    if disagrees(relative, measured):
        time = measured.rows[-1].ratio if measured.rows else measured.wall
        less = "more" if relative < 1 else "less"
        text += f" Time disagrees: it says {ratio(time.estimate)}x there, although {less} is executed."
    return "\n".join(wrap(text))


def disagrees(relative: float, measured: Measurement) -> bool:
    """Whether time and instructions (original over candidate) point in opposite directions. Instructions
    repeat nearly exactly, so they need no margin."""
    time = (measured.rows[-1].ratio if measured.rows else measured.wall).estimate
    return (relative < 1 and time >= _CLEARLY) or (relative > 1 and time <= 1 / _CLEARLY)
