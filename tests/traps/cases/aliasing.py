"""Which objects are one and the same, and which only look alike."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

ALIASING = (
    Trap(
        name="the result is always a new list",
        original=code("""
            def without_blank(lines: list[str]) -> list[str]:
                return [line for line in lines if line != ""]
        """),
        candidate=code("""
            def without_blank(lines: list[str]) -> list[str]:
                if "" not in lines:
                    return lines
                return [line for line in lines if line != ""]
        """),
        calls=("without_blank(['a', '', 'b'])", "without_blank(['a'])"),
        witness="lines = ['a']\nwithout_blank(lines) is lines",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="each row is a list of its own",
        original=code("""
            def empty_grid(width: int, height: int) -> list[list[int]]:
                if not (0 <= width <= 64 and 0 <= height <= 64):
                    raise ValueError("no such grid")
                return [[0 for _ in range(width)] for _ in range(height)]
        """),
        candidate=code("""
            def empty_grid(width: int, height: int) -> list[list[int]]:
                if not (0 <= width <= 64 and 0 <= height <= 64):
                    raise ValueError("no such grid")
                return [[0] * width] * height
        """),
        calls=("empty_grid(3, 2)", "empty_grid(0, 0)"),
        witness="grid = empty_grid(2, 2)\ngrid[0][0] = 1\ngrid",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="each key has a list of its own",
        original=code("""
            def buckets(names: list[str]) -> dict[str, list[int]]:
                return {name: [] for name in names}
        """),
        candidate=code("""
            def buckets(names: list[str]) -> dict[str, list[int]]:
                return dict.fromkeys(names, [])
        """),
        calls=("buckets(['a', 'b'])", "buckets([])"),
        witness="made = buckets(['a', 'b'])\nmade['a'].append(1)\nmade",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="the result does not hold the caller's list",
        original=code("""
            def page(rows: list[int], number: int) -> dict[str, object]:
                return {"number": number, "rows": list(rows)}
        """),
        candidate=code("""
            def page(rows: list[int], number: int) -> dict[str, object]:
                return {"number": number, "rows": rows}
        """),
        calls=("page([1, 2], 1)", "page([], 0)"),
        witness="rows = [1]\nmade = page(rows, 1)\nrows.append(2)\nmade",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="adding up does not grow the first part",
        original=code("""
            def chained(parts: list[list[int]]) -> list[int]:
                if not parts:
                    return []
                result = parts[0]
                for part in parts[1:]:
                    result = result + part
                return result
        """),
        candidate=code("""
            def chained(parts: list[list[int]]) -> list[int]:
                if not parts:
                    return []
                result = parts[0]
                for part in parts[1:]:
                    result += part
                return result
        """),
        calls=("chained([[1], [2], [3]])", "chained([])"),
        witness="parts = [[1], [2]]\nchained(parts)\nparts",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="a part of the bytes is bytes",
        original=code("""
            def body(message: bytes) -> bytes:
                return message[4:]
        """),
        candidate=code("""
            def body(message: bytes) -> bytes:
                return memoryview(message)[4:]
        """),
        calls=("body(b'headbody')", "body(b'')"),
        witness="body(b'headbody').hex() + type(body(b'')).__name__",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
)
