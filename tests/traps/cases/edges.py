"""Nothing, zero, negative numbers, and numbers without end."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

EDGES = (
    Trap(
        name="the last none are none",
        original=code("""
            def last(values: list[int], count: int) -> list[int]:
                first = len(values) - count
                return [value for index, value in enumerate(values) if index >= first]
        """),
        candidate=code("""
            def last(values: list[int], count: int) -> list[int]:
                return values[-count:]
        """),
        calls=("last([1, 2, 3], 2)", "last([1], 5)", "last([], 1)"),
        witness="last([1, 2], 0)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="before the first comes the last",
        original=code("""
            def differences(values: list[int]) -> list[int]:
                return [values[index] - values[index - 1] for index in range(len(values))]
        """),
        candidate=code("""
            def differences(values: list[int]) -> list[int]:
                return [after - before for before, after in zip(values[:1] + values, values)]
        """),
        calls=("differences([5, 7, 5])", "differences([3])", "differences([])"),
        witness="differences([1, 2])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="nothing at all is not all positive",
        original=code("""
            def all_positive(values: list[int]) -> bool:
                positive = False
                for value in values:
                    positive = value > 0
                    if not positive:
                        break
                return positive
        """),
        candidate=code("""
            def all_positive(values: list[int]) -> bool:
                return min(values, default=1) > 0
        """),
        calls=("all_positive([1, 2])", "all_positive([1, 0])"),
        witness="all_positive([])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="zero is not missing",
        original=code("""
            def present(values: list[int | None]) -> list[int]:
                return [value for value in values if value is not None]
        """),
        candidate=code("""
            def present(values: list[int | None]) -> list[int]:
                return list(filter(None, values))
        """),
        calls=("present([1, None, 2])", "present([])"),
        witness="present([0])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="an empty text is not replaced",
        original=code("""
            def filled(names: list[str | None], default: str) -> list[str]:
                result = []
                for name in names:
                    result.append(default if name is None else name)
                return result
        """),
        candidate=code("""
            def filled(names: list[str | None], default: str) -> list[str]:
                return [name or default for name in names]
        """),
        calls=("filled(['a', None], 'x')", "filled([], 'x')"),
        witness="filled([''], 'x')",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a quotient is cut towards zero",
        original=code("""
            def halves(values: list[int]) -> list[int]:
                return [value // 2 if value >= 0 else -(-value // 2) for value in values]
        """),
        candidate=code("""
            def halves(values: list[int]) -> list[int]:
                return [value >> 1 for value in values]
        """),
        calls=("halves([7, 10, 0, -4])", "halves([])"),
        witness="halves([-7])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="the root of a huge number is exact",
        imports=("import math",),
        original=code("""
            def roots(values: list[int]) -> list[int]:
                return [math.isqrt(abs(value)) for value in values]
        """),
        candidate=code("""
            def roots(values: list[int]) -> list[int]:
                return [int(abs(value) ** 0.5) for value in values]
        """),
        calls=("roots([16, 17, 99])", "roots([])"),
        witness="roots([(2**70 - 1) ** 2 - 1])",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="a common divisor keeps its sign",
        original=code("""
            def divisor(left: int, right: int) -> int:
                while right:
                    left, right = right, left % right
                return left
        """),
        candidate=code("""
            def divisor(left: int, right: int) -> int:
                return math.gcd(left, right)
        """),
        candidate_imports=("import math",),
        calls=("divisor(12, 18)", "divisor(0, 5)", "divisor(7, 0)"),
        witness="divisor(4, -6)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="nothing multiplied is one, whatever the modulus",
        original=code("""
            def power(base: int, exponent: int, modulus: int) -> int:
                result = 1
                for _ in range(min(exponent, 200)):
                    result = result * base % modulus
                return result
        """),
        candidate=code("""
            def power(base: int, exponent: int, modulus: int) -> int:
                return pow(base, min(exponent, 200), modulus)
        """),
        calls=("power(3, 5, 7)", "power(2, 0, 9)", "power(10, 100, 13)"),
        witness="power(3, 0, 1)",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="a list is searched even when it is not sorted",
        original=code("""
            def known(values: list[int], wanted: list[int]) -> list[bool]:
                return [value in values for value in wanted]
        """),
        candidate=code("""
            def known(values: list[int], wanted: list[int]) -> list[bool]:
                found = []
                for value in wanted:
                    place = bisect.bisect_left(values, value)
                    found.append(place < len(values) and values[place] == value)
                return found
        """),
        candidate_imports=("import bisect",),
        calls=("known([1, 4, 9], [4, 5])", "known([], [1])"),
        witness="known([9, 1, 4], [9])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
