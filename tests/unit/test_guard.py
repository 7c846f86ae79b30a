"""The guard: shape. What it refuses, each beside the nearest thing that it lets pass."""

import pytest

from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.jobs import Stage
from optimizer.languages.python.extract import extract
from optimizer.languages.python.guard import guard
from tests.unit.guard_testing import BY, MODULE, body, judge, reason


def test_a_plain_rewrite_may_run() -> None:
    assert body("return [x * LIMIT for x in xs]") is None


def test_a_refusal_says_the_stage_the_name_and_the_line_of_the_candidate() -> None:
    decision = body("y = 1\nreturn eval('xs')")
    assert decision == Decision(Stage.GUARD, Reason.DYNAMIC_CODE, "line 3: uses eval")


@pytest.mark.parametrize(
    "source",
    [
        "def f(xs, k=0):\n    return (",
        "def f(xs, k=0):\nreturn 1",
        "def f(xs, k=0):\n    nonlocal y\n    return 1",
        "def f(xs, k=0):\n    await xs",
        "def f(xs, k=0):\n    return '\ud800'",
        "def f(xs, k=0):\n    return 1\0",
        "def f(xs, k=0):\n    return 1 \\",
        "def f(xs, k=0):\n    return '''",
        "def f(xs, k=0):\n    from math import *",
        "def f(xs, k=0):\n    return " + "(" * 300 + ")" * 300,
        "def f(xs, k=0):\n    return " + "-" * 100_000 + "1",
        "def f(xs, k=0):\n    return " + "x" * 300_000,
        "  def f(xs, k=0):\n    return 1",
        "",
    ],
)
def test_what_is_no_python_is_refused(source: str) -> None:
    assert reason(judge(MODULE, "f", source)) is Reason.SYNTAX


@pytest.mark.parametrize(
    "source",
    [
        "def g(xs, k=0):\n    return 1",
        "def f(xs, k=0):\n    return 1\nTABLE[1] = 2",
        "import os\ndef f(xs, k=0):\n    return 1",
        "def f(xs, k=0):\n    return 1\ndef f(xs, k=0):\n    return 2",
        "f = lambda xs, k=0: 1",
        "class f:\n    pass",
        "# nothing but a comment",
    ],
)
def test_what_is_not_one_function_of_the_name_is_refused(source: str) -> None:
    assert reason(judge(MODULE, "f", source)) is Reason.NOT_ONE_FUNCTION


@pytest.mark.parametrize(
    "source",
    [
        (
            'def f(xs, k=0):\n    """Doc of f."""\n    out = []\n    for x in xs:\n'
            "        out.append(x * LIMIT)\n    return out"
        ),
        "def f(xs,\n      k = 0):\n  # new\n  out = [ ]\n  for x in xs: out.append((x*LIMIT))\n  return out",
        (
            'def f(xs, k=0):\n    """Another."""\n    out = []\n    for x in xs:\n'
            "        out.append(x * LIMIT)\n    return out"
        ),
    ],
)
def test_the_original_in_another_layout_is_the_same(source: str) -> None:
    assert reason(judge(MODULE, "f", source, "import heapq")) is Reason.SAME


@pytest.mark.parametrize(
    "head",
    [
        "def f(xs):",
        "def f(xs, k=1):",
        "def f(xs, k=0.0):",
        "def f(xs, k=False):",
        "def f(xs, *, k=0):",
        "def f(xs, /, k=0):",
        "def f(xs, k=0, *args):",
        "def f(xs, k=0, _memo={}):",
        "def f(ys, k=0):",
        "def f(xs: list, k=0):",
        "def f(xs: 'list', k=0):",
        "def f(xs, k=0) -> list:",
        "def f(xs, k=eval('0')):",
    ],
)
def test_another_signature_is_refused(head: str) -> None:
    assert reason(judge(MODULE, "f", f"{head}\n    return [x for x in xs]")) is Reason.SIGNATURE


