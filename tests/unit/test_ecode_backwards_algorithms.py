"""Clean examples for kinds that give up an algorithm, a container or a value; and what they become."""

import random
from textwrap import dedent

import pytest

from optimizer.experts.ecode.data.backwards.table import KINDS

Examples = dict[str, tuple[str, list[tuple[object, ...]]]]  # by kind: a clean function, arguments for it

_NUMBERS: list[tuple[object, ...]] = [([3, 1, 2, 3],), ([5],), ([2, 2, 7, -1, 0],)]
_SORTED: list[tuple[object, ...]] = [([1, 3, 3, 8], 3), ([1, 3, 3, 8], 9), ([2], 0), ([], 1)]
_GRAPHS: list[tuple[object, ...]] = [([[1, 2], [2], [0, 3], []],), ([[]],), ([[1], [0]],)]

EXAMPLES: Examples = {
    "linear-search": (
        """\
def f(nums: list[int], wanted: int) -> int:
    low, high = 0, len(nums)
    while low < high:
        mid = (low + high) // 2
        if nums[mid] >= wanted:
            high = mid
        else:
            low = mid + 1
    return low, high
""",
        _SORTED,
    ),
    "trial-division": (
        """\
def f(n: int) -> bool:
    if n < 2:
        return False
    for i in range(2, math.isqrt(n) + 1):
        if n % i == 0:
            return False
    return True
""",
        [(n,) for n in range(30)],
    ),
    "forgotten-cache": (
        """\
def f(n: int) -> int:
    @functools.lru_cache(None)
    def count(i: int) -> int:
        return 1 if i < 2 else count(i - 1) + count(i - 2)

    return count(n)
""",
        [(n,) for n in range(9)],
    ),
    "memo-removed": (
        """\
def f(n: int) -> int:
    memo = {}

    def count(i):
        if i in memo:
            return memo[i]
        if i < 2:
            return 1
        memo[i] = count(i - 1) + count(i - 2)
        return memo[i]

    return count(n)
""",
        [(n,) for n in range(9)],
    ),
    "prefix-by-slices": (
        """\
def f(nums: list[int]) -> list[int]:
    prefix = [0] * (len(nums) + 1)
    for i in range(len(nums)):
        prefix[i + 1] = prefix[i] + nums[i]
    return prefix
""",
        _NUMBERS,
    ),
    "running-total-again": (
        """\
def f(nums: list[int]) -> int:
    best = 0
    total = 0
    for i, num in enumerate(nums):
        total += num
        best = max(best, total - i)
    return best
""",
        _NUMBERS,
    ),
    "running-extreme-again": (
        """\
def f(nums: list[int]) -> list[int]:
    high = [0] * len(nums)
    high[0] = nums[0]
    for i in range(1, len(nums)):
        high[i] = max(high[i - 1], nums[i])
    return high
""",
        _NUMBERS,
    ),
    "nested-pairs": (
        """\
def f(nums: list[int], goal: int):
    seen = {}
    for i, num in enumerate(nums):
        if goal - num in seen:
            return [seen[goal - num], i]
        seen[num] = i
    return None
""",
        [([2, 7, 11, 15], 9), ([3, 2, 4], 6), ([1], 2)],
    ),
    "list-membership": (
        """\
def f(nums: list[int]) -> bool:
    seen = set()
    for num in nums:
        if num in seen:
            return True
        seen.add(num)
    return False
""",
        [*_NUMBERS, ([],)],
    ),
    "set-only-asked": (
        """\
def f(nums: list[int], wanted: list[int]) -> int:
    known = set(nums)
    count = 0
    for each in wanted:
        if each in known:
            count += 1
    return count
""",
        [([1, 2], [2, 3]), ([], [1])],
    ),
    "list-as-queue": (
        """\
def f(graph: list[list[int]]) -> list[int]:
    queue = collections.deque([0])
    order = []
    while queue:
        node = queue.popleft()
        if node in order:
            continue
        order.append(node)
        queue.extend(graph[node])
    return order
""",
        _GRAPHS,
    ),
    "heap-by-sorting": (
        """\
def f(nums: list[int]) -> list[int]:
    heap = []
    result = []
    for num in nums:
        heapq.heappush(heap, num)
        if len(heap) > 2:
            result.append(heapq.heappop(heap))
    return result
""",
        _NUMBERS,
    ),
    "heap-by-minimum": (
        """\
def f(nums: list[int]) -> int:
    heap = []
    for num in nums:
        heapq.heappush(heap, num)
        if len(heap) > 2:
            heapq.heappop(heap)
    return heap[0]
""",
        _NUMBERS,
    ),
    "sort-in-loop": (
        """\
def f(nums: list[int]) -> list[int]:
    ordered = []
    result = []
    for num in nums:
        bisect.insort(ordered, num)
        result.append(ordered[len(ordered) // 2])
    return result
""",
        _NUMBERS,
    ),
    "text-by-parts": (
        """\
def f(nums: list[int]) -> str:
    parts = []
    for num in nums:
        parts.append(str(num))
    return "".join(parts)
""",
        _NUMBERS,
    ),
    "string-prepend": (
        """\
def f(n: int) -> str:
    digits = []
    while n:
        digits.append(str(n % 2))
        n //= 2
    return "".join(reversed(digits))
""",
        [(0,), (1,), (10,)],
    ),
    "list-concatenation": (
        """\
def f(nums: list[int]) -> list[int]:
    result = []
    for num in nums:
        if num > 1:
            result.append(num)
    return result
""",
        _NUMBERS,
    ),
    "counting-by-hand": (
        """\
def f(nums: list[int]) -> dict[int, int]:
    count = collections.Counter(nums)
    return {num: times for num, times in count.items() if times > 1}
""",
        _NUMBERS,
    ),
}


