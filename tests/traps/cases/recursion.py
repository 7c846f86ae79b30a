"""Recursion, and loops that may never end."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

RECURSION = (
    Trap(
        name="a recursion without end is an error, not an endless loop",
        original=code("""
            def countdown(start: int) -> int:
                if start == 0:
                    return 0
                return 1 + countdown(start - 1)
        """),
        candidate=code("""
            def countdown(start: int) -> int:
                steps = 0
                while start != 0:
                    start -= 1
                    steps += 1
                return steps
        """),
        calls=("countdown(40)", "countdown(0)"),
        witness="countdown(-1)",
        reasons=because(Reason.HANG),
    ),
    Trap(
        name="the digits of a negative number come to an end",
        original=code("""
            def digit_sum(number: int) -> int:
                return sum([int(digit) for digit in str(abs(number))])
        """),
        candidate=code("""
            def digit_sum(number: int) -> int:
                total = 0
                while number:
                    number, digit = divmod(number, 10)
                    total += digit
                return total
        """),
        calls=("digit_sum(1234)", "digit_sum(0)"),
        witness="digit_sum(-1)",
        reasons=because(Reason.HANG),
    ),
    Trap(
        name="a table has as many keys as the recursion has arguments",
        original=code("""
            def ways(total: int, largest: int) -> int:
                if total > 25 or largest > 25:
                    raise ValueError("too many")
                if total == 0:
                    return 1
                if total < 0 or largest < 1:
                    return 0
                return ways(total - largest, largest) + ways(total, largest - 1)
        """),
        candidate=code("""
            def ways(total: int, largest: int) -> int:
                if total > 25 or largest > 25:
                    raise ValueError("too many")
                known: dict[int, int] = {}

                def count(left: int, part: int) -> int:
                    if left == 0:
                        return 1
                    if left < 0 or part < 1:
                        return 0
                    if left not in known:
                        known[left] = count(left - part, part) + count(left, part - 1)
                    return known[left]

                return count(total, largest)
        """),
        calls=("ways(1, 1)", "ways(2, 1)", "ways(0, 3)"),
        witness="ways(6, 4)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="large Fibonacci numbers are exact",
        original=code("""
            def fibonacci(index: int) -> int:
                before, current = 0, 1
                for _ in range(min(index, 300)):
                    before, current = current, before + current
                return before
        """),
        candidate=code("""
            def fibonacci(index: int) -> int:
                index = max(0, min(index, 300))
                return round(((1 + 5**0.5) / 2) ** index / 5**0.5)
        """),
        calls=("fibonacci(10)", "fibonacci(0)", "fibonacci(30)"),
        witness="fibonacci(90)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="nested values come in the order in which they are written",
        original=code("""
            def flattened(values: list[int | list[int]]) -> list[int]:
                result: list[int] = []
                for value in values:
                    if isinstance(value, list):
                        result = result + flattened(value)
                    else:
                        result = result + [value]
                return result
        """),
        candidate=code("""
            def flattened(values: list[int | list[int]]) -> list[int]:
                result: list[int] = []
                waiting = list(values)
                for value in waiting:
                    if isinstance(value, list):
                        waiting.extend(value)
                    else:
                        result.append(value)
                return result
        """),
        calls=("flattened([1, 2, [3, 4]])", "flattened([])"),
        witness="flattened([1, [2], 3])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
