"""Clean examples for kinds that write loops out or walk in a slower way; and what they become."""

import random

import pytest

from optimizer.experts.ecode.data.backwards.table import KINDS

Examples = dict[str, tuple[str, list[tuple[object, ...]]]]  # by kind: a clean function, arguments for it

_NUMBERS: list[tuple[object, ...]] = [([3, 1, 2, 3],), ([5],), ([2, 2, 7, -1, 0],), ([],)]
_WORDS: list[tuple[object, ...]] = [(["b", "a", "b"],), ([],), (["long", "x", ""],)]
_TABLES: list[tuple[object, ...]] = [({"a": 1, "b": 2},), ({},)]

EXAMPLES: Examples = {
    "append-loop": (
        """\
def f(nums: list[int]) -> list[int]:
    return [num * 2 for num in nums if num > 1]
""",
        _NUMBERS,
    ),
    "set-by-loop": (
        """\
def f(words):
    first = {word[:1] for word in words}
    return first
""",
        _WORDS,
    ),
    "dict-by-loop": (
        """\
def f(words):
    return {word: len(word) for word in words}
""",
        _WORDS,
    ),
    "sum-by-loop": (
        """\
def f(nums):
    total = 1
    total += sum(num for num in nums if num > 0)
    return total
""",
        _NUMBERS,
    ),
    "any-by-flag": (
        """\
def f(nums):
    return any(num > 5 for num in nums)
""",
        _NUMBERS,
    ),
    "all-by-flag": (
        """\
def f(nums):
    good = all(num > 0 for num in nums)
    return good
""",
        _NUMBERS,
    ),
    "join-by-concatenation": (
        """\
def f(words):
    return ''.join(word + '.' for word in words)
""",
        _WORDS,
    ),
    "product-loop": (
        """\
def f(nums):
    return math.prod(nums)
""",
        _NUMBERS,
    ),
    "while-counter": (
        """\
def f(nums: list[int]) -> int:
    total = 0
    for i in range(1, len(nums)):
        total += nums[i] - nums[i - 1]
    return total
""",
        _NUMBERS,
    ),
    "index-loop": (
        """\
def f(nums: list[int]) -> int:
    total = 0
    for num in nums:
        if num > 1:
            total += num
    return total
""",
        _NUMBERS,
    ),
    "counter-by-hand": (
        """\
def f(words):
    result = []
    for i, word in enumerate(words):
        if word:
            result.append((i, word))
    return result
""",
        _WORDS,
    ),
    "zip-by-index": (
        """\
def f(one: list[int], other: list[int]) -> int:
    total = 0
    for a, b in zip(one, other):
        total += a * b
    return total
""",
        [([1, 2], [3, 4, 5]), ([], [1])],
    ),
    "items-by-key": (
        """\
def f(table: dict[str, int]):
    result = []
    for name, value in table.items():
        if value > 1:
            result.append(name)
    return result
""",
        _TABLES,
    ),
    "loop-over-copy": (
        """\
def f(words):
    total = 0
    for i, word in enumerate(words):
        total += i * len(word)
    return total
""",
        _WORDS,
    ),
    "range-into-list": (
        """\
def f(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total
""",
        [(0,), (5,)],
    ),
}


def _slow(kind: str, source: str, seed: int = 1) -> str | None:
    (found,) = [each for each in KINDS if each.name == kind]
    return found.apply(source, random.Random(seed))


def test_a_comprehension_is_written_out_below_the_comments_above_it() -> None:
    source = "def f(nums):\n    # doubled\n    return [num * 2 for num in nums]\n"
    assert _slow("append-loop", source) == (
        "def f(nums):\n    # doubled\n    result = []\n    for num in nums:\n"
        "        result.append(num * 2)\n    return result"
    )


def test_a_comprehension_stays_where_its_variable_means_something_outside() -> None:
    source = "def f(nums, num):\n    found = [num for num in nums]\n    return found, num\n"
    assert _slow("append-loop", source) is None


def test_a_loop_that_continues_early_keeps_its_range() -> None:
    source = "def f(n):\n    for i in range(n):\n        if i % 2:\n            continue\n        print(i)\n"
    assert _slow("while-counter", source) is None


def test_a_loop_whose_variable_is_read_after_it_keeps_its_range() -> None:
    source = "def f(n):\n    for i in range(n):\n        print(i)\n    return i\n"
    assert _slow("while-counter", source) is None


def test_a_list_that_changes_in_the_loop_is_not_walked_by_index() -> None:
    source = "def f(nums: list[int]):\n    for num in nums:\n        nums.append(num)\n        print(num)\n"
    assert [_slow("index-loop", source, seed) for seed in range(6)] == [None] * 6


def test_a_list_that_was_handed_out_is_not_bound_anew() -> None:
    source = (
        "def f(nums, keep):\n    result = []\n    keep(result)\n    result.append(nums)\n    return result\n"
    )
    assert _slow("list-concatenation", source) is None


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("while-counter", "def f(n: int):\n    for _ in range(n):\n        print(_)\n"),
        (
            "zip-by-index",  # the texts are gone after the first step
            "def f(s: str, t: str):\n    for s, t in zip(s, t):\n        print(s, t)\n",
        ),
        (
            "loop-over-copy",  # has no end
            "def f(n):\n    for i, p in enumerate(primes()):\n        if i == n:\n            return p\n",
        ),
        ("dict-by-loop", "def f(n):\n    return {input(): int(input()) for _ in range(n)}\n"),
        ("any-by-flag", "def f(nums, check):\n    return any(num > 3 for num in nums if check(num))\n"),
        ("any-by-flag", "def f(nums, check):\n    return any(map(check, nums))\n"),
        ("product-loop", "def f(nums):\n    return functools.reduce(operator.mul, nums)\n"),  # of nothing
    ],
)
def test_what_could_change_the_result_is_left_alone(kind: str, source: str) -> None:
    assert _slow(kind, source) is None
