"""What rules ask about code: patterns, types, effects, scopes, signs, bounds."""

import ast
from textwrap import dedent

import libcst as cst
import pytest

from optimizer.experts.rules.effects import effects, pure
from optimizer.experts.rules.environment import environment
from optimizer.experts.rules.pattern import match_expression, match_statements, same
from optimizer.experts.rules.scene import Scene, module_names, scene
from optimizer.experts.rules.signs import natural, positive
from optimizer.experts.rules.sites import unbound_reads
from optimizer.experts.rules.tree import block, code, expression, statements
from tests.unit.rules_testing import request_for


def _scene(source: str) -> Scene:
    found = scene(request_for(dedent(source)))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("pattern", "text", "holes"),
    [
        ("max(X, Y)", "max( a , (b))", {"X": "a", "Y": "(b)"}),
        ("max(X, X)", "max(a[0], a[ 0 ])", {"X": "a[0]"}),
        ("max(X, X)", "max(a, b)", None),
        ("max(X, Y)", "max(a, key=b)", None),
        ("max(X, Y)", "max(*a, b)", None),
        ("X[Y]", "a[1:2]", None),
        ("len(X) > 0", "(len(a)) > 0", {"X": "a"}),
        ("[E for T in I]", "[x async for x in y]", None),
        ("[E for T in I]", "[x for x in y if z]", None),
    ],
)
def test_patterns_of_expressions(pattern: str, text: str, holes: dict[str, str] | None) -> None:
    found = match_expression(pattern, expression(text))
    assert (found and {hole: code(node) for hole, node in found.holes.items()}) == holes  # type: ignore[arg-type]  # nodes


def test_a_hole_alone_on_a_line_takes_any_number_of_statements() -> None:
    (loop,) = statements("while a:\n    one()\n    two()\n    i += 1\n")
    found = match_statements("while X:\n    BODY\n    I += 1", [loop])
    assert found is not None and len(found.body("BODY")) == 2 and found.name("I") == "i"
    (empty,) = statements("while a:\n    i += 1\n")
    nothing = match_statements("while X:\n    BODY\n    I += 1", [empty])
    assert nothing is not None and nothing.body("BODY") == ()


def test_annotations_and_bodies_on_one_line_do_not_hide_a_pattern() -> None:
    assert match_statements("X = []", statements("x: list[int] = []")) is not None
    assert match_statements("if X:\n    return Y", statements("if a: return b")) is not None
    assert match_statements("X = []", statements("x: list[int]")) is None
    assert match_statements("X = Y = []", statements("x: list[int] = []")) is None


def test_same_sees_through_layout_only() -> None:
    assert same(expression("f(a,b)"), expression("(f( a, b ))"))
    assert not same(expression("f(a)"), expression("f(b)"))


