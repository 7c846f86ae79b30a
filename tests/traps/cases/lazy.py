"""What is evaluated only if it is needed, or again in each round."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

LAZY = (
    Trap(
        name="the second condition is looked at only after the first",
        original=code("""
            def positive_at(values: list[int], places: list[int]) -> list[bool]:
                return [0 <= place < len(values) and values[place] > 0 for place in places]
        """),
        candidate=code("""
            def positive_at(values: list[int], places: list[int]) -> list[bool]:
                positive = [value > 0 for value in values]
                size = len(values)
                return [positive[place] and 0 <= place < size for place in places]
        """),
        calls=("positive_at([1, -2, 3], [0, 1, 2])", "positive_at([], [])", "positive_at([5], [-1])"),
        witness="positive_at([1], [3])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="the search stops at the first hit",
        original=code("""
            def any_share_above(parts: list[int], limit: int) -> bool:
                return any(100 // part > limit for part in parts)
        """),
        candidate=code("""
            def any_share_above(parts: list[int], limit: int) -> bool:
                return max([100 // part for part in parts], default=limit) > limit
        """),
        calls=("any_share_above([50, 10], 5)", "any_share_above([50], 5)", "any_share_above([], 1)"),
        witness="any_share_above([1, 0], 5)",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="the fallback is computed only when it is needed",
        original=code("""
            def sizes(known: dict[str, int], names: list[str]) -> list[int]:
                result = []
                for name in names:
                    result.append(known[name] if name in known else int(name))
                return result
        """),
        candidate=code("""
            def sizes(known: dict[str, int], names: list[str]) -> list[int]:
                get = known.get
                return [get(name, int(name)) for name in names]
        """),
        calls=("sizes({'1': 5}, ['1', '2'])", "sizes({}, [])"),
        witness="sizes({'small': 1}, ['small'])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="a list that grows is followed to its end",
        original=code("""
            def expanded(values: list[int]) -> list[int]:
                work = list(values)
                index = 0
                while index < len(work):
                    if work[index] > 9:
                        work.append(work[index] // 10)
                    index += 1
                return work
        """),
        candidate=code("""
            def expanded(values: list[int]) -> list[int]:
                work = list(values)
                for index in range(len(work)):
                    if work[index] > 9:
                        work.append(work[index] // 10)
                return work
        """),
        calls=("expanded([1, 25, 3])", "expanded([])"),
        witness="expanded([123])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="the largest of what is left is asked for in each round",
        original=code("""
            def picked(values: list[int], rounds: int) -> list[int]:
                rest = list(values)
                taken: list[int] = []
                for _ in range(min(rounds, len(values))):
                    largest = max(rest)
                    rest.remove(largest)
                    taken.append(largest)
                return taken
        """),
        candidate=code("""
            def picked(values: list[int], rounds: int) -> list[int]:
                return sorted(values, reverse=True)[:rounds]
        """),
        calls=("picked([3, 9, 4], 2)", "picked([1], 5)", "picked([], 1)"),
        witness="picked([3, 9, 4], -1)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
