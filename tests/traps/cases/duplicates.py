"""Values that occur more than once."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

DUPLICATES = (
    Trap(
        name="each occurrence counts",
        original=code("""
            def shared(left: list[int], right: list[int]) -> int:
                return sum(1 for value in left if value in right)
        """),
        candidate=code("""
            def shared(left: list[int], right: list[int]) -> int:
                return len(set(left) & set(right))
        """),
        calls=("shared([1, 2, 3], [3, 4, 1])", "shared([], [1])"),
        witness="shared([1, 1], [1])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="each pair counts",
        original=code("""
            def pairs_with_sum(values: list[int], total: int) -> int:
                count = 0
                for i in range(len(values)):
                    for j in range(i + 1, len(values)):
                        if values[i] + values[j] == total:
                            count += 1
                return count
        """),
        candidate=code("""
            def pairs_with_sum(values: list[int], total: int) -> int:
                seen = set()
                count = 0
                for value in values:
                    if total - value in seen:
                        count += 1
                    seen.add(value)
                return count
        """),
        calls=("pairs_with_sum([1, 2, 3, 4], 5)", "pairs_with_sum([2, 2], 4)", "pairs_with_sum([], 0)"),
        witness="pairs_with_sum([0, 0, 0], 0)",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="the first position counts",
        original=code("""
            def first_positions(names: list[str]) -> list[int]:
                return [names.index(name) for name in names]
        """),
        candidate=code("""
            def first_positions(names: list[str]) -> list[int]:
                position = {name: index for index, name in enumerate(names)}
                return [position[name] for name in names]
        """),
        calls=("first_positions(['a', 'b', 'c'])", "first_positions([])"),
        witness="first_positions(['a', 'a'])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="what is left over keeps its repetitions",
        original=code("""
            def without(values: list[int], unwanted: list[int]) -> list[int]:
                return [value for value in values if value not in unwanted]
        """),
        candidate=code("""
            def without(values: list[int], unwanted: list[int]) -> list[int]:
                return sorted(set(values).difference(unwanted))
        """),
        calls=("without([1, 2, 3, 4], [2])", "without([], [1])"),
        witness="without([2, 2], [])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
