"""The table of slow kinds: each gives the same results as the clean code; they are combined by chance."""

import ast
import bisect
import collections
import copy
import functools
import heapq
import itertools
import math
import operator
import random
import re
import string

import pytest

from optimizer.experts.ecode.data.backwards.kind import Kind
from optimizer.experts.ecode.data.backwards.pairs import slowed
from optimizer.experts.ecode.data.backwards.table import KINDS
from optimizer.experts.rules.table import all_rules
from tests.unit import (
    test_ecode_backwards_algorithms,
    test_ecode_backwards_expressions,
    test_ecode_backwards_loops,
    test_ecode_backwards_steps,
    test_ecode_backwards_undone,
)

EXAMPLES = {
    **test_ecode_backwards_algorithms.EXAMPLES,
    **test_ecode_backwards_loops.EXAMPLES,
    **test_ecode_backwards_steps.EXAMPLES,
    **test_ecode_backwards_undone.EXAMPLES,
    **test_ecode_backwards_expressions.EXAMPLES,
}
MODULES = (bisect, collections, functools, heapq, itertools, math, operator, re, string)
DISTINCT = """\
def distinct(self, nums: list[int]) -> int:
    \"\"\"How many numbers there are.\"\"\"
    seen = set()
    for num in nums:
        if num not in seen:
            seen.add(num)
    return len([num for num in nums if num in seen])
"""
LARGEST = """\
def largest(self, nums: list[int]) -> int:
    return max(nums)
"""
WALK = """\
def walk(graph: list[list[int]]) -> list[int]:
    queue = collections.deque([0])
    order = []
    while queue:
        node = queue.popleft()
        order.append(node)
        queue.extend(graph[node])
    return order
"""
FUNCTIONS = (DISTINCT, LARGEST, WALK)
IMPORTS = "import collections\n"


def _results(source: str, arguments: list[tuple[object, ...]]) -> list[object]:
    """What the function gives and what it leaves of its arguments, for each of them."""
    names: dict[str, object] = {module.__name__: module for module in MODULES}
    exec(source, names)
    found: list[object] = []
    for each in arguments:
        given = copy.deepcopy(each)
        found.append((names["f"](*given), given))  # type: ignore[operator]  # a function
    return found


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_the_slow_version_of_each_kind_gives_the_same_results(kind: Kind) -> None:
    source, arguments = EXAMPLES[kind.name]
    expected = _results(source, arguments)
    made = {kind.apply(source, random.Random(seed)) for seed in range(2)}
    slow = [each for each in made if each is not None]
    assert slow
    for each in slow:
        assert ast.dump(ast.parse(each)) != ast.dump(ast.parse(source))
        assert each.partition("\n")[0] == source.partition("\n")[0]
        assert _results(each, arguments) == expected


def test_each_kind_has_a_name_of_its_own_and_each_inverted_rule_exists() -> None:
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names) == len(EXAMPLES)
    rules = {rule.name for rule in all_rules()}
    assert {kind.inverts for kind in KINDS if kind.inverts} <= rules


@pytest.mark.parametrize("code", FUNCTIONS)
def test_slow_versions_parse_keep_the_signature_and_name_their_kinds(code: str) -> None:
    made = list(slowed(code, IMPORTS, random.Random(3)))
    names = {kind.name for kind in KINDS}
    assert len({slow for slow, _ in made} | {code.strip("\n")}) == len(made) + 1 > 1
    for slow, kinds in made:
        ast.parse(slow)
        assert slow.partition("\n")[0] == code.partition("\n")[0]
        assert set(kinds) <= names
        assert 1 <= len(kinds) <= 3


def test_some_versions_are_compositions() -> None:
    made = [
        each
        for seed in range(3)
        for code in FUNCTIONS
        for each in slowed(code, "", random.Random(seed), most=2)
    ]
    assert {len(kinds) for _, kinds in made} == {1, 2, 3}


def test_the_same_seed_gives_the_same_versions() -> None:
    first, second = (list(slowed(WALK, IMPORTS, random.Random(7), most=1)) for _ in range(2))
    assert first == second != []


@pytest.mark.parametrize(
    "source", ["def f(:\n", "", "x = 1\n", "class A:\n    pass\n", "def f(): return 1\n", "\0"]
)
def test_odd_sources_raise_nothing(source: str) -> None:
    assert list(slowed(source, "", random.Random(0))) == []
