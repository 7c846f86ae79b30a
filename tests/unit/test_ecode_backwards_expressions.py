"""Clean examples for kinds that put a slow expression in the place of a fast one; and what they look like."""

import random

import pytest

from optimizer.experts.ecode.data.backwards.table import KINDS

Examples = dict[str, tuple[str, list[tuple[object, ...]]]]  # by kind: a clean function, arguments for it

_NUMBERS: list[tuple[object, ...]] = [([3, 1, 2, 3],), ([5],), ([2, 2, 7, -1, 0],)]
_TABLES: list[tuple[object, ...]] = [({"a": 1, "b": 2}, "a"), ({"c": 0}, "b")]
_WORDS: list[tuple[object, ...]] = [(["b", "a", "b"],), ([],), (["long", "x", ""],)]
_TEXTS: list[tuple[object, ...]] = [("level", "e"), ("", "x"), ("a-b-c", "-")]
_LISTS: list[tuple[object, ...]] = [([1, 2, 2], [2, 3]), ([], [1])]
_ROWS: list[tuple[object, ...]] = [([[1, 2], [3], []],), ([[0]],)]
_D = "def f(table: dict[str, int], name: str):\n    return "
_N = "def f(nums: list[int]):\n    return "
_T = "def f(text: str, part: str):\n    return "
_L = "def f(one: list[int], other: list[int]):\n    return "
_I = "def f(a: int, b: int):\n    return "
_W = "def f(words: list[str]):\n    return "
_PAIRS: list[tuple[object, ...]] = [(1, 2), (2, 1), (5, 5), (0, 12)]

EXAMPLES: Examples = {
    "keys-membership": (_D + "name in table, name not in table\n", _TABLES),
    "keys-list-membership": (_D + "name in table\n", _TABLES),
    "length-of-view": (_D + "len(table)\n", _TABLES),
    "double-lookup": (_D + "table.get(name, 7) + 1\n", _TABLES),
    "needless-list": (_N + "max(nums) - min(nums)\n", _NUMBERS),
    "list-around-sorted": (
        _N + "sorted(nums), sorted(nums, key=abs), sorted(nums, reverse=True)\n",
        _NUMBERS,
    ),
    "list-before-any": (_N + "any(num > 2 for num in nums), all(num > 2 for num in nums)\n", _NUMBERS),
    "count-as-membership": (_L + "2 in one, 3 not in one\n", _LISTS),
    "find-as-membership": (_T + "part in text, part not in text\n", _TEXTS),
    "values-by-key": (_D + "max(table.values()), list(table.values())\n", _TABLES),
    "list-of-constants": (_I + "[0] * (a + 1), [None] * b\n", _PAIRS),
    "map-lambda": (_N + "[num * 2 for num in nums]\n", _NUMBERS),
    "filter-lambda": (_N + "[num for num in nums if num > 1]\n", _NUMBERS),
    "identity-comprehension": (_N + "list(nums), set(nums), nums[:], nums.copy()\n", _NUMBERS),
    "dict-of-pairs": (_W + "{word: len(word) for word in words if word}\n", _WORDS),
    "set-of-comprehension": (_W + "{len(word) for word in words}\n", _WORDS),
    "call-in-generator": (_W + "sum(map(len, words)), list(map(len, words))\n", _WORDS),
    "count-by-generator": (_W + "len([word for word in words if word])\n", _WORDS),
    "generator-collected": (_W + "'-'.join([word + '.' for word in words])\n", _WORDS),
    "extreme-of-two": (_I + "(a if a < b else b) + (a if a > b else b)\n", _PAIRS),
    "bit-count": (_I + "(a ^ b).bit_count()\n", _PAIRS),
    "joined-reversed": (_T + "text[::-1] + part\n", _TEXTS),
    "split-and-join": (_T + 'text.replace("-", part)\n', _TEXTS),
    "prefix-chain": (_T + 'text.startswith(("a", part)), text.endswith(("c", "l"))\n', _TEXTS),
    "types-one-by-one": (_I + "isinstance(a, (int, str)) and b\n", _PAIRS),
    "rounded-twice": (_I + "math.ceil(a / 2) + math.floor(b / 2)\n", _PAIRS),
    "list-of-range": (_I + "a in range(1, 5), b not in range(4)\n", _PAIRS),
    "sum-of-lists": (
        "def f(rows: list[list[int]]):\n    return [each for row in rows for each in row]\n",
        _ROWS,
    ),
    "reduce-lambda": (_N + "functools.reduce(operator.xor, nums, 0)\n", _NUMBERS),
    "alphabet-by-code": (_T + "[c for c in string.ascii_lowercase if c in text], part\n", _TEXTS),
    "sorted-for-extremum": (_N + "min(nums), max(nums), min(nums, key=abs)\n", _NUMBERS),
    "infinity-from-text": (_I + "min(math.inf, a), max(-math.inf, b)\n", _PAIRS),
    "last-by-length": (_N + "nums[-1]\n", _NUMBERS),
    "length-for-emptiness": (_N + "1 if not nums else 2\n", [*_NUMBERS, ([],)]),
    "chained-comparison": (_N + "0 <= nums[0] < 5\n", _NUMBERS),
    "count-by-scan": (_N + "nums.count(3)\n", _NUMBERS),
    "palindrome-by-index": (_T + "text == text[::-1], part\n", _TEXTS),
    "copy-to-reverse": (_N + "[num for num in reversed(nums)], list(reversed(nums))\n", _NUMBERS),
    "intersection-by-scan": (_L + "set(one) & set(other), set(one) - set(other)\n", _LISTS),
    "distinct-by-count": (_N + "len(set(nums)) == len(nums)\n", _NUMBERS),
    "bisect-by-scan": (
        _N + "bisect.bisect_left(nums, 3), bisect.bisect_right(nums, 3)\n",
        [([1, 3, 3, 9],), ([],)],
    ),
    "prefix-sums-by-slices": (
        _N + "list(itertools.accumulate(nums)), list(itertools.accumulate(nums, max))\n",
        _NUMBERS,
    ),
    "square-by-power": (_I + "a * a + b * b\n", _PAIRS),
    "string-sum": (_I + 'f"{a} of {b}."\n', _PAIRS),
    "format-call": (_I + 'f"{a} of {b + 1}."\n', _PAIRS),
    "key-lambda-call": (_W + "sorted(words, key=len)\n", _WORDS),
    "key-lambda-item": (
        _W + "sorted([(word, len(word)) for word in words], key=operator.itemgetter(1))\n",
        _WORDS,
    ),
    "constant-from-text": (_I + "a & 0x5 | b & 0b11\n", _PAIRS),
    "table-by-comprehension": (_I + "[[0] * a for _ in range(b)]\n", _PAIRS),
}