@pytest.mark.parametrize(
    "source",
    [
        "async def f(xs, k=0):\n    return 1",
        "def f(xs, k=0):\n    yield 1",
        "def f(xs, k=0):\n    return (yield)",
        "def f(xs, k=0):\n    yield from xs",
    ],
)
def test_another_kind_of_function_is_refused(source: str) -> None:
    assert reason(judge(MODULE, "f", source)) is Reason.KIND


def test_an_inner_generator_does_not_make_the_function_one() -> None:
    assert body("def inner():\n    yield 1\nreturn list(inner())") is None


def test_a_generator_may_stay_one() -> None:
    module = "def g(xs):\n    for x in xs:\n        yield x\n"
    assert judge(module, "g", "def g(xs):\n    yield from xs") is None
    assert reason(judge(module, "g", "def g(xs):\n    return iter(xs)")) is Reason.KIND


@pytest.mark.parametrize(
    ("decorators", "expected"),
    [
        ("@helper\n", Reason.DECORATORS),
        ("@lru_cache\n", Reason.CACHING),
        ("@lru_cache(maxsize=None)\n", Reason.CACHING),
        ("@functools.cache\n", Reason.CACHING),
    ],
)
def test_new_decorators_are_refused(decorators: str, expected: Reason) -> None:
    assert reason(judge(MODULE, "f", f"{decorators}def f(xs, k=0):\n    return 1")) is expected


def test_decorators_stay_and_cannot_be_dropped() -> None:
    assert judge(MODULE, "slow", "@lru_cache(maxsize=None)\ndef slow(n):\n    return +n") is None
    assert reason(judge(MODULE, "slow", "def slow(n):\n    return +n")) is Reason.DECORATORS


def test_a_method_is_judged_at_its_own_indentation() -> None:
    module = "class A:\n    @property\n    def m(self):\n        return [x for x in self.xs]\n"
    good = "@property\n    def m(self):\n        return list(self.xs)"
    assert judge(module, "A.m", good) is None
    flat = "@property\ndef m(self):\n    return list(self.xs)"
    assert reason(judge(module, "A.m", flat)) is Reason.SYNTAX
    more = f"{good}\n    extra = 1"
    assert reason(judge(module, "A.m", more)) is Reason.NOT_ONE_FUNCTION
    outside = f"{good}\nprint(1)"
    assert reason(judge(module, "A.m", outside)) is Reason.NOT_ONE_FUNCTION


def test_class_cells_and_private_names_are_fine() -> None:
    module = "class A:\n    def m(self):\n        x = super().m()\n        return self.__y + x\n"
    assert judge(module, "A.m", "def m(self):\n        return super().m() + self.__y") is None
    assert reason(judge(module, "A.m", "def m(self):\n        __class__.y = 1")) is Reason.MODULE_STATE


def test_windows_line_endings_tabs_and_byte_order_marks_are_read() -> None:
    for module in (MODULE.replace("\n", "\r\n"), "\ufeff" + MODULE):
        assert judge(module, "f", "def f(xs, k=0):\r\n    return [x for x in xs]") is None
    tabs = "if 1:\n\tdef f(x):\n\t\treturn x + 0\n"
    assert judge(tabs, "f", "def f(x):\n\t\treturn x") is None
    form_feed = "\x0cdef f(x):\n    return x + 0\n"
    assert judge(form_feed, "f", "def f(x):\n    return x") is None


def test_a_file_that_is_not_the_functions_own_is_refused() -> None:
    (function, *_) = extract("m.py", MODULE.encode())  # type: ignore[misc]  # it parses
    decision = guard(function, Candidate("def slow(n): return 1", BY), "# moved\n" + MODULE)
    assert reason(decision) is Reason.SYNTAX


def test_a_candidate_for_a_long_sum_is_judged_not_crashed_on() -> None:
    assert reason(body("return " + "+".join(["k"] * 20_000))) in (Reason.SYNTAX, None)
    assert reason(body("return k" + ".a" * 5_000)) in (Reason.SYNTAX, None)
