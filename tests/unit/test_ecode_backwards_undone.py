"""Clean examples for kinds that make a value again at each use; and what they become."""

import random

import pytest

from optimizer.experts.ecode.data.backwards.table import KINDS

Examples = dict[str, tuple[str, list[tuple[object, ...]]]]  # by kind: a clean function, arguments for it

_NUMBERS: list[tuple[object, ...]] = [([3, 1, 2, 3],), ([5],), ([2, 2, 7, -1, 0],)]
_SORTED: list[tuple[object, ...]] = [([1, 3, 3, 8], 3), ([1, 3, 3, 8], 9), ([2], 0), ([], 1)]

EXAMPLES: Examples = {
    "invariant-call": (
        """\
def f(nums: list[int], wanted: int) -> int:
    n = len(nums)
    count = 0
    for i in range(n):
        if nums[i] == nums[n - 1 - i]:
            count += 1
    return count
""",
        _SORTED,
    ),
    "invariant-text": (
        """\
def f(query: str, titles: list[str]) -> int:
    small = query.lower()
    count = 0
    for title in titles:
        if small in title:
            count += 1
    return count
""",
        [("A", ["abc", "b"]), ("x", [])],
    ),
    "attribute-lookup": (
        """\
def f(owner, nums: list[int]) -> int:
    real = owner.real
    count = 0
    for num in nums:
        if num == real:
            count += 1
    return count
""",
        [(3, [3, 4, 3]), (5, [])],
    ),
    "repeated-row-lookup": (
        """\
def f(rows: list[list[int]], k: int) -> int:
    row = rows[k]
    total = 0
    for i in range(len(row)):
        total += row[i]
    return total
""",
        [([[1, 2], [3]], 0), ([[1, 2], [3]], 1)],
    ),
    "repeated-expression": (
        """\
def f(a: int, b: int) -> int:
    size = a * b + 1
    return size * size + size
""",
        [(1, 2), (0, 5)],
    ),
    "pattern-in-loop": (
        """\
def f(lines: list[str]) -> list[str]:
    pattern = re.compile(r'[0-9]+')
    found = []
    for line in lines:
        found += pattern.findall(line)
    return found
""",
        [(["a1", "22 3"],), ([],)],
    ),
    "set-in-loop": (
        """\
def f(nums: list[int], wanted: list[int]) -> int:
    known = set(nums)
    return sum(1 for each in wanted if each in known)
""",
        [([1, 2], [2, 3]), ([], [1])],
    ),
    "scan-for-membership": (
        """\
def f(nums: list[int], wanted: list[int]) -> int:
    known = set(nums)
    return sum(1 for each in wanted if each not in known)
""",
        [([1, 2], [2, 3]), ([], [1])],
    ),
    "sorted-in-loop": (
        """\
def f(nums: list[int]) -> list[int]:
    ordered = sorted(nums)
    result = []
    for i in range(len(nums)):
        result.append(ordered[i] - nums[i])
    return result
""",
        _NUMBERS,
    ),
    "counted-elements": (
        """\
def f(nums: list[int]) -> int:
    count = collections.Counter(nums)
    best = 0
    for num in nums:
        best = max(best, count[num])
    return best
""",
        _NUMBERS,
    ),
    "range-sums-by-slices": (
        """\
def f(nums: list[int], ranges: list[list[int]]) -> list[int]:
    prefix = list(itertools.accumulate(nums, initial=0))
    return [prefix[high + 1] - prefix[low] for low, high in ranges]
""",
        [([1, 2, 3], [[0, 2], [1, 1]]), ([4], [[0, 0]])],
    ),
    "lookup-by-scan": (
        """\
def f(rows: list[tuple[str, int]], names: list[str]) -> int:
    ages = {name: age for name, age in rows}
    total = 0
    for each in names:
        if each in ages:
            total += ages[each]
    return total
""",
        [([("a", 1), ("b", 2), ("a", 3)], ["a", "c"]), ([], ["a"])],
    ),
}


def _made(kind: str, source: str) -> str | None:
    (found,) = [each for each in KINDS if each.name == kind]
    return found.apply(source, random.Random(1))


def _slow(kind: str) -> str:
    return _made(kind, EXAMPLES[kind][0]) or ""


def test_a_table_of_counts_becomes_a_scan_for_each_element() -> None:
    assert "best = max(best, nums.count(num))" in _slow("counted-elements")
    assert "Counter" not in _slow("counted-elements")


def test_parentheses_around_a_test_for_membership_stay() -> None:
    source = (
        "def f(nums: list[int], pairs):\n    known = set(nums)\n"
        "    return [(a in known) == (b in known) for a, b in pairs]\n"
    )
    slow = _made("scan-for-membership", source)
    assert slow is not None
    assert "(a in nums) == (b in nums)" in slow


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (
            "set-in-loop",  # of an iterator nothing is left for the second set
            (
                "def f(text, wanted):\n    nums = map(int, text)\n    known = set(nums)\n"
                "    return [each in known for each in wanted]\n"
            ),
        ),
        (
            "lookup-by-scan",  # would take an item for each row
            EXAMPLES["lookup-by-scan"][0].replace("ages[each]", "ages[names.pop()]"),
        ),
        (
            "lookup-by-scan",  # another exception
            (
                "def f(rows, names):\n    ages = {name: age for name, age in rows}\n    total = 0\n"
                "    for each in names:\n        try:\n            total += ages[each]\n"
                "        except KeyError:\n            pass\n    return total\n"
            ),
        ),
    ],
)
def test_what_could_change_the_result_is_left_alone(kind: str, source: str) -> None:
    assert _made(kind, source) is None
