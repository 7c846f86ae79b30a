"""Which error, with which message, and when."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

EXCEPTIONS = (
    Trap(
        name="a missing name is a ValueError",
        original=code("""
            def columns(header: list[str], wanted: list[str]) -> list[int]:
                return [header.index(name) for name in wanted]
        """),
        candidate=code("""
            def columns(header: list[str], wanted: list[str]) -> list[int]:
                position = {name: index for index, name in reversed(list(enumerate(header)))}
                return [position[name] for name in wanted]
        """),
        calls=("columns(['a', 'b', 'c'], ['c', 'a'])", "columns([], [])"),
        witness="columns(['a'], ['b'])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="a place before the start is no place",
        original=code("""
            def pick(values: list[int], places: list[int]) -> list[int | None]:
                picked: list[int | None] = []
                for place in places:
                    try:
                        picked.append(values[place])
                    except IndexError:
                        picked.append(None)
                return picked
        """),
        candidate=code("""
            def pick(values: list[int], places: list[int]) -> list[int | None]:
                size = len(values)
                return [values[place] if place < size else None for place in places]
        """),
        calls=("pick([1, 2, 3], [0, 5, -1])", "pick([], [0])"),
        witness="pick([1], [-2])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="no words at all is an IndexError",
        original=code("""
            def longest_word(words: list[str]) -> str:
                longest = words[0]
                for word in words:
                    if len(word) > len(longest):
                        longest = word
                return longest
        """),
        candidate=code("""
            def longest_word(words: list[str]) -> str:
                return max(words, key=len)
        """),
        calls=("longest_word(['a', 'ccc', 'bb', 'ddd'])", "longest_word([''])"),
        witness="longest_word([])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="every value is checked, also after the answer is known",
        original=code("""
            def within(values: list[int], limit: int) -> bool:
                result = True
                for value in values:
                    if value < 0:
                        raise ValueError("a negative value")
                    if value > limit:
                        result = False
                return result
        """),
        candidate=code("""
            def within(values: list[int], limit: int) -> bool:
                for value in values:
                    if value < 0:
                        raise ValueError("a negative value")
                    if value > limit:
                        return False
                return True
        """),
        calls=("within([1, 2], 3)", "within([1, 9], 3)", "within([], 0)"),
        witness="within([9, -1], 3)",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="a loop without rounds computes nothing",
        original=code("""
            def remainders(values: list[int], total: int, parts: int) -> list[int]:
                result = []
                for value in values:
                    result.append(value % (total // parts + 1))
                return result
        """),
        candidate=code("""
            def remainders(values: list[int], total: int, parts: int) -> list[int]:
                share = total // parts + 1
                return [value % share for value in values]
        """),
        calls=("remainders([7, 8, 9], 10, 5)", "remainders([1], 4, 4)"),
        witness="remainders([], 10, 0)",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="a second series that is too short is an error",
        original=code("""
            def weighted(values: list[int], weights: list[int]) -> int:
                total = 0
                for index in range(len(values)):
                    total += values[index] * weights[index]
                return total
        """),
        candidate=code("""
            def weighted(values: list[int], weights: list[int]) -> int:
                return sum(value * weight for value, weight in zip(values, weights))
        """),
        calls=("weighted([1, 2], [3, 4])", "weighted([1], [2, 9])", "weighted([], [])"),
        witness="weighted([1, 2], [3])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="a part that is no text is named in the error",
        original=code("""
            def joined(parts: list[str | int]) -> str:
                text = ""
                for part in parts:
                    text += part
                return text
        """),
        candidate=code("""
            def joined(parts: list[str | int]) -> str:
                return "".join(parts)
        """),
        calls=("joined(['a', 'b'])", "joined([])"),
        witness="joined(['a', 1])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
)
