"""What a search for a counterexample is made of: mined values, relations, shrinking, branches. Nothing is run
in a sandbox here."""

import math
import sys
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from optimizer.languages.runners import frames
from optimizer.workloads.fitting import fits
from optimizer.workloads.mined import Mined, mine
from optimizer.workloads.planting import planted, random_value
from optimizer.workloads.relations import patterned, related, retyped
from optimizer.workloads.shapes import (
    NONE,
    Anything,
    Choice,
    Floats,
    Ints,
    Record,
    Series,
    Shape,
    Struct,
    Texts,
)
from optimizer.workloads.shapes import Mapping as MappingShape
from optimizer.workloads.shrinking import shrink

ORIGINAL = "def f(xs, s):\n    '''never 4711'''\n    return [x for x in xs if x > 7]\n"


def test_constants_of_one_version_come_first_with_their_neighbours() -> None:
    candidate = "def f(xs, s):\n    return [x for x in xs[:64] if x > 7]\n"
    mined = mine(ORIGINAL, candidate)
    assert mined.numbers[:4] == (64, 65, 63, -64)
    assert mined.sizes[:3] == (65, 64, 63)
    assert 7 in mined.numbers
    assert 4711 not in mined.numbers


def test_constants_are_worked_out_and_strings_come_with_their_parts() -> None:
    mined = mine("def f(n):\n    return n", "def f(n):\n    return n % (10**9 + 7) if n != 'ab cd' else -3\n")
    assert {10**9 + 7, 10**9 + 6, -3} <= set(mined.numbers)
    assert {"ab cd", "ab c", "ab", "cd"} <= set(mined.texts)


def test_constants_of_the_module_and_of_helpers_are_mined_where_they_are_named() -> None:
    module = "LIMIT = 321\nOTHER = 654\ndef helper(x):\n    return x > 777\n"
    mined = mine("def f(x):\n    return helper(x) and x < LIMIT", "def f(x):\n    return helper(x)", module)
    assert {321, 777} <= set(mined.numbers)
    assert 654 not in mined.numbers


def test_what_is_no_python_mines_nothing() -> None:
    assert mine("def f(:", "def f(x):\n    return x", "def").numbers == Mined().numbers


