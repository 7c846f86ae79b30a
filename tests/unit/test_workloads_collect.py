"""A function's workload: where inputs come from, who may see them, and that they are the same tomorrow."""

import collections
import hashlib
import math
import os
import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest

from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input, Origin, Workload
from optimizer.languages.runners import canonical, payload
from optimizer.stages.collect import build_workload
from optimizer.workloads.recorded import RecordedCall


class Point:
    """Something that the trusted side cannot make."""

    def __init__(self, x: int = 0) -> None:
        self.x = x

    def moved(self, by: int) -> int:
        return self.x + by


def function(source: str, qualname: str = "f", kind: FunctionKind = FunctionKind.FUNCTION) -> Function:
    digest = hashlib.sha256(source.encode()).hexdigest()
    return Function("m.py", qualname, Span(0, len(source)), 1, 3, kind, False, source, digest)


def recorded(*args: object, **kwargs: object) -> RecordedCall:
    data = pickle.dumps(("call", args, kwargs), 5)
    return RecordedCall(data, canonical.encode((args, kwargs)))  # type: ignore[no-untyped-call]  # runs inside


def build(source: str, *calls: RecordedCall) -> Workload:
    return build_workload(function(source), calls, Settings())


def loaded(item: Input) -> tuple[list[object], dict[str, object]]:
    """Made by the code under test in this very process: may be loaded."""
    return payload.load(item.payload, lambda name: {"Point": Point}[name])


def arguments(workload: Workload, select: Callable[[Input], bool] = lambda _: True) -> list[list[object]]:
    return [loaded(item)[0] for item in workload.inputs if select(item)]


ADDS = "def f(nums: list[int], k: int = 3):\n    return sum(nums[:k])\n"


def test_every_third_recorded_call_is_held_out_when_there_are_enough() -> None:
    few = build(ADDS, *[recorded([n]) for n in range(5)])
    assert [item.held_out for item in few.inputs if item.origin is Origin.RECORDED] == [False] * 5
    many = build(ADDS, *[recorded([n]) for n in range(6)])
    roles = [item.held_out for item in many.inputs if item.origin is Origin.RECORDED]
    assert roles == [False, False, True, False, False, True]


@pytest.mark.parametrize("count", [0, 1, 8])
@pytest.mark.parametrize(
    "source",
    [
        ADDS,
        "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n",
        "def f(flag: bool):\n    return not flag\n",
        "def f(text):\n    return text.lower()\n",
    ],
)
def test_at_least_half_of_the_generated_inputs_and_all_edges_are_held_out(source: str, count: int) -> None:
    workload = build(source, *[recorded(n) for n in range(count)])
    generated = [item for item in workload.inputs if item.origin is Origin.GENERATED]
    assert generated
    assert 2 * sum(item.held_out for item in generated) >= len(generated)
    assert all(item.held_out for item in generated if item.note.startswith("edge"))
    assert any(not item.held_out for item in generated)


def test_ids_are_hashes_of_the_payloads_and_unique() -> None:
    workload = build(ADDS, recorded([1]), recorded([1]), recorded([2]))
    ids = [item.id for item in workload.inputs]
    assert len(set(ids)) == len(ids)
    assert all(item.id == hashlib.sha256(item.payload).hexdigest()[:16] for item in workload.inputs)
    assert workload.count(Origin.RECORDED) == 2


def test_the_named_edge_cases_are_there() -> None:
    workload = build("def f(a):\n    return sorted(a)\n", recorded([3, 1, 2]))
    notes = {item.note.removeprefix("edge: ") for item in workload.inputs if item.note.startswith("edge")}
    assert {
        "empty",
        "one element",
        "all equal",
        "negative",
        "huge",
        "NaN",
        "-0.0 and 0.0",
        "None",
        "None among the elements",
        "unhashable elements",
        "a subclass of list",
        "a list that holds itself",
        "equal but distinct",
        "an iterator",
    } <= notes
    cyclic = next(item for item in workload.inputs if item.note == "edge: a list that holds itself")
    [value] = loaded(cyclic)[0]
    assert isinstance(value, list)
    assert value[-1] is value


