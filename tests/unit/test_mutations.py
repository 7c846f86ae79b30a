"""Mistakes planted by the mutation benchmark, and what counts as no change."""

import ast
import textwrap
from collections import Counter
from random import Random

import pytest

from benchmarks.mutation_operators import OPERATORS
from benchmarks.mutation_types import names_alike
from benchmarks.mutations import choose, mutants, plain, provably_same

# For each kind a body, and a text that one of its mutants of that kind has in place of it.
EXAMPLES = {
    "comparison boundary": ("return a < b", "return a <= b"),
    "comparison turned": ("return a in b", "return a not in b"),
    "is and ==": ("return a == b", "return a is b"),
    "arithmetic operator": ("return a + b", "return a - b"),
    "operands swapped": ("return a - b", "return b - a"),
    "division": ("return a // b", "return a / b"),
    "constant": ("return a + 7", "return a + 8"),
    "condition negated": ("return 1 if a else 2", "return 1 if not a else 2"),
    "condition left out": ("return [x for x in a if x]", "return [x for x in a]"),
    "and and or": ("return a and b", "return a or b"),
    "term of a condition dropped": ("return a and b and 1", "return a and 1"),
    "slice bound": ("return a[1:b]", "return a[1:b + 1]"),
    "range bound": ("return range(b)", "return range(b - 1)"),
    "index moved": ("return a[b + 1]", "return a[b]"),
    "statement dropped": ("a.append(b)", "pass"),
    "arguments swapped": ("return divmod(a, b)", "return divmod(b, a)"),
    "wrong variable": ("c = 1\n    d = 2\n    return c", "c = 1\n    d = 2\n    return d"),
    "initial value": ("a = False", "a = True"),
    "loop left early": (
        "for x in a:\n        b += x\n    return b",
        "for x in a:\n        b += x\n        return b\n    return b",
    ),
    "sort order": ("return sorted(a, reverse=True)", "return sorted(a)"),
    "missing copy": ("b = a[:]", "b = a"),
    "argument changed": ("b = sorted(a)", "a.sort()\n    b = a"),
    "container type": ("return [a, b]", "return (a, b)"),
    "type of the result": ("return a == b", "return int(a == b)"),
    "element dropped": ("return [a, b]", "return [a]"),
    "iteration shortened": ("for x in a:\n        b(x)", "for x in a[1:]:\n        b(x)"),
    "branches swapped": ("return a if a else b", "return b if a else a"),
    "branch dropped": (
        "if a:\n        b = 1\n    else:\n        b = 2",
        "if a:\n        b = 1\n    b = 2",
    ),
    "break and continue": ("for x in a:\n        break", "for x in a:\n        continue"),
    "exception changed": ("raise ValueError(a)", "raise ValueError()"),
    "exception swallowed": (
        "for x in a:\n        b[x]()",
        "try:\n        for x in a:\n            b[x]()\n    except Exception:\n        pass",
    ),
    "neighbouring call": ("return min(a)", "return max(a)"),
    "call dropped": ("return abs(a)", "return a"),
    "sign dropped": ("return -a", "return a"),
    "assigned, not added": ("a += b", "a = b"),
}


def _function(body: str) -> str:
    return f"def f(a, b):\n    {body}"


def test_there_is_an_example_of_every_kind() -> None:
    assert EXAMPLES.keys() == OPERATORS.keys()


@pytest.mark.parametrize(("kind", "example"), EXAMPLES.items(), ids=EXAMPLES)
def test_a_mistake_of_each_kind_is_planted(kind: str, example: tuple[str, str]) -> None:
    before, after = map(_function, example)
    assert after in [mutant.source for mutant in mutants(before) if mutant.kind == kind]


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_a_real_change_is_never_called_the_same(example: tuple[str, str]) -> None:
    before, after = map(_function, example)
    assert not provably_same(before, after)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return 1", "return 1.0"),
        ("return 0.0", "return -0.0"),
        ("return 1", "return True"),
        ("return (1, 2)", "return (1, 2.0)"),
        ("return not a == b", "return a != b"),  # a class may answer both with no
        ("return a + 0", "return a"),
        ("return None\n    yield", "return None"),  # a generator, and none
        ("b = a\n    return a", "return a\n    a = b"),
        ("global c\n    c = 1", "c = 1"),
        ("def g(x=1): return x\n    return g", "def g(x=2): return x\n    return g"),
        (
            "try: return a()\n    except ValueError: return b",
            "try: return a()\n    except KeyError: return b",
        ),
        ("return f'{a}'", "return f'{a!r}'"),
        ("return lambda: a", "return lambda: b"),
    ],
)
def test_what_a_call_can_tell_apart_is_not_the_same(one: str, other: str) -> None:
    assert not provably_same(_function(one), _function(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return 2 + 3", "return 5"),
        ("return not a in b", "return a not in b"),
        ("return a\n    print(b)", "return a"),
        ("pass\n    return a", "return a"),
        ("'''A text.'''\n    return a", "return a"),
    ],
)
def test_what_compiles_to_the_same_code_is_the_same(one: str, other: str) -> None:
    assert provably_same(_function(one), _function(other))


def test_nothing_is_planted_that_is_provably_the_same() -> None:
    source = "def f(a):\n    for x in a:\n        print(x)\n        continue\n        a = -a\n    return 1"
    assert all(not provably_same(source, mutant.source) for mutant in mutants(source))
    assert not any("a = a" in mutant.source for mutant in mutants(source))


def test_a_method_keeps_its_indentation_and_its_decorator() -> None:
    source = "@staticmethod\n    def f(a):\n        return a + 1  # one more"
    assert plain(source) == "@staticmethod\n    def f(a):\n        return a + 1"
    module = f"class C:\n    {next(mutants(source)).source}"
    assert isinstance(ast.parse(module).body[0], ast.ClassDef)


def test_annotations_and_decorators_are_no_place_for_mistakes() -> None:
    source = "@cache(1 + 2)\ndef f(a: Literal[3]) -> Literal[4]:\n    return a"
    assert {mutant.kind for mutant in mutants(source)} == {"type of the result"}


def test_a_change_shows_the_lines_that_differ() -> None:
    source = "def f(a):\n    b = 0\n    return a[b]"
    changes = [mutant.change for mutant in mutants(source)]
    assert "-    return a[b]\n+    return a[b + 1]" in changes


def test_the_same_seed_plants_the_same_mistake() -> None:
    source = textwrap.dedent(
        """\
        def f(a, b):
            for x in a:
                if x < b and x > 3:
                    b += x
            return b
        """
    )
    chosen = [choose(source, Counter(), Random(f"{seed}")) for seed in (1, 1, 2, 3, 4)]
    assert chosen[0] == chosen[1]
    assert len({one.source for one in chosen if one}) > 1


def test_kinds_that_were_chosen_often_give_way_to_others() -> None:
    source = "def f(a, b):\n    return a + b if a < b else a - b"
    used: Counter[str] = Counter({kind: 1000 for kind in OPERATORS if kind != "branches swapped"})
    chosen = [choose(source, used.copy(), Random(f"{seed}")) for seed in range(20)]
    assert {one.kind for one in chosen if one} == {"branches swapped"}


def test_variables_of_one_type_are_found_by_how_they_are_made() -> None:
    source = textwrap.dedent(
        """\
        def f(words, limit: int):
            found, seen = [], set()
            for index in range(limit):
                length = len(words[index])
            def inner(row, column): return row
            return found
        """
    )
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    alike = names_alike(node)
    assert alike["index"] == ("length", "limit")
    assert alike["row"] == ("column",)
    assert alike["found"] == ()
