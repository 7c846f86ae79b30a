"""Clean examples for kinds that do a step of a loop, or leave it, in a slower way; and what they become."""

import random

import pytest

from optimizer.experts.ecode.data.backwards.table import KINDS

Examples = dict[str, tuple[str, list[tuple[object, ...]]]]  # by kind: a clean function, arguments for it

_NUMBERS: list[tuple[object, ...]] = [([3, 1, 2, 3],), ([5],), ([2, 2, 7, -1, 0],), ([],)]
_WORDS: list[tuple[object, ...]] = [(["b", "a", "b"],), ([],), (["long", "x", ""],)]

EXAMPLES: Examples = {
    "flag-loop": (
        """\
def f(nums: list[int]) -> bool:
    found = False
    for num in nums:
        if num > 4:
            found = True
            break
    return found
""",
        _NUMBERS,
    ),
    "late-return": (
        """\
def f(nums: list[int]) -> bool:
    for num in nums:
        if num > 4:
            return True
    return False
""",
        _NUMBERS,
    ),
    "generator-test": (
        """\
def f(nums: list[int]) -> bool:
    for num in nums:
        if num > 4:
            return False
    return True
""",
        _NUMBERS,
    ),
    "generator-condition": (
        """\
def f(nums: list[int]) -> int:
    for num in nums:
        if num > 4:
            return -1
    return len(nums)
""",
        _NUMBERS,
    ),
    "builtin-extremum-in-loop": (
        """\
def f(nums: list[int]) -> int:
    best = 0
    for num in nums:
        if num > best:
            best = num
    return best
""",
        _NUMBERS,
    ),
    "copied-text": (
        """\
def f(words):
    text = ''
    for word in words:
        text += word[:1] + word + ','
    return text
""",
        _WORDS,
    ),
    "extend-loop": (
        """\
def f(words):
    letters = []
    for word in words:
        letters.extend(word)
    return letters
""",
        _WORDS,
    ),
    "one-item-merge": (
        """\
def f(words):
    seen = set()
    for word in words:
        seen.add(word)
    return seen
""",
        _WORDS,
    ),
    "counted-by-tests": (
        """\
def f(words):
    count = {}
    for word in words:
        count[word] = count.get(word, 0) + 1
    return count
""",
        _WORDS,
    ),
    "grouped-by-tests": (
        """\
def f(words):
    groups = {}
    for word in words:
        groups.setdefault(len(word), []).append(word)
    return groups
""",
        _WORDS,
    ),
    "counter-by-loop": (
        """\
def f(words):
    count = collections.Counter(words)
    return count, count['none']
""",
        _WORDS,
    ),
    "accumulation-in-item": (
        """\
def f(rows: list[list[int]]):
    sums = [0] * len(rows)
    for i in range(len(rows)):
        total = 0
        for each in rows[i]:
            total += each
        sums[i] = total
    return sums
""",
        [([[1, 2], [3]],), ([],)],
    ),
    "sorting-by-hand": (
        """\
def f(nums: list[int]):
    nums.sort()
    return nums[:2]
""",
        _NUMBERS,
    ),
    "swap-reversal": (
        """\
def f(nums: list[int]):
    nums.reverse()
    return nums
""",
        _NUMBERS,
    ),
}


def _slow(kind: str, source: str, seed: int = 1) -> str | None:
    (found,) = [each for each in KINDS if each.name == kind]
    return found.apply(source, random.Random(seed))


def test_an_early_end_of_a_search_is_given_up() -> None:
    source, _ = EXAMPLES["late-return"]
    assert _slow("late-return", source) == (
        "def f(nums: list[int]) -> bool:\n    found = False\n    for num in nums:\n"
        "        if num > 4:\n            found = True\n    return found"
    )


def test_a_loop_that_returns_what_it_found_keeps_its_end() -> None:
    source = (
        "def f(nums):\n    for num in nums:\n        if num > 4:\n            return num\n    return None\n"
    )
    assert _slow("late-return", source) is None


def test_parts_of_a_text_are_put_behind_copies_of_it() -> None:
    slow = _slow("copied-text", EXAMPLES["copied-text"][0])
    assert slow is not None
    assert "        text = text + word[:1] + word + ','\n" in slow


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("copied-text", EXAMPLES["copied-text"][0].replace("word[:1] + word + ','", "word")),  # as fast
        (
            "flag-loop",  # what the loop leaves is read on
            (
                "def f(path):\n    found = False\n    with open(path) as lines:\n        for line in lines:\n"
                "            if line == '':\n                found = True\n                break\n"
                "        return found, list(lines)\n"
            ),
        ),
        (
            "late-return",  # has no end
            (
                "def f(n):\n    for i in itertools.count():\n        if i > n:\n            return True\n"
                "    return False\n"
            ),
        ),
        ("counted-by-tests", "def f(count, n):\n    count[n] = count.get(n, 0) + (n > 3)\n"),  # 1 is no True
        (
            "accumulation-in-item",  # the row is that which is added up
            (
                "def f(grid, i):\n    row = grid[i]\n    total = 0\n"
                "    for each in row:\n        total += each\n    grid[i][0] = total\n"
            ),
        ),
    ],
)
def test_what_could_change_the_result_is_left_alone(kind: str, source: str) -> None:
    assert _slow(kind, source) is None
