"""Nothing outside of what a rule changes is touched: indentation, line ends, comments, strings."""

from textwrap import indent

import pytest

from optimizer.experts.rules.python.builtin_extremum_in_loop import RULE
from optimizer.experts.rules.template import fill, fill_expression
from optimizer.experts.rules.tree import code, expression, parse, statements
from tests.unit.rules_testing import first, request_for

PLAIN = '''\
def f( a,b ):   # odd spacing
    """Doc
  at the margin.
    """
    text = """
one
      two"""
    best = 0
    for x in a :
        # why
        best = max(best, x)  # the largest

    return (best ,  text)
'''

EXPECTED = PLAIN.replace(
    "        # why\n        best = max(best, x)  # the largest\n",
    "        # why\n        # the largest\n        if x > best:\n            best = x\n",
)


def test_only_the_statement_changes_and_its_comments_are_kept() -> None:
    assert first(RULE, PLAIN) == EXPECTED


def _in_class(text: str, step: str) -> str:
    """The function as a method, without touching the lines inside its strings."""
    lines = text.splitlines(keepends=True)
    fixed = {3, 6, 7}  # 1-based numbers of lines that begin inside a string
    moved = [line if n in fixed or not line.strip() else step + line for n, line in enumerate(lines, 1)]
    return "class A:\n" + "".join(moved)


@pytest.mark.parametrize("step", ["    ", "  ", "\t"])
def test_a_method_keeps_its_indentation_and_its_strings(step: str) -> None:
    before = _in_class(PLAIN, step)
    after = first(RULE, before)
    kept = [line for line in after.splitlines() if "best" not in line and "largest" not in line]
    assert kept == [line for line in before.splitlines() if "best" not in line and "largest" not in line]
    assert f"{step}        if x > best:\n{step}            best = x\n" in after


def test_tabs_stay_tabs() -> None:
    before = "def f(a):\n\tbest = 0\n\tfor x in a:\n\t\tbest = max(best, x)\n\treturn best\n"
    after = "def f(a):\n\tbest = 0\n\tfor x in a:\n\t\tif x > best:\n\t\t\tbest = x\n\treturn best\n"
    assert first(RULE, before) == after


def test_windows_line_ends_stay() -> None:
    before = "def f(a):\n    best = 0\n    for x in a:\n        best = max(best, x)\n    return best\n"
    after = first(RULE, before.replace("\n", "\r\n"))
    assert after.count("\n") == after.count("\r\n") == 6


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_a_function_comes_back_as_it_was(depth: int) -> None:
    outer = "".join(f"{'    ' * level}class C{level}:\n" for level in range(depth))
    inner = "def f(a):\n    if a:\n        return [\n  1,\n  2]\n    # end\n    return a\n"
    name = ".".join([*(f"C{level}" for level in range(depth)), "f"])
    request = request_for(outer + indent(inner, "    " * depth), name)
    parsed = parse(request)
    assert parsed is not None
    assert parsed.render(parsed.function) == request.function.source


def test_what_is_not_a_function_has_no_tree() -> None:
    request = request_for("def f():\n    pass\n")
    assert parse(request) is not None
    object.__setattr__(request.function, "source", "class A:\n    pass\n")
    assert parse(request) is None


@pytest.mark.parametrize(
    ("template", "hole", "expected"),
    [
        ("-X", "a + b", "-(a + b)"),
        ("X * 2", "a + b", "(a + b) * 2"),
        ("f(X)", "a + b", "f(a + b)"),
        ("f(X)", "a, b", "f((a, b))"),
        ("[X for x in y]", "a if b else c", "[a if b else c for x in y]"),
        ("[x for x in X]", "a if b else c", "[x for x in (a if b else c)]"),
        ("[x for x in y if X]", "a if b else c", "[x for x in y if (a if b else c)]"),
        ("a[X]", "i + 1", "a[i + 1]"),
        ("X.b", "a", "a.b"),
        ("X.b", "not a", "(not a).b"),
    ],
)
def test_templates_put_parentheses_where_they_are_needed(template: str, hole: str, expected: str) -> None:
    assert code(fill_expression(template, X=expression(hole))) == expected


def test_a_template_takes_statements_into_a_block() -> None:
    (loop,) = fill(
        "for X in items:\n    BODY\n    last()", X="x", BODY=statements("one()\nif x:\n    two()\n")
    )
    assert code(loop) == "for x in items:\n    one()\n    if x:\n        two()\n    last()\n"