SHAPES: list[Shape] = [
    Ints(), Floats(), Texts("ab"), NONE, Series("list", Ints()), Series("set", Texts("ab")),
    Series("tuple", Series("list", Floats())), Record((Ints(), Texts("xy"))), Choice((NONE, Ints())),
    MappingShape("dict", Texts("ab"), Ints()), Struct((("kind", Texts("ab")), ("n", Ints()))), Anything(),
    MappingShape("Counter", Texts("ab"), Ints()),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_random_and_planted_values_are_of_the_shape_and_the_same_each_time(shape: Shape) -> None:
    def values() -> list[object]:
        random = Random(3)
        drawn = [random_value(shape, random, 5) for _ in range(40)]
        return [*drawn, *islice(planted(shape, drawn[0], Mined(), random), 40)]

    assert list(map(repr, values())) == list(map(repr, values()))
    assert all(fits(shape, value) for value in values()[:40])


def test_a_mined_string_is_planted_as_key_element_and_part() -> None:
    mined = mine("def f(x):\n    return x", "def f(x):\n    return x == 'refund'")
    random = Random(1)
    parts = list(islice(planted(Texts("ab"), "abab", mined, random), 60))
    assert {"refund", "refundabab", "ababrefund", "abrefundab"} <= set(parts)
    keys = list(islice(planted(MappingShape("dict", Texts("ab"), Ints()), {"a": 1}, mined, random), 60))
    assert any(isinstance(made, dict) and "refund" in made for made in keys)
    elements = list(islice(planted(Series("list", Texts("ab")), ["a", "b"], mined, random), 60))
    assert ["a", "b", "refund"] in elements


def test_both_sides_of_a_threshold_are_sizes() -> None:
    mined = mine("def f(x):\n    return x", "def f(x):\n    return x if len(x) > 64 else 0")
    made = list(islice(planted(Series("list", Ints()), [1], mined, Random(1)), 200))
    assert {63, 64, 65} <= {len(value) for value in made if isinstance(value, list)}


def test_relations_cover_sameness_order_containment_and_lengths() -> None:
    one = [5, 6, 7]
    made = list(related(one, [1], Random(1), (9,)))
    assert made[0] is one
    assert made[1] == one
    assert made[1] is not one
    for expected in ([7, 6, 5], [5, 6, 7, 7], [1, [5, 6, 7]], 3, 2, 4, 5, 12):
        assert expected in made
    assert "ab" + "x" in list(related("ab", "x", Random(1)))


def test_patterns_keep_the_type() -> None:
    assert [1, 2, 2, 1] in list(patterned([1, 2], Random(1)))
    assert "abba" in list(patterned("ab", Random(1)))
    assert (1, 1) in list(patterned((1, 2), Random(1)))


def test_another_type_comes_in_the_place_of_an_equal_value() -> None:
    made = [retyped([1, 1], Random(number)) for number in range(20)]
    kinds = {type(item) for value in made if isinstance(value, list) for item in value}
    assert kinds == {int, bool, float}


def smallest(values: Mapping[str, object], fails: Callable[[Any], bool]) -> Mapping[str, object]:
    return shrink(values, lambda tried: fails(tried["x"]))


@pytest.mark.parametrize(
    ("value", "fails", "expected"),
    [
        ([3, 9, 4, 1, 9, 2], lambda x: 9 in x, [9]),
        (list(range(100, 180)), lambda x: len(x) > 64, [0] * 65),
        (list(range(100)), lambda x: sum(x[64:]) > 0, [0] * 64 + [1]),
        (987654, lambda x: x > 1000, 1001),
        (-50, lambda x: x < -3, -4),
        ("hello zzworld", lambda x: "zz" in x, "zz"),
        ({"a": [1, 2], "b": [3]}, lambda x: any(3 in one for one in x.values()), {"a": [3]}),
        (({1, 2, 3}, "x"), lambda x: len(x) > 1 and len(x[0]) > 1, ({0, 1}, "")),
        ([[1, 2], [3, 4]], lambda x: any(4 in row for row in x), [[4]]),
        (math.pi, lambda x: x > 2, 3.0),
    ],
)
def test_what_fails_is_made_as_small_as_it_gets(
    value: object, fails: Callable[[Any], bool], expected: object
) -> None:
    assert smallest({"x": value}, fails) == {"x": expected}


def test_one_object_in_two_places_stays_one() -> None:
    shared = [1, 2, 3, 4]
    made = shrink({"a": shared, "b": shared}, lambda v: v["a"] is v["b"] and len(v["a"]) > 1)  # type: ignore[arg-type]  # lists
    assert made == {"a": [0, 0], "b": [0, 0]}
    assert made["a"] is made["b"]


def test_what_can_be_left_out_is() -> None:
    assert shrink({"a": 5, "k": 3}, lambda values: values["a"] == 5, frozenset({"k"})) == {"a": 5}


def test_shrinking_ends_when_nothing_fails_any_more() -> None:
    assert shrink({"x": [1, 2]}, lambda _: False) == {"x": [1, 2]}


class FakeSession:
    """As much of runners/session.py as `explore` needs."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = self.run = function
        self.module = sys.modules[__name__]
        self.kind = "plain"
        self.payloads: dict[str, object] = {}
        self.observers: object = None

    def call(self, header: dict[str, Any], _: object) -> tuple[dict[str, Any], list[bytes]]:
        self.run(self.payloads[header["id"]])
        return {}, []


def _watched(xs: list[int]) -> int:
    total = 0
    for x in xs:
        total += 1 if x > 3 and x < 50 else 2
    return total


def test_branches_are_told_once_when_they_are_first_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(frames.__file__).parent))
    import branches  # noqa: PLC0415 - it stands in the sandbox beside its own kind

    session = FakeSession(_watched)
    explorer = branches.Explorer(session)
    found = []
    for xs in ([], [1], [4], [60], [1, 4]):
        session.payloads["a"] = xs
        reply, _ = explorer.call({"id": "a", "state": False}, [])
        found.append(len(reply["branches"]))
    assert found == [1, 2, 2, 1, 0]
    assert session.payloads == {}
    assert sys.gettrace() is None or "branches" not in repr(sys.gettrace())
