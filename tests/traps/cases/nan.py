"""NaN is unequal to itself, and neither smaller nor larger than anything."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

NAN = (
    Trap(
        name="NaN is clamped to the lower end",
        original=code("""
            def clamp(values: list[float], low: float, high: float) -> list[float]:
                return [max(low, min(value, high)) for value in values]
        """),
        candidate=code("""
            def clamp(values: list[float], low: float, high: float) -> list[float]:
                if low > high:
                    return [low for _ in values]
                return [low if value < low else high if value > high else value for value in values]
        """),
        calls=("clamp([0.5, 2.0, -1.0], 0.0, 1.0)", "clamp([], 0.0, 1.0)"),
        witness="clamp([float('nan')], 0.0, 1.0)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="NaN occurs nowhere",
        original=code("""
            def occurrences(values: list[float]) -> list[int]:
                return [sum(1 for other in values if other == value) for value in values]
        """),
        candidate=code("""
            def occurrences(values: list[float]) -> list[int]:
                return [values.count(value) for value in values]
        """),
        calls=("occurrences([1.0, 2.0, 1.0])", "occurrences([])"),
        witness="occurrences([float('nan')])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a series with NaN is not ascending",
        original=code("""
            def ascending(values: list[float]) -> bool:
                for index in range(1, len(values)):
                    if not values[index - 1] <= values[index]:
                        return False
                return True
        """),
        candidate=code("""
            def ascending(values: list[float]) -> bool:
                return values == sorted(values)
        """),
        calls=("ascending([1.0, 2.0, 2.0])", "ascending([2.0, 1.0])", "ascending([])"),
        witness="ascending([1.0, float('nan'), 0.5, 2.0])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