def test_two_parameters_get_one_object() -> None:
    workload = build("def f(a: list[int], b: list[int]):\n    a.append(1)\n    return b\n")
    [same] = arguments(workload, lambda item: item.note == "edge: one object twice")
    assert same[0] is same[1]
    assert same[0]


def test_observed_values_shape_the_drawn_ones() -> None:
    calls = [recorded([f"2024-0{n}-1{n}", f"2023-0{n}-02"]) for n in range(1, 6)]
    workload = build("def f(dates):\n    return dates\n", *calls)
    drawn = arguments(workload, lambda item: item.note in ("drawn", "changed a little"))
    texts = [text for [value] in drawn if isinstance(value, list) for text in value]
    assert len(texts) > 50
    assert all(isinstance(text, str) for text in texts)
    assert sum(set(text) <= set("0123456789-") for text in texts) > len(texts) / 2


def test_instances_stay_as_recorded_while_the_other_arguments_vary() -> None:
    calls = [recorded(Point(n), [n, n + 1]) for n in range(3)]
    workload = build("def f(point, nums):\n    return point.x in nums\n", *calls)
    generated = arguments(workload, lambda item: item.origin is Origin.GENERATED)
    assert len(generated) > 40
    assert all(isinstance(args[0], Point) for args in generated)
    assert len({repr(args[1]) for args in generated}) > 20
    changed = next(item for item in workload.inputs if item.note == "edge: empty")
    assert changed.text.endswith("Point(x=0), []")


CLASS = """\
class Point:
    def __init__(self, x: int = 0) -> None:
        self.x = x

    def moved(self, by: int) -> int:
        return self.x + by
"""
MOVED = "def moved(self, by: int) -> int:\n        return self.x + by\n"


def test_a_method_that_was_not_recorded_gets_a_fresh_instance() -> None:
    method = function(MOVED, "Point.moved", FunctionKind.METHOD)
    workload = build_workload(method, [], Settings(), module_source=CLASS)
    calls = arguments(workload)
    assert len(calls) > 20
    assert all(type(args[0]) is Point for args in calls)
    assert len({args[0].x for args in calls if isinstance(args[0], Point)}) > 5
    assert any(item.text.startswith("Point(), ") for item in workload.inputs)


def test_a_method_whose_class_cannot_be_made_gets_no_inputs() -> None:
    method = function(MOVED, "Point.moved", FunctionKind.METHOD)
    source = "class Point(Base):\n    def moved(self, by: int) -> int:\n        return self.x + by\n"
    assert build_workload(method, [], Settings(), module_source=source).inputs == ()


def test_a_class_method_gets_the_class() -> None:
    source = "@classmethod\n    def made(cls, x: int):\n        return cls(x)\n"
    workload = build_workload(function(source, "Point.made", FunctionKind.METHOD), [], Settings())
    assert workload.inputs
    assert all(args[0] is Point for args in arguments(workload))


def test_a_required_argument_that_cannot_be_made_means_no_inputs() -> None:
    assert build("def f(session: Session, n: int):\n    return n\n").inputs == ()


def test_calls_whose_tree_is_missing_or_garbled_are_inputs_all_the_same() -> None:
    for tree in (b"", b"garbage", b"l9999999999;"):
        call = RecordedCall(pickle.dumps(("call", (Point(), 1), {}), 5), tree)
        workload = build("def f(point: Point, n):\n    return n\n", call)
        assert [item.origin for item in workload.inputs] == [Origin.RECORDED]


def test_scaled_inputs_are_larger_and_mostly_visible_with_one_held_out_of_each() -> None:
    workload = build("def f(a):\n    return a\n", *[recorded(list(range(n, 3 * n))) for n in range(2, 8)])
    largest = max(item.size for item in workload.visible if item.origin is Origin.RECORDED)
    for factor in (4, 16, 64):
        scaled = [item for item in workload.inputs if item.note == f"scaled x{factor}: elements"]
        assert {item.held_out for item in scaled} == {True, False}
        assert max(item.size for item in scaled) == factor * largest


