"""Elements that cannot be hashed, and equal elements that look different."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

HASHING = (
    Trap(
        name="elements may be lists",
        original=code("""
            def unique(values: list[int | list[int]]) -> list[int | list[int]]:
                kept: list[int | list[int]] = []
                for value in values:
                    if value not in kept:
                        kept.append(value)
                return kept
        """),
        candidate=code("""
            def unique(values: list[int | list[int]]) -> list[int | list[int]]:
                return list(dict.fromkeys(values))
        """),
        calls=("unique([1, 2, 1])", "unique([])"),
        witness="unique([1, [2], [2]])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="what is looked for may be a dict",
        original=code("""
            def allowed_only(
                rows: list[int | dict[str, int]], allowed: list[int | dict[str, int]]
            ) -> list[int | dict[str, int]]:
                return [row for row in rows if row in allowed]
        """),
        candidate=code("""
            def allowed_only(
                rows: list[int | dict[str, int]], allowed: list[int | dict[str, int]]
            ) -> list[int | dict[str, int]]:
                known = set(allowed)
                return [row for row in rows if row in known]
        """),
        calls=("allowed_only([1, 2, 3], [3, 1])", "allowed_only([], [])"),
        witness="allowed_only([{'a': 1}], [{'a': 1}])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="dicts are equal whatever the order of their keys",
        original=code("""
            def unique_records(records: list[dict[str, int]]) -> list[dict[str, int]]:
                kept: list[dict[str, int]] = []
                for record in records:
                    if record not in kept:
                        kept.append(record)
                return kept
        """),
        candidate=code("""
            def unique_records(records: list[dict[str, int]]) -> list[dict[str, int]]:
                kept: dict[tuple[tuple[str, int], ...], dict[str, int]] = {}
                for record in records:
                    kept.setdefault(tuple(record.items()), record)
                return list(kept.values())
        """),
        calls=("unique_records([{'a': 1}, {'b': 2}])", "unique_records([{'a': 1}])", "unique_records([])"),
        witness="unique_records([{'a': 1, 'b': 2}, {'b': 2, 'a': 1}])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="numbers are equal whatever their type",
        original=code("""
            def unique_numbers(values: list[int | float | bool]) -> list[int | float | bool]:
                kept: list[int | float | bool] = []
                for value in values:
                    if value not in kept:
                        kept.append(value)
                return kept
        """),
        candidate=code("""
            def unique_numbers(values: list[int | float | bool]) -> list[int | float | bool]:
                kept: dict[str, int | float | bool] = {}
                for value in values:
                    kept.setdefault(repr(value), value)
                return list(kept.values())
        """),
        calls=("unique_numbers([1, 2.5, 1])", "unique_numbers([])"),
        witness="unique_numbers([1, True, 1.0])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="of equal numbers the first is kept",
        original=code("""
            def first_of_each(values: list[int | float]) -> list[int | float]:
                kept: list[int | float] = []
                for value in values:
                    if not any(value == other for other in kept):
                        kept.append(value)
                return sorted(kept)
        """),
        candidate=code("""
            def first_of_each(values: list[int | float]) -> list[int | float]:
                return sorted({value: value for value in values}.values())
        """),
        calls=("first_of_each([3, 1, 3])", "first_of_each([1, 1.0])", "first_of_each([])"),
        witness="first_of_each([1, 1.0])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
