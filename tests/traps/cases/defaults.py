"""Parameters and their defaults."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

DEFAULTS = (
    Trap(
        name="no memo in a shared default",
        original=code("""
            def paths(rows: int, columns: int) -> int:
                if rows < 0 or columns < 0 or rows + columns > 14:
                    raise ValueError("no such grid")
                if rows == 0 or columns == 0:
                    return 1
                return paths(rows - 1, columns) + paths(rows, columns - 1)
        """),
        candidate=code("""
            def paths(rows: int, columns: int, known: dict[tuple[int, int], int] = {}) -> int:
                if rows < 0 or columns < 0 or rows + columns > 14:
                    raise ValueError("no such grid")
                if rows == 0 or columns == 0:
                    return 1
                if (rows, columns) not in known:
                    known[rows, columns] = paths(rows - 1, columns) + paths(rows, columns - 1)
                return known[rows, columns]
        """),
        calls=("paths(3, 4)", "paths(0, 2)"),
        witness="import inspect\nlen(inspect.signature(paths).parameters)",
        reasons=because(Reason.SIGNATURE, Reason.MODULE_STATE, Reason.CACHING),
    ),
    Trap(
        name="each call without a list gets a new one",
        original=code("""
            def collected(values: list[int], into: list[int] | None = None) -> list[int]:
                result = into if into is not None else []
                for value in values:
                    result.append(value)
                return result
        """),
        candidate=code("""
            def collected(values: list[int], into: list[int] = []) -> list[int]:
                into.extend(values)
                return into
        """),
        calls=("collected([1, 2], [0])", "collected([], [])"),
        witness="collected([1])\ncollected([2])",
        reasons=because(Reason.SIGNATURE, Reason.MODULE_STATE, Reason.DIFFERENT_STATE),
    ),
    Trap(
        name="a keyword stays a keyword",
        original=code("""
            def scaled(values: list[int], *, factor: int = 2) -> list[int]:
                result = []
                for value in values:
                    result.append(value * factor)
                return result
        """),
        candidate=code("""
            def scaled(values: list[int], factor: int = 2) -> list[int]:
                return [value * factor for value in values]
        """),
        calls=("scaled([1, 2])", "scaled([1], factor=3)"),
        witness="scaled([1], 3)",
        reasons=because(Reason.SIGNATURE),
    ),
    Trap(
        name="an argument keeps its name",
        original=code("""
            def shouted(text: str) -> str:
                result = ""
                for letter in text:
                    result += letter.upper()
                return result
        """),
        candidate=code("""
            def shouted(word: str) -> str:
                return "".join([letter.upper() for letter in word])
        """),
        calls=("shouted('abc')", "shouted('')"),
        witness="shouted(text='abc')",
        reasons=because(Reason.SIGNATURE),
    ),
)
