"""Elements that compare equal are still different elements."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

TIES = (
    Trap(
        name="ties keep their order",
        original=code("""
            def by_score(pairs: list[tuple[str, int]]) -> list[tuple[str, int]]:
                return sorted(pairs, key=lambda pair: pair[1])
        """),
        candidate=code("""
            def by_score(pairs: list[tuple[str, int]]) -> list[tuple[str, int]]:
                ranked = sorted([(score, name) for name, score in pairs])
                return [(name, score) for score, name in ranked]
        """),
        calls=("by_score([('ann', 3), ('bob', 1)])", "by_score([('ann', 2), ('bob', 2)])", "by_score([])"),
        witness="by_score([('bob', 2), ('ann', 2)])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="the last of the longest is returned",
        original=code("""
            def longest(words: list[str]) -> str:
                if not words:
                    return ""
                return sorted(words, key=len)[-1]
        """),
        candidate=code("""
            def longest(words: list[str]) -> str:
                if not words:
                    return ""
                return max(words, key=len)
        """),
        calls=("longest(['a', 'bbb', 'cc'])", "longest([])"),
        witness="longest(['aa', 'bb'])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="the position is that of the last minimum",
        original=code("""
            def lowest(values: list[int]) -> int:
                position = -1
                for index, value in enumerate(values):
                    if position < 0 or value <= values[position]:
                        position = index
                return position
        """),
        candidate=code("""
            def lowest(values: list[int]) -> int:
                return values.index(min(values)) if values else -1
        """),
        calls=("lowest([4, 1, 7])", "lowest([3])", "lowest([])"),
        witness="lowest([1, 4, 1])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="of equally frequent values the first seen wins",
        original=code("""
            def mode(values: list[int]) -> int:
                if not values:
                    return 0
                return max(values, key=values.count)
        """),
        candidate=code("""
            def mode(values: list[int]) -> int:
                if not values:
                    return 0
                return max(set(values), key=values.count)
        """),
        calls=("mode([1, 2, 2, 3])", "mode([1, 1, 5, 5])", "mode([])"),
        witness="mode([5, 1, 1, 5])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a reversed ranking reverses ties too",
        original=code("""
            def longest_first(words: list[str]) -> list[str]:
                return sorted(words, key=len)[::-1]
        """),
        candidate=code("""
            def longest_first(words: list[str]) -> list[str]:
                return sorted(words, key=len, reverse=True)
        """),
        calls=("longest_first(['a', 'ccc', 'bb'])", "longest_first([])"),
        witness="longest_first(['a', 'b'])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="the second of two sorts keeps the order of the first",
        original=code("""
            def ranking(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
                by_age = sorted(rows, key=lambda row: row[1], reverse=True)
                return sorted(by_age, key=lambda row: row[0])
        """),
        candidate=code("""
            def ranking(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
                return sorted(rows)
        """),
        calls=("ranking([(2, 1), (1, 5)])", "ranking([(1, 1), (1, 1)])"),
        witness="ranking([(1, 1), (1, 2)])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
