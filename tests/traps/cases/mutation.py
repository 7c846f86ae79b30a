"""What a call does to its arguments is part of what it does."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

MUTATION = (
    Trap(
        name="the caller's list is sorted",
        original=code("""
            def three_lowest(values: list[int]) -> list[int]:
                values.sort()
                return values[:3]
        """),
        candidate=code("""
            def three_lowest(values: list[int]) -> list[int]:
                return heapq.nsmallest(3, values)
        """),
        candidate_imports=("import heapq",),
        calls=("three_lowest([5, 1, 4, 2])", "three_lowest([])"),
        witness="values = [2, 1]\nthree_lowest(values)\nvalues",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="the caller's queue is used up",
        original=code("""
            def take_until(queue: list[int], stop: int) -> list[int]:
                taken = []
                while queue:
                    value = queue.pop(0)
                    if value == stop:
                        break
                    taken.append(value)
                return taken
        """),
        candidate=code("""
            def take_until(queue: list[int], stop: int) -> list[int]:
                waiting = deque(queue)
                taken = []
                while waiting:
                    value = waiting.popleft()
                    if value == stop:
                        break
                    taken.append(value)
                return taken
        """),
        candidate_imports=("from collections import deque",),
        calls=("take_until([1, 2, 3], 2)", "take_until([], 1)"),
        witness="queue = [1, 2, 3]\ntake_until(queue, 2)\nqueue",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="the caller's list stays as it is",
        original=code("""
            def median(values: list[int]) -> int:
                ordered = list(values)
                ordered.sort()
                return ordered[len(ordered) // 2]
        """),
        candidate=code("""
            def median(values: list[int]) -> int:
                values.sort()
                return values[len(values) // 2]
        """),
        calls=("median([3, 1, 2])", "median([7])"),
        witness="values = [3, 1, 2]\nmedian(values)\nvalues",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="the totals that were handed in grow",
        original=code("""
            def tally(words: list[str], totals: dict[str, int]) -> dict[str, int]:
                for word in words:
                    totals[word] = totals.get(word, 0) + 1
                return totals
        """),
        candidate=code("""
            def tally(words: list[str], totals: dict[str, int]) -> dict[str, int]:
                counted = Counter(totals)
                counted.update(words)
                return dict(counted)
        """),
        candidate_imports=("from collections import Counter",),
        calls=("tally(['a', 'b', 'a'], {})", "tally(['a'], {'a': 2})"),
        witness="totals = {}\ntally(['a'], totals)\ntotals",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="removing while iterating skips the next element",
        original=code("""
            def drop_negative(values: list[int]) -> list[int]:
                for value in values:
                    if value < 0:
                        values.remove(value)
                return values
        """),
        candidate=code("""
            def drop_negative(values: list[int]) -> list[int]:
                values[:] = [value for value in values if value >= 0]
                return values
        """),
        calls=("drop_negative([1, -2, 3, -4])", "drop_negative([])"),
        witness="drop_negative([-1, -2, 3])",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="rows are copied, not only the list of rows",
        original=code("""
            def doubled(grid: list[list[int]]) -> list[list[int]]:
                result = copy.deepcopy(grid)
                for row in result:
                    for column in range(len(row)):
                        row[column] *= 2
                return result
        """),
        candidate=code("""
            def doubled(grid: list[list[int]]) -> list[list[int]]:
                result = grid[:]
                for row in result:
                    for column in range(len(row)):
                        row[column] *= 2
                return result
        """),
        imports=("import copy",),
        calls=("doubled([[1, 2], [3, 4]])", "doubled([])"),
        witness="grid = [[1]]\ndoubled(grid)\ngrid",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="a failure leaves what was added before it",
        original=code("""
            def add_numbers(target: list[int], texts: list[str]) -> int:
                for text in texts:
                    target.append(int(text))
                return len(target)
        """),
        candidate=code("""
            def add_numbers(target: list[int], texts: list[str]) -> int:
                target.extend([int(text) for text in texts])
                return len(target)
        """),
        calls=("add_numbers([], ['1', '2'])", "add_numbers([1], [])"),
        witness=code("""
            target = []
            try:
                add_numbers(target, ["1", "x"])
            except ValueError:
                pass
            target
        """),
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
)
