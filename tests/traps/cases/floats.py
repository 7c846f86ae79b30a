"""Floating-point numbers: the last digit, the sign of zero, overflow."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

FLOATS = (
    Trap(
        name="each window is added up afresh",
        original=code("""
            def window_sums(values: list[float], size: int) -> list[float]:
                if size < 1:
                    raise ValueError("an empty window")
                return [sum(values[start : start + size]) for start in range(len(values) - size + 1)]
        """),
        candidate=code("""
            def window_sums(values: list[float], size: int) -> list[float]:
                if size < 1:
                    raise ValueError("an empty window")
                if len(values) < size:
                    return []
                total = sum(values[:size])
                sums = [total]
                for index in range(size, len(values)):
                    total += values[index] - values[index - size]
                    sums.append(total)
                return sums
        """),
        calls=("window_sums([1.0, 2.0, 3.0, 4.0], 2)", "window_sums([], 1)", "window_sums([0.5], 3)"),
        witness="window_sums([1e16, 1.0, 1.0], 1)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="zero keeps its sign",
        original=code("""
            def negated(values: list[float]) -> list[float]:
                result = []
                for value in values:
                    result.append(0.0 - value)
                return result
        """),
        candidate=code("""
            def negated(values: list[float]) -> list[float]:
                return [-value for value in values]
        """),
        calls=("negated([1.5, -2.0, 0.0])", "negated([])"),
        witness="negated([0.0])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a more exact sum is another sum",
        original=code("""
            def added(values: list[float]) -> float:
                total = 0.0
                for value in values:
                    total = total + value
                return total
        """),
        candidate=code("""
            def added(values: list[float]) -> float:
                return math.fsum(values)
        """),
        candidate_imports=("import math",),
        calls=("added([0.5, 0.25])", "added([])"),
        witness="added([0.1] * 10)",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="dividing is not multiplying by the inverse",
        original=code("""
            def shares(values: list[float], whole: float) -> list[float]:
                if not whole:
                    return []
                return [value / whole for value in values]
        """),
        candidate=code("""
            def shares(values: list[float], whole: float) -> list[float]:
                if not whole:
                    return []
                inverse = 1.0 / whole
                return [value * inverse for value in values]
        """),
        calls=("shares([1.0, 3.0], 4.0)", "shares([], 2.0)", "shares([1.0], 0.0)"),
        witness="shares([5.0, 6.0, 7.0], 49.0)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a square that is too large is an error",
        original=code("""
            def energy(values: list[float]) -> list[float]:
                return [value**2 for value in values]
        """),
        candidate=code("""
            def energy(values: list[float]) -> list[float]:
                return [value * value for value in values]
        """),
        calls=("energy([1.5, -2.0])", "energy([])"),
        witness="energy([1e200])",
        # pow() may round differently from *, depending on the C library
        reasons=because(Reason.DIFFERENT_EXCEPTION, Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="halves are rounded to even",
        original=code("""
            def rounded(values: list[float]) -> list[int]:
                return [round(value) for value in values]
        """),
        candidate=code("""
            def rounded(values: list[float]) -> list[int]:
                return [int(value + 0.5) for value in values]
        """),
        calls=("rounded([1.2, 2.7, 3.5])", "rounded([])"),
        witness="rounded([0.5, -1.2])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