TYPES = """
def f(a: list[int], g: "dict[str, list[int]]", n: int, q, w: Optional[int], s: str, t: typing.List[str]):
    out = []
    pairs = []
    mixed = []
    text = ""
    table = [[0] * (n + 1) for _ in range(n)]
    for i in range(n):
        for j, x in enumerate(a):
            out.append(x)
            pairs.append((i, x))
            mixed.append(x)
            text += str(x)
    mixed.append("a")
    first, second = 0, 1
    for key, values in g.items():
        words = key.split()
    unknown = q
    either = 1
    either = "a"
    half = n / 2
    later = second
    d = {}
    d["a"] = 1
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a", "list[int]"),
        ("g", "dict[str, list[int]]"),
        ("q", ""),
        ("w", ""),
        ("s", "str"),
        ("t", "list[str]"),
        ("out", "list[int]"),
        ("pairs", "list[tuple[int, int]]"),
        ("mixed", "list[]"),
        ("text", "str"),
        ("table", "list[list[int]]"),
        ("i", "int"),
        ("x", "int"),
        ("first", "int"),
        ("second", "int"),
        ("key", "str"),
        ("values", "list[int]"),
        ("words", "list[str]"),
        ("unknown", ""),
        ("either", ""),
        ("half", "float"),
        ("later", "int"),
        ("d", "dict[str, int]"),
    ],
)
def test_types_come_from_annotations_and_values(name: str, kind: str) -> None:
    assert environment(ast.parse(TYPES))[name] == kind


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("a[0] = 1", {"a"}),
        ("a.b.c = 1", {"a"}),
        ("a += [1]", {"a"}),
        ("a.append(b)", {"a"}),
        ("a.count(b)", set()),
        ("len(a)", set()),
        ("f(a, g=b)", {"a", "b"}),
        ("del a[0]", {"a"}),
        ("a[0], b.c = 1, 2", {"a", "b"}),
    ],
)
def test_effects_name_what_may_be_changed(text: str, changes: set[str]) -> None:
    assert effects(text).changes == changes


@pytest.mark.parametrize("text", ["a + b", "len(a)", "s.lower()", "a[i].b", "[x for x in a]", "min(a, b)"])
def test_pure_expressions(text: str) -> None:
    assert pure(text)


@pytest.mark.parametrize(
    "text", ["f(a)", "a.pop()", "(b := 1)", "a.sort()", "(yield)", "lambda: a", "(x for x in a)"]
)
def test_impure_expressions(text: str) -> None:
    assert not pure(text)


def _may_change(source: str, name: str) -> bool:
    seen = _scene(source)
    loop = next(s for s in block(seen.parsed.function.body) or () if isinstance(s, cst.For))
    return seen.may_change(name, loop.body)


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("x.count(1)", False),
        ("a.append(1)", True),
        ("alias.append(1)", True),
        ("inner()", True),
        ("own.append(1)", False),
        ("b.append(1)", True),  # a caller may give one list for both
        ("a = 1", True),
        ("number += 1", False),
        ("part.append(1)", True),
        ("yield 1", True),
    ],
)
def test_what_a_loop_may_change(body: str, changed: bool) -> None:
    source = f"""
    def f(a, b, x):
        own = []
        alias = a
        part = a[0]
        number = 0
        def inner():
            a.append(1)
        for _ in x:
            {body}
    """
    assert _may_change(source, "a") is changed


def test_a_fresh_name_is_nobodys() -> None:
    seen = _scene("""
    import row
    def f(best, a):
        table = a
        def g(largest): pass
    """)
    assert seen.fresh("best", "largest", "row", "list", "class", "total") == "total"
    assert seen.fresh("best", "total") == "total_2"


def test_a_star_import_may_bind_any_builtin() -> None:
    assert "max" in module_names("from numpy import *\n")
    assert "max" not in module_names("from math import *\n")
    assert "max" in module_names("if True:\n    def max(): pass\n")
    assert "max" not in module_names("def f():\n    max = 1\n")


@pytest.mark.parametrize(
    ("body", "free"),
    [
        ("for x in a: print(x)", False),
        ("for x in a: pass\n    print(x)", True),
        ("for x in a: pass\n    else: print(x)", True),
        ("[x for x in a]", False),
        ("x = 1\n    for x in a: print(x)\n    x += 1", True),
    ],
)
def test_reads_that_no_loop_binds(body: str, free: bool) -> None:
    assert ("x" in unbound_reads(ast.parse(f"def f(a):\n    {body}\n"))) is free


def test_signs_follow_from_all_bindings() -> None:
    seen = _scene("""
    def f(a, n):
        step = 1
        wild = 2
        wild -= 3
        for i in range(10):
            for j in range(1, n):
                step += j
                for k in range(a, n):
                    value = i * 2 + 3
    """)
    assert (
        positive(seen, expression("j"))
        and positive(seen, expression("step"))
        and positive(seen, expression("value"))
    )
    assert natural(seen, expression("i")) and not positive(seen, expression("i"))
    for text in ("n", "k", "wild", "i - 1", "-1", "a[0]"):
        assert not natural(seen, expression(text))
