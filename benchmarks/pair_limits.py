"""What the problems of the pairs allow as arguments: facts of their statements, as predicates.

A version may do as it likes outside of them. `inside` says for one input whether it is allowed.
"""

import base64
import io
import pickle
import string
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import program_inputs
from optimizer.domain.workloads import Input

Predicate = Callable[..., bool]
_LOWER = frozenset(string.ascii_lowercase)


def inside(problem: str, item: Input) -> bool | None:
    """None where the limits are not known."""
    return allowed(problem, item.payload)


def allowed(problem: str, payload: bytes) -> bool | None:
    """As `inside`, of arguments alone."""
    values = _values(payload)
    if problem in program_inputs.known():  # given texts go beyond the limits too
        return values is not None and values[0] in program_inputs.texts(problem)
    predicate = _LIMITS.get(problem)
    if predicate is None:
        return None
    try:
        return values is not None and predicate(*values)
    except TypeError:  # compared what does not compare, or other arguments than the problem has
        return False


def unpacked(payload: str) -> bytes:
    """As `Counterexample.payload` holds it."""
    return base64.b64decode(payload)


class _Plain(pickle.Unpickler):
    """Builds lists, strings and numbers; nothing that has a name."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name}")


def _values(payload: bytes) -> list[object] | None:
    """None for what is no list of builtin values."""
    try:
        form, *parts = _Plain(io.BytesIO(payload)).load()
    except pickle.UnpicklingError:
        return None
    if form == "with":
        below = _values(parts[0])
        return None if below is None else _replaced(below, parts[1])
    args, kwargs = (parts[3], parts[4]) if form == "method" else parts
    return None if kwargs else list(args)


def _replaced(values: list[object], changes: dict[int | str, object]) -> list[object] | None:
    """Positions in `changes` count from `self`, which `values` leaves out."""
    for key, value in changes.items():
        if not isinstance(key, int) or not 1 <= key <= len(values):
            return None
        values[key - 1] = value
    return values


def _int(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _ints(values: object, least: int, most: int, low: int, high: int) -> bool:
    return (
        type(values) is list and least <= len(values) <= most and all(_int(one, low, high) for one in values)
    )


def _rows(values: object, most: int, low: int, high: int, wide: int = 0) -> bool:
    """A rectangle of numbers; `wide`: so many in every row."""
    if type(values) is not list or not 1 <= len(values) <= most or type(values[0]) is not list:
        return False
    width = wide or len(values[0])
    return all(_ints(row, max(1, width), width, low, high) for row in values)


def _text(value: object, least: int, most: int, letters: frozenset[str] = _LOWER) -> bool:
    return type(value) is str and least <= len(value) <= most and set(value) <= letters


def _texts(values: object, most: int, longest: int) -> bool:
    return type(values) is list and 1 <= len(values) <= most and all(_text(one, 1, longest) for one in values)


def _queue(people: Sequence[Sequence[int]]) -> bool:
    """Whether an order exists in which everybody sees as many as they say."""
    if not _rows(people, 2000, 0, 10**6, 2):
        return False
    line: list[Sequence[int]] = []
    for one in sorted(people, key=lambda person: (-person[0], person[1])):
        if one[1] > len(line):
            return False
        line.insert(one[1], one)
    return all(sum(other[0] >= one[0] for other in line[:at]) == one[1] for at, one in enumerate(line))


def _trimmed(nums: Sequence[str], queries: Sequence[Sequence[int]]) -> bool:
    if type(nums) is not list or not 1 <= len(nums) <= 100 or type(nums[0]) is not str:
        return False
    length = len(nums[0])
    if not all(_text(one, max(1, length), length, frozenset(string.digits)) for one in nums):
        return False
    return _rows(queries, 100, 1, 100, 2) and all(k <= len(nums) and trim <= length for k, trim in queries)


def _flowers(flowers: Sequence[Sequence[int]], people: object) -> bool:
    spans = _rows(flowers, 50_000, 1, 10**9, 2) and all(start <= end for start, end in flowers)
    return spans and _ints(people, 1, 50_000, 1, 10**9)


def _trips(trips: Sequence[Sequence[int]], capacity: object) -> bool:
    if not (_rows(trips, 1000, 0, 1000, 3) and _int(capacity, 1, 10**5)):
        return False
    return all(1 <= people <= 100 and begin < end for people, begin, end in trips)


def _routes(places: Sequence[int], start: object, finish: object, fuel: object) -> bool:
    there = _ints(places, 2, 100, 1, 10**9) and len(set(places)) == len(places)
    last = len(places) - 1
    return there and _int(start, 0, last) and _int(finish, 0, last) and _int(fuel, 1, 200)


def _ones(width: int, height: int, side: int, most: object) -> bool:
    if not (_int(width, 1, 100) and _int(height, 1, 100)):
        return False
    return _int(side, 1, min(width, height)) and _int(most, 0, side * side)


def _alike(one: Sequence[int], other: Sequence[int], most: int, highest: int, lowest: int = 1) -> bool:
    """Two lists of one length."""
    both = _ints(one, 1, most, lowest, highest) and _ints(other, 1, most, lowest, highest)
    return both and len(one) == len(other)


def _listed(most: int, low: int, high: int, least: int = 1) -> Predicate:
    return lambda nums: _ints(nums, least, most, low, high)


def _number(low: int, high: int) -> Predicate:
    return lambda n: _int(n, low, high)


def _and_count(most: int, low: int, high: int, counted: int = 10**9) -> Predicate:
    """A list and how many of it are meant."""
    return lambda nums, k: _ints(nums, 1, most, low, high) and _int(k, 1, min(counted, len(nums)))


def _and_number(most: int, low: int, high: int, lowest: int, highest: int) -> Predicate:
    return lambda nums, k: _ints(nums, 1, most, low, high) and _int(k, lowest, highest)


_LIMITS: dict[str, Predicate] = {
    "absolute-difference-between-maximum-and-minimum-k-elements": _and_count(100, 1, 100),
    "add-to-array-form-of-integer": lambda num, k: (
        _ints(num, 1, 10**4, 0, 9) and (len(num) == 1 or num[0] > 0) and _int(k, 1, 10**4)
    ),
    "android-unlock-patterns": lambda m, n: _int(m, 1, 9) and _int(n, 1, 9),
    "arranging-coins": _number(1, 2**31 - 1),
    "best-team-with-no-conflicts": lambda scores, ages: (
        _alike(scores, ages, 1000, 10**6) and max(ages) <= 1000
    ),
    "bitwise-or-of-all-subsequence-sums": _listed(10**5, 0, 10**9),
    "boats-to-save-people": lambda people, limit: (
        _int(limit, 1, 30_000) and _ints(people, 1, 50_000, 1, limit)
    ),
    "capacity-to-ship-packages-within-d-days": _and_count(50_000, 1, 500),
    "car-pooling": _trips,
    "count-all-possible-routes": _routes,
    "count-prefix-and-suffix-pairs-i": lambda words: _texts(words, 50, 10),
    "count-subarrays-where-max-element-appears-at-least-k-times": _and_number(10**5, 1, 10**6, 1, 10**5),
    "count-the-number-of-consistent-strings": lambda allowed, words: (
        _text(allowed, 1, 26) and len(set(allowed)) == len(allowed) and _texts(words, 10**4, 10)
    ),
    "count-vowels-permutation": _number(1, 20_000),
    "divide-array-into-arrays-with-max-difference": lambda nums, k: (
        _ints(nums, 1, 10**5, 1, 10**5) and len(nums) % 3 == 0 and _int(k, 1, 10**5)
    ),
    "edit-distance": lambda one, other: _text(one, 0, 500) and _text(other, 0, 500),
    "fibonacci-number": _number(0, 30),
    "final-array-state-after-k-multiplication-operations-i": lambda nums, k, multiplier: (
        _ints(nums, 1, 100, 1, 100) and _int(k, 1, 10) and _int(multiplier, 1, 5)
    ),
    "find-anagram-mappings": lambda one, other: (
        _alike(one, other, 100, 10**5, 0) and Counter(one) == Counter(other)
    ),
    "find-pivot-index": _listed(10**4, -1000, 1000),
    "find-the-lexicographically-largest-string-from-the-box-i": lambda word, friends: (
        _text(word, 1, 5000) and _int(friends, 1, len(word))
    ),
    "find-the-maximum-length-of-a-good-subsequence-i": lambda nums, k: (
        _ints(nums, 1, 500, 1, 10**9) and _int(k, 0, min(25, len(nums)))
    ),
    "find-the-minimum-area-to-cover-all-ones-ii": lambda grid: (
        _rows(grid, 30, 0, 1) and len(grid[0]) <= 30 and sum(map(sum, grid)) >= 3
    ),
    "find-the-power-of-k-size-subarrays-i": _and_count(500, 1, 10**5),
    "house-robber-ii": _listed(100, 0, 1000),
    "interleaving-string": lambda one, other, both: (
        _text(one, 0, 100) and _text(other, 0, 100) and _text(both, 0, 200)
    ),
    "kth-distinct-string-in-an-array": lambda arr, k: _texts(arr, 1000, 5) and _int(k, 1, len(arr)),
    "kth-largest-element-in-an-array": _and_count(10**5, -(10**4), 10**4),
    "largest-palindrome-product": _number(1, 8),
    "last-remaining-integer-after-alternating-deletion-operations": _number(1, 10**15),
    "last-stone-weight-ii": _listed(30, 1, 100),
    "longest-balanced-subarray-i": _listed(1500, 1, 10**5),
    "longest-common-subsequence": lambda one, other: _text(one, 1, 1000) and _text(other, 1, 1000),
    "longest-consecutive-sequence": _listed(10**5, -(10**9), 10**9, 0),
    "longest-continuous-subarray-with-absolute-diff-less-than-or-equal-to-limit": _and_number(
        10**5, 1, 10**9, 0, 10**9
    ),
    "longest-increasing-subsequence": _listed(2500, -(10**4), 10**4),
    "max-points-on-a-line": lambda points: (
        _rows(points, 300, -(10**4), 10**4, 2) and len(set(map(tuple, points))) == len(points)
    ),
    "maximize-score-after-n-operations": lambda nums: _ints(nums, 2, 14, 1, 10**6) and len(nums) % 2 == 0,
    "maximum-array-hopping-score-i": _listed(1000, 1, 10**5, 2),
    "maximum-capacity-within-budget": lambda costs, capacity, budget: (
        _alike(costs, capacity, 10**5, 2 * 10**5) and max(capacity) <= 10**5 and _int(budget, 1, 2 * 10**5)
    ),
    "maximum-length-of-a-concatenated-string-with-unique-characters": lambda arr: _texts(arr, 16, 26),
    "maximum-number-of-ones": _ones,
    "maximum-number-of-points-with-cost": lambda points: (
        _rows(points, 10**5, 0, 10**5) and len(points) * len(points[0]) <= 10**5
    ),
    "maximum-score-after-splitting-a-string": lambda s: _text(s, 2, 500, frozenset("01")),
    "maximum-sum-circular-subarray": _listed(30_000, -30_000, 30_000),
    "minimize-deviation-in-array": _listed(50_000, 1, 10**9, 2),
    "minimum-absolute-difference-in-sliding-submatrix": lambda grid, k: (
        _rows(grid, 30, -(10**5), 10**5) and len(grid[0]) <= 30 and _int(k, 1, min(len(grid), len(grid[0])))
    ),
    "minimum-number-of-operations-to-make-array-continuous": _listed(10**5, 1, 10**9),
    "minimum-number-of-operations-to-make-array-empty": _listed(10**5, 1, 10**6, 2),
    "minimum-number-of-operations-to-move-all-balls-to-each-box": lambda boxes: _text(
        boxes, 1, 2000, frozenset("01")
    ),
    "minimum-time-to-make-rope-colorful": lambda colors, needed: (
        _text(colors, 1, 10**5) and _ints(needed, len(colors), len(colors), 1, 10**4)
    ),
    "number-of-flowers-in-full-bloom": _flowers,
    "number-of-students-unable-to-eat-lunch": lambda one, other: _alike(one, other, 100, 1, 0),
    "number-of-ways-to-build-sturdy-brick-wall": lambda height, width, bricks: (
        _int(height, 1, 100)
        and _int(width, 1, 10)
        and _ints(bricks, 1, 10, 1, 10)
        and len(set(bricks)) == len(bricks)
    ),
    "number-of-zero-filled-subarrays": _listed(10**5, -(10**9), 10**9),
    "pancake-sorting": lambda arr: _ints(arr, 1, 100, 1, 100) and sorted(arr) == list(range(1, len(arr) + 1)),
    "query-kth-smallest-trimmed-number": _trimmed,
    "queue-reconstruction-by-height": _queue,
    "shift-2d-grid": lambda grid, k: _rows(grid, 50, -1000, 1000) and len(grid[0]) <= 50 and _int(k, 0, 100),
    "sort-array-by-absolute-value": _listed(100, -100, 100),
    "special-array-with-x-elements-greater-than-or-equal-x": _listed(100, 0, 1000),
    "split-array-largest-sum": _and_count(1000, 0, 10**6, 50),
    "stepping-numbers": lambda low, high: _int(low, 0, 2 * 10**9) and _int(high, low, 2 * 10**9),
    "the-number-of-ways-to-make-the-sum": _number(1, 10**5),
    "valid-palindrome-ii": lambda s: _text(s, 1, 10**5),
}