def test_variadic_functions_and_functions_without_parameters_get_calls() -> None:
    spread = arguments(build("def f(*args):\n    return sum(args)\n"))
    assert {len(args) for args in spread} >= {0, 1, 2, 3, 4}
    [only] = build("def f():\n    return 3\n").inputs
    assert loaded(only) == ([], {})
    named = build("def f(*, key: int, reverse: bool = False):\n    return key\n")
    assert all("key" in loaded(item)[1] for item in named.inputs)


@pytest.mark.parametrize(
    "source",
    ["def f(", "x = 1\n", "", "class A:\n    pass\n", "def f(a=(1,,)):\n    pass\n", "lambda x: x"],
)
def test_odd_source_gives_no_inputs_and_no_error(source: str) -> None:
    assert build(source).inputs == ()


def test_nested_functions_get_no_inputs() -> None:
    inner = function("def g(x):\n        return x\n", "f.<locals>.g", FunctionKind.NESTED)
    assert build_workload(inner, [], Settings()).inputs == ()


def test_why_calls_were_not_kept_is_passed_on() -> None:
    reasons = (("an argument is a generator", 3),)
    assert build_workload(function(ADDS), [], Settings(), skipped=reasons).skipped == reasons


def test_subclasses_and_containers_of_the_standard_library_come_as_such() -> None:
    source = "def f(a: Deque[int], b: 'Counter[str]', c: Iterator[int], d: frozenset[str]):\n    return a\n"
    drawn = arguments(build(source), lambda item: item.note == "drawn")
    assert drawn
    for a, b, c, d in drawn:
        assert type(a) is collections.deque
        assert type(b) is collections.Counter
        assert hasattr(c, "__next__")
        assert type(d) is frozenset


_PROGRAM = """
import hashlib
import math
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.settings import Settings
from optimizer.stages.collect import build_workload
source = "def f(a: set[str], b: dict[str, frozenset[str]], c):\\n    return a\\n"
made = Function("m.py", "f", Span(0, 1), 1, 1, FunctionKind.FUNCTION, False, source, "0" * 64)
for item in build_workload(made, [], Settings()).inputs:
    print(item.id, item.held_out, item.size, ascii(item.text), item.note)
"""


def test_the_same_inputs_come_out_whatever_the_hash_seed_and_folder(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = os.getcwd()  # noqa: PTH109  # as the tests' own import path has it
    outputs = set()
    for seed in ("1", "2"):
        folder = tmp_path_factory.mktemp("run")
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env={"PYTHONPATH": root, "PYTHONHASHSEED": seed},
            cwd=folder,
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
        assert list(folder.iterdir()) == []
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) > 80


@pytest.mark.parametrize(
    "value",
    [
        math.inf,
        -math.inf,
        math.nan,
        -0.0,
        1e308,
        10**400,
        [10**5000],
        -(10**400),
        b"abcdefgh",
        b"",
        [math.nan, math.inf],
        ["\udc80", "\0"],
        {(1, 2): {3}, None: [()]},
        {"": {}},
        ((), [[]], {}),
        [[[[[[[[[[1]]]]]]]]]],
        {frozenset({1}): frozenset()},
        complex(1, 2),
        [True, 1, 1.0],
        range(3),
        ...,
    ],
)
def test_any_recorded_value_gives_a_workload(value: object) -> None:
    for calls in ([recorded(value)], [recorded(value, value), recorded(1, [value])]):
        workload = build("def f(a, b=None):\n    return a\n", *calls)
        assert workload.count(Origin.RECORDED) == len(calls)
        assert len(workload.inputs) > 5
        assert all(loaded(item) is not None for item in workload.inputs)


def test_recorded_values_that_hold_themselves_give_a_workload() -> None:
    cyclic: list[object] = [1, 2, 3]
    cyclic.append(cyclic)
    table: dict[str, object] = {"a": cyclic}
    table["self"] = table
    workload = build("def f(a, b=None):\n    return a\n", recorded(cyclic, table), recorded(table))
    assert len(workload.inputs) > 10
