"""The order of dict keys and of sets."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

ORDER = (
    Trap(
        name="distinct values come in order of first appearance",
        original=code("""
            def distinct(values: list[int]) -> list[int]:
                seen: list[int] = []
                for value in values:
                    if value not in seen:
                        seen.append(value)
                return seen
        """),
        candidate=code("""
            def distinct(values: list[int]) -> list[int]:
                return list(set(values))
        """),
        calls=("distinct([1, 2, 2, 3])", "distinct([])"),
        witness="distinct([3, 1])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a key that is set again moves to the end",
        original=code("""
            def latest(pairs: list[tuple[str, int]]) -> dict[str, int]:
                result: dict[str, int] = {}
                for key, value in pairs:
                    if key in result:
                        del result[key]
                    result[key] = value
                return result
        """),
        candidate=code("""
            def latest(pairs: list[tuple[str, int]]) -> dict[str, int]:
                return dict(pairs)
        """),
        calls=("latest([('a', 1), ('b', 2), ('a', 3)])", "latest([])"),
        witness="latest([('a', 1), ('b', 2), ('a', 3)])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="groups come in order of first appearance",
        original=code("""
            def by_length(words: list[str]) -> dict[int, list[str]]:
                groups: dict[int, list[str]] = {}
                for length in [len(word) for word in words]:
                    groups[length] = [word for word in words if len(word) == length]
                return groups
        """),
        candidate=code("""
            def by_length(words: list[str]) -> dict[int, list[str]]:
                ordered = sorted(words, key=len)
                return {length: list(group) for length, group in itertools.groupby(ordered, key=len)}
        """),
        candidate_imports=("import itertools",),
        calls=("by_length(['ccc', 'a', 'bb', 'd'])", "by_length([])"),
        witness="by_length(['bb', 'a'])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="defaults keep their places when they are overridden",
        original=code("""
            def settings(defaults: dict[str, int], chosen: dict[str, int]) -> dict[str, int]:
                merged: dict[str, int] = {}
                for key in [*defaults, *chosen]:
                    merged[key] = chosen[key] if key in chosen else defaults[key]
                return merged
        """),
        candidate=code("""
            def settings(defaults: dict[str, int], chosen: dict[str, int]) -> dict[str, int]:
                merged = dict(chosen)
                for key in defaults.keys() - chosen.keys():
                    merged[key] = defaults[key]
                return merged
        """),
        calls=("settings({'a': 1, 'b': 2}, {'b': 3})", "settings({}, {'a': 1})"),
        witness="settings({'a': 1}, {'b': 2})",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a set is only sorted by luck",
        original=code("""
            def levels(values: list[int]) -> list[int]:
                return sorted(set(values))
        """),
        candidate=code("""
            def levels(values: list[int]) -> list[int]:
                return list(set(values))
        """),
        calls=("levels([3, 1, 2, 3])", "levels(list(range(50, 0, -1)))", "levels([])"),
        witness="levels([8, 1, -3, 1000])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="the smallest is not the first that a set gives",
        original=code("""
            def smallest(values: list[int]) -> int:
                remaining = set(values)
                return sorted(remaining)[0]
        """),
        candidate=code("""
            def smallest(values: list[int]) -> int:
                remaining = list(set(values))
                return remaining[0]
        """),
        calls=("smallest([3, 1, 2])", "smallest([7])"),
        witness="smallest([8, 1])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