def _slow(kind: str, source: str) -> str | None:
    (found,) = [each for each in KINDS if each.name == kind]
    return found.apply(source, random.Random(1))


@pytest.mark.parametrize(
    ("kind", "fast", "slow"),
    [
        ("keys-membership", _D + "name in table", _D + "name in table.keys()"),
        ("double-lookup", _D + "table.get(name, 0) + 1", _D + "(table[name] if name in table else 0) + 1"),
        ("map-lambda", _N + "[num + 1 for num in nums]", _N + "list(map(lambda num: num + 1, nums))"),
        ("string-sum", _I + 'f"{a} of {b}"', _I + 'str(a) + " of " + str(b)'),
        ("format-call", _I + "f'{a} of {b}'", _I + "'{} of {}'.format(a, b)"),
        ("sorted-for-extremum", _N + "min(nums)", _N + "sorted(nums)[0]"),
        ("sorted-for-extremum", _N + "heapq.nsmallest(2, nums)", _N + "sorted(nums)[:2]"),
        ("extreme-of-two", _I + "a if a < b else b", _I + "min(b, a)"),  # of two equal ones the same
        ("copy-to-reverse", _T + "''.join(reversed(text))", _T + "''.join(text[::-1])"),
        (
            "key-lambda-item",
            _W + "sorted(words, key=operator.attrgetter('size'))",
            _W + "sorted(words, key=lambda item: item.size)",
        ),
    ],
)
def test_the_slow_expression_is_what_people_write(kind: str, fast: str, slow: str) -> None:
    assert _slow(kind, fast) == slow


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("keys-membership", "def f(table, name):\n    return name in table\n"),  # may be a list
        ("joined-reversed", "def f(nums: list[int]):\n    return nums[::-1]\n"),
        ("double-lookup", "def f(table, names):\n    return table.get(names.pop(), 0)\n"),
        ("needless-list", "def f(max, nums):\n    return max(nums)\n"),  # not the builtin
        ("list-before-any", "def f(check, nums):\n    return any(check(num) for num in nums)\n"),
        ("chained-comparison", "def f(take):\n    return 0 <= take() < 5\n"),
        ("chained-comparison", _I + "0 <= a < b\n"),  # would be as fast
        ("sorted-for-extremum", "def f(nums: list[int], sorted: bool):\n    return min(nums)\n"),
        (
            "sorted-for-extremum",
            (
                "def f(nums: list[int]):\n    try:\n        return min(nums)\n    except ValueError:\n"
                "        return 0\n"
            ),
        ),
        (
            "length-for-emptiness",  # None is empty, too
            "def f(memo: dict = None):\n    if not memo:\n        memo = {}\n    return memo\n",
        ),
        (
            "keys-membership",  # the parameter is another variable
            (
                "def f(name):\n    seen = {}\n    def known(seen):\n        return name in seen\n"
                "    return known([name]), seen\n"
            ),
        ),
        ("keys-membership", "def f(name, pool):\n    table = pool.dict()\n    return name in table\n"),
        ("double-lookup", "def f(url, data):\n    return requests.get(url, data)\n"),
        ("values-by-key", "def f(query):\n    return list(query.values())\n"),
        ("list-before-any", "def f(n):\n    return any(i > n for i in endless())\n"),
        ("map-lambda", "def f(items, n):\n    return [next(items) for _ in range(n)]\n"),
        ("filter-lambda", "def f(items, n):\n    return [i for i in range(n) if next(items)]\n"),
        ("split-and-join", 'def f(table):\n    return table.name.str.replace("a", "b")\n'),
        ("split-and-join", _T + 'text.replace(r"", part)\n'),
        ("copy-to-reverse", _N + "next(reversed(nums))\n"),
        (
            "copy-to-reverse",
            "def f(nums: list[int]):\n    for num in reversed(nums):\n        nums.remove(num)\n",
        ),
        ("intersection-by-scan", _L + "set(one) & set(input().split())\n"),
        ("string-sum", _I + "f'{(a, b)}!'\n"),
        ("format-call", _I + "f'{a, b}!'\n"),
        ("key-lambda-call", "def f(words, key=None):\n    return sorted(words, key=key)\n"),
        ("key-lambda-item", "def f(words, field):\n    return sorted(words, key=attrgetter(field))\n"),
        (
            "constant-from-text",
            "def f(a):\n    match a:\n        case 0x5:\n            return 1\n    return 2\n",
        ),
    ],
)
def test_what_could_change_the_result_is_left_alone(kind: str, source: str) -> None:
    assert _slow(kind, source) is None
