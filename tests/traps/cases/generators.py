"""Generators, and arguments that can be read only once."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

GENERATORS = (
    Trap(
        name="a generator stays one",
        original=code("""
            def squares(values: Iterable[int]) -> Iterator[int]:
                for value in values:
                    yield value * value
        """),
        candidate=code("""
            def squares(values: Iterable[int]) -> Iterator[int]:
                return iter([value * value for value in values])
        """),
        imports=("from collections.abc import Iterable, Iterator",),
        calls=("list(squares([1, 2, 3]))", "list(squares([]))"),
        witness="values = iter([1, 2, 3])\nnext(squares(values))\nlist(values)",
        reasons=because(Reason.KIND),
    ),
    Trap(
        name="a coroutine function stays one",
        original=code("""
            async def total(values: list[int]) -> int:
                result = 0
                for value in values:
                    result += value
                return result
        """),
        candidate=code("""
            def total(values: list[int]) -> int:
                return sum(values)
        """),
        witness="import inspect\ninspect.iscoroutinefunction(total)",
        reasons=because(Reason.KIND),
    ),
    Trap(
        name="what comes before a failure is still given out",
        original=code("""
            def numbers(texts: list[str]) -> Iterator[int]:
                for text in texts:
                    yield int(text)
        """),
        candidate=code("""
            def numbers(texts: list[str]) -> Iterator[int]:
                yield from [int(text) for text in texts]
        """),
        imports=("from collections.abc import Iterator",),
        calls=("list(numbers(['1', '2']))", "list(numbers([]))"),
        witness="next(numbers(['1', 'x']))",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="the rest of an iterator is left for the caller",
        original=code("""
            def first_three(items: Iterator[int]) -> list[int]:
                taken: list[int] = []
                while len(taken) < 3:
                    for item in items:
                        taken.append(item)
                        break
                    else:
                        break
                return taken
        """),
        candidate=code("""
            def first_three(items: Iterator[int]) -> list[int]:
                return list(items)[:3]
        """),
        imports=("from collections.abc import Iterator",),
        calls=("first_three(iter([1, 2, 3, 4]))", "first_three(iter([1]))"),
        witness="items = iter([1, 2, 3, 4])\nfirst_three(items)\nlist(items)",
        reasons=because(Reason.DIFFERENT_ARGUMENTS, Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="values that can be read only once are read once",
        original=code("""
            def spread(values: Iterable[int]) -> int:
                kept = list(values)
                return max(kept) - min(kept)
        """),
        candidate=code("""
            def spread(values: Iterable[int]) -> int:
                return max(values) - min(values)
        """),
        imports=("from collections.abc import Iterable",),
        calls=("spread([4, 1, 9])", "spread((3,))"),
        witness="spread(iter([4, 1, 9]))",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="pairing reads no more than it needs",
        original=code("""
            def scaled(factors: list[int], items: Iterator[int]) -> list[int]:
                return [factor * item for factor, item in zip(factors, items)]
        """),
        candidate=code("""
            def scaled(factors: list[int], items: Iterator[int]) -> list[int]:
                return list(map(operator.mul, items, factors))
        """),
        imports=("from collections.abc import Iterator",),
        candidate_imports=("import operator",),
        calls=("scaled([2, 3], iter([5, 7]))", "scaled([], iter([1]))"),
        witness="items = iter([5, 7])\nscaled([2], items)\nlist(items)",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
)