def _made(kind: str, source: str) -> str | None:
    (found,) = [each for each in KINDS if each.name == kind]
    return found.apply(source, random.Random(1))


def _slow(kind: str) -> str:
    return _made(kind, EXAMPLES[kind][0]) or ""


def test_a_binary_search_becomes_a_walk_that_leaves_both_ends_where_the_search_left_them() -> None:
    assert (
        "    while low < high and not (nums[low] >= wanted):\n        low += 1\n    high = min(low, high)\n"
        in _slow("linear-search")
    )


SEARCH = """\
def f(nums: list[int], wanted: int) -> int:
    low, high = 0, len(nums) - 1
    if nums:
        while low < high:
            mid = (low + high) // 2
            if TEST:
                high = mid
            else:
                low = mid + 1
    return high
"""


def test_a_binary_search_inside_of_another_statement_leaves_its_right_end_to_what_comes_after() -> None:
    slow = _made("linear-search", SEARCH.replace("TEST", "nums[mid] >= wanted"))
    assert slow is not None
    assert "            low += 1\n        high = min(low, high)\n" in slow


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("linear-search", SEARCH.replace("TEST", "nums[mid] > nums[mid + 1]")),  # any peak is an answer
        (
            "trial-division",
            (
                "def f(n):\n    for i in range(2, math.isqrt(n) + 1):\n        if n % i == 0:\n"
                "            return 0\n    return i\n"
            ),
        ),
        (
            "forgotten-cache",  # the cache keeps the walk from coming back
            (
                "def f(n):\n    seen = []\n\n    @functools.cache\n    def walk(i):\n        seen.append(i)\n"
                "        return i and walk(i - 1)\n\n    return walk(n), seen\n"
            ),
        ),
        (
            "memo-removed",
            (
                "def f(n):\n    memo = {}\n    table = {}\n\n    def count(i):\n        if i in memo:\n"
                "            return memo[i]\n        table[i] = len(table)\n        memo[i] = count(i - 1)\n"
                "        return memo[i]\n\n    return count(n), table\n"
            ),
        ),
        (
            "counting-by-hand",  # of a table, its values are the counts
            "def f(table: dict[str, int]):\n    count = collections.Counter(table)\n    return len(count)\n",
        ),
        (
            "nested-pairs",  # the table is asked afterwards
            EXAMPLES["nested-pairs"][0].replace("return None", "return len(seen)"),
        ),
        (
            "prefix-by-slices",
            (
                "def f(nums: list[int]):\n    sums = [0] * (len(nums) + 1)\n"
                "    for i, num in enumerate(nums):\n        sums[i + 1] = sums[i] + num\n"
                "    return sums, num\n"
            ),
        ),
    ],
)
def test_what_could_change_the_result_is_left_alone(kind: str, source: str) -> None:
    assert _made(kind, source) is None


def test_parentheses_around_a_test_for_membership_stay() -> None:
    source = "def f(nums: list[int], a, b):\n    known = set(nums)\n    return (a in known) == (b in known)\n"
    slow = _made("set-only-asked", source)
    assert slow is not None
    assert "return (a in known) == (b in known)" in slow


def test_a_kept_result_is_worked_out_again() -> None:
    assert _slow("memo-removed") == dedent(
        """\
        def f(n: int) -> int:

            def count(i):
                if i < 2:
                    return 1
                return count(i - 1) + count(i - 2)

            return count(n)"""
    )


def test_a_heap_becomes_a_list_that_is_sorted_after_each_item() -> None:
    slow = _slow("heap-by-sorting")
    assert "        heap.append(num)\n        heap.sort()\n" in slow
    assert "result.append(heap.pop(0))" in slow
