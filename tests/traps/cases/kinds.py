"""Results that are equal, and still not the same: 1, 1.0 and True; Counter and dict."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

KINDS = (
    Trap(
        name="a count is no Counter",
        original=code("""
            def letters(words: list[str]) -> dict[str, int]:
                counts: dict[str, int] = {}
                for word in words:
                    counts[word] = counts.get(word, 0) + 1
                return counts
        """),
        candidate=code("""
            def letters(words: list[str]) -> dict[str, int]:
                return Counter(words)
        """),
        candidate_imports=("from collections import Counter",),
        calls=("letters(['a', 'b', 'a'])", "letters([])"),
        witness="letters(['a'])['z']",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a whole number is an int",
        original=code("""
            def triangle(size: int) -> int:
                total = 0
                for number in range(min(size, 300) + 1):
                    total += number
                return total
        """),
        candidate=code("""
            def triangle(size: int) -> int:
                size = max(0, min(size, 300))
                return size * (size + 1) / 2
        """),
        calls=("triangle(4)", "triangle(0)", "triangle(200)"),
        witness="triangle(4)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="yes is 1, not True",
        original=code("""
            def has(values: list[int], wanted: int) -> int:
                for value in values:
                    if value == wanted:
                        return 1
                return 0
        """),
        candidate=code("""
            def has(values: list[int], wanted: int) -> int:
                return wanted in values
        """),
        calls=("has([1, 2], 2)", "has([], 1)"),
        witness="has([1], 1)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a value other than zero counts once",
        original=code("""
            def raised(flags: list[int]) -> int:
                return sum(1 for flag in flags if flag)
        """),
        candidate=code("""
            def raised(flags: list[int]) -> int:
                return sum(flags)
        """),
        calls=("raised([1, 0, 1])", "raised([])"),
        witness="raised([2])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="one and one point zero have results of their own",
        original=code("""
            def cubes(values: list[int | float]) -> list[int | float]:
                return [value * value * value for value in values]
        """),
        candidate=code("""
            def cubes(values: list[int | float]) -> list[int | float]:
                known: dict[int | float, int | float] = {}
                for value in values:
                    if value not in known:
                        known[value] = value * value * value
                return [known[value] for value in values]
        """),
        calls=("cubes([2, 3, 2])", "cubes([1, 1.0])", "cubes([])"),
        witness="cubes([1, 1.0])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a frozen set stays frozen",
        original=code("""
            def vocabulary(words: list[str]) -> frozenset[str]:
                return frozenset([word.lower() for word in words])
        """),
        candidate=code("""
            def vocabulary(words: list[str]) -> frozenset[str]:
                return {word.lower() for word in words}
        """),
        calls=("vocabulary(['A', 'a', 'b'])", "vocabulary([])"),
        witness="{vocabulary([]): 1}",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a named tuple keeps its names",
        context=code("""
            class Point(NamedTuple):
                x: int
                y: int
        """),
        original=code("""
            def moved(points: list[Point], by: int) -> list[Point]:
                return [Point(point.x + by, point.y + by) for point in points]
        """),
        candidate=code("""
            def moved(points: list[Point], by: int) -> list[Point]:
                return [(x + by, y + by) for x, y in points]
        """),
        imports=("from typing import NamedTuple",),
        calls=("moved([Point(1, 2)], 1)", "moved([], 1)"),
        witness="moved([Point(1, 2)], 1)[0].x",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="a bool is an int",
        original=code("""
            def numbers_only(values: list[int | bool | str]) -> list[int | bool | str]:
                return [value for value in values if isinstance(value, int)]
        """),
        candidate=code("""
            def numbers_only(values: list[int | bool | str]) -> list[int | bool | str]:
                return [value for value in values if type(value) is int]
        """),
        calls=("numbers_only([1, 'a', 2])", "numbers_only([])"),
        witness="numbers_only([True])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
