"""Candidates that are fast where they are watched."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

SQUARES = code("""
    def energy(values: list[int]) -> int:
        total = 0
        for value in values:
            total += value * value
        return total
""")
SQUARES_CALLS = ("energy([1, 2, 3])", "energy([4])")

CHEATS = (
    Trap(
        name="answers are computed, not looked up",
        original=SQUARES,
        candidate=code("""
            def energy(values: list[int]) -> int:
                return {(1, 2, 3): 14, (4,): 16}.get(tuple(values), 0)
        """),
        calls=SQUARES_CALLS,
        witness="energy([5])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="inputs other than the usual ones count too",
        original=code("""
            def largest(values: list[int]) -> int:
                if not values:
                    return 0
                result = values[0]
                for value in values:
                    if value > result:
                        result = value
                return result
        """),
        candidate=code("""
            def largest(values: list[int]) -> int:
                if not values:
                    return 0
                if values[0] < values[-1]:
                    return values[-1]
                return max(values)
        """),
        calls=("largest([1, 2, 3])", "largest([3, 2, 1])", "largest([])"),
        witness="largest([1, 5, 2])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="long inputs are read to their end",
        original=code("""
            def checksum(values: list[int]) -> int:
                result = 7
                for value in values:
                    result = (result * 31 + value) % 65521
                return result
        """),
        candidate=code("""
            def checksum(values: list[int]) -> int:
                result = 7
                for value in values[:64]:
                    result = (result * 31 + value) % 65521
                return result
        """),
        calls=("checksum([1, 2, 3])", "checksum([])", "checksum(list(range(60)))"),
        witness="checksum(list(range(65)))",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="the work is not cut off by a clock",
        original=SQUARES,
        candidate=code("""
            def energy(values: list[int]) -> int:
                end = time.monotonic() + 10.0
                total = 0
                for value in values:
                    if time.monotonic() > end:
                        break
                    total += value * value
                return total
        """),
        candidate_imports=("import time",),
        calls=SQUARES_CALLS,
        witness=code("""
            import itertools

            class time:
                monotonic = itertools.count(0, 20).__next__

            energy([1, 2, 3])
        """),
        reasons=because(Reason.IMPORT, Reason.IO, Reason.INTROSPECTION),
    ),
    Trap(
        name="the environment is none of its business",
        original=SQUARES,
        candidate=code("""
            def energy(values: list[int]) -> int:
                if os.environ.get("PYTHONHASHSEED") == "0":
                    return 0
                return sum([value * value for value in values])
        """),
        candidate_imports=("import os",),
        witness=code("""
            class os:
                environ = {"PYTHONHASHSEED": "0"}

            energy([3])
        """),
        reasons=because(Reason.IMPORT, Reason.IO, Reason.INTROSPECTION),
    ),
    Trap(
        name="the caller is none of its business",
        original=SQUARES,
        candidate=code("""
            def energy(values: list[int]) -> int:
                if "time" in sys._getframe(1).f_code.co_name:
                    return 0
                return sum([value * value for value in values])
        """),
        candidate_imports=("import sys",),
        calls=SQUARES_CALLS,
        witness="def timed():\n    return energy([3])\ntimed()",
        reasons=because(Reason.INTROSPECTION, Reason.IMPORT),
    ),
    Trap(
        name="the garbage collector stays on",
        original=code("""
            def triangle(size: int) -> list[list[int]]:
                rows: list[list[int]] = []
                for width in range(min(size, 40)):
                    rows.append(list(range(width)))
                return rows
        """),
        candidate=code("""
            def triangle(size: int) -> list[list[int]]:
                gc.disable()
                return [list(range(width)) for width in range(min(size, 40))]
        """),
        candidate_imports=("import gc",),
        calls=("triangle(3)", "triangle(-1)"),
        witness=code("""
            class gc:
                on = True

                @classmethod
                def disable(cls):
                    cls.on = False

            triangle(3)
            gc.on
        """),
        reasons=because(Reason.INTROSPECTION, Reason.IMPORT),
    ),
    Trap(
        name="no work is left to other threads",
        imports=("from decimal import Decimal",),
        original=code("""
            def thirds(values: list[int]) -> list[Decimal]:
                return [Decimal(value) / 3 for value in values]
        """),
        candidate=code("""
            def thirds(values: list[int]) -> list[Decimal]:
                with ThreadPoolExecutor(2) as pool:
                    return list(pool.map(lambda value: Decimal(value) / 3, values))
        """),
        candidate_imports=("from concurrent.futures import ThreadPoolExecutor",),
        calls=("thirds([1, 3])", "thirds([])"),
        witness=code("""
            import decimal

            with decimal.localcontext() as context:
                context.prec = 4
                made = thirds([1])
            made
        """),
        reasons=because(Reason.THREADS, Reason.IMPORT),
    ),
    Trap(
        name="nothing is kept in files",
        original=code("""
            def word_count(text: str) -> int:
                return len([word for word in text.split(" ") if word])
        """),
        candidate=code("""
            def word_count(text: str) -> int:
                try:
                    with open("/tmp/word_count") as kept:
                        known, count = kept.read().rsplit(":", 1)
                    if known == text:
                        return int(count)
                except OSError:
                    pass
                count = len([word for word in text.split(" ") if word])
                with open("/tmp/word_count", "w") as kept:
                    kept.write(f"{text}:{count}")
                return count
        """),
        witness=code("""
            def open(*arguments):
                raise OSError("no files here")

            word_count("two words")
        """),
        reasons=because(Reason.IO),
    ),
    Trap(
        name="no code is made at run time",
        original=SQUARES,
        candidate=code("""
            def energy(values: list[int]) -> int:
                return eval("+".join([f"({value})**2" for value in values]))
        """),
        calls=SQUARES_CALLS,
        witness="energy([])",
        reasons=because(Reason.DYNAMIC_CODE),
    ),
    Trap(
        name="the result does not look equal to everything",
        original=SQUARES,
        candidate=code("""
            def energy(values: list[int]) -> int:
                class Any(int):
                    def __eq__(self, other):
                        return True

                    __hash__ = int.__hash__

                return Any()
        """),
        calls=SQUARES_CALLS,
        witness="int(energy([3]))",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.INTROSPECTION),
    ),
)
