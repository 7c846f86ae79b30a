"""How YAML rules are read, and how their fixes are put into a function's text."""

from importlib import resources
from pathlib import Path

import pytest

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.errors import ConfigError
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.experts.rules.astgrep import load_rule, load_rules
from optimizer.experts.rules.expert import rewrites
from optimizer.experts.rules.rule import Rewrite
from optimizer.experts.rules.table import YAML_RULES

RULES = {
    rule.name: rule for rule in load_rules(resources.files("optimizer.experts.rules.python"), YAML_RULES)
}

HEAD = """
id: made-up
message: what is changed
metadata: {before: "def f(): a()", after: "def f(): b()"}
"""


def request(source: str, module: str = "{}\n") -> ProposalRequest:
    """The function in the place of the braces."""
    before, _, after = module.partition("{}")
    start = len(before.encode())
    function = Function(
        "m.py",
        "f",
        Span(start, start + len(source.encode())),
        1,
        2,
        FunctionKind.FUNCTION,
        False,
        source,
        "hash",
    )
    return ProposalRequest(function, before + source + after)


def rewrite(name: str, source: str, module: str = "{}\n") -> Rewrite | None:
    return next(iter(RULES[name].rewrite(request(source, module))), None)


def source_of(name: str, source: str, module: str = "{}\n") -> str | None:
    found = rewrite(name, source, module)
    return found.source if found else None


def made_up(tmp_path: Path, text: str, source: str) -> str | None:
    file = tmp_path / "made-up.yml"
    file.write_text(HEAD + text)
    found = next(iter(load_rule(file, {}).rewrite(request(source))), None)
    return found.source if found else None


def test_a_method_keeps_the_indentation_of_its_class() -> None:
    method = "@dec\n    def f(self, a):\n        return 1 + max(self.f(a), self.g(a))"
    assert source_of("extreme-of-calls", method, "class C:\n    {}\n") == (
        "@dec\n    def f(self, a):\n"
        "        first = self.f(a)\n"
        "        second = self.g(a)\n"
        "        return 1 + (second if second > first else first)"
    )


def test_tabs_and_carriage_returns_are_kept() -> None:
    before = "def f(x):\r\n\treturn max(f(x), g(x))\r\n"
    after = (
        "def f(x):\r\n\tfirst = f(x)\r\n\tsecond = g(x)\r\n\treturn second if second > first else first\r\n"
    )
    assert source_of("extreme-of-calls", before) == after


def test_text_over_several_lines_stays_as_it_is() -> None:
    before = 'def f(x):\n    if x:\n        return max(f("""a\nb"""), g(x))\n    return 0'
    after = (
        'def f(x):\n    if x:\n        first = f("""a\nb""")\n        second = g(x)\n'
        "        return second if second > first else first\n    return 0"
    )
    assert source_of("extreme-of-calls", before) == after


def test_text_that_is_not_ascii_does_not_move_the_match() -> None:
    before = 'def f(é):\n    """äöü 😀"""\n    return "ß" + "".join(ü for ü in é)'
    assert source_of("generator-collected", before, "# ⚠\n{}\n") == before.replace(
        "(ü for ü in é)", "([ü for ü in é])"
    )


def test_statements_on_one_line_are_left_alone() -> None:
    assert rewrite("extreme-of-calls", "def f(x):\n    if x: return max(f(x), g(x))") is None
    assert rewrite("extreme-of-calls", "def f(x):\n    x += 1; return max(f(x), g(x))") is None


def test_a_remark_after_the_statement_stays() -> None:
    before = "def f(x):\n    return max(f(x), g(x))  # the larger"
    found = source_of("extreme-of-calls", before)
    assert found is not None
    assert found.endswith("return second if second > first else first  # the larger")


def test_a_remark_inside_is_never_lost() -> None:
    assert rewrite("list-around-sorted", "def f(x):\n    return sorted(list(\n        x))  # why") is not None
    assert rewrite("list-around-sorted", "def f(x):\n    return sorted(list(\n        x))") is not None
    assert rewrite("list-around-sorted", "def f(x):\n    return sorted(list(  # why\n        x))") is None


def test_defaults_and_decorators_are_left_alone() -> None:
    assert (
        rewrite("list-around-sorted", "@d(sorted(list(A)))\ndef f(x=sorted(list(A))):\n    return x") is None
    )


def test_a_builtin_that_means_something_else_is_left_alone() -> None:
    body = "def f(x):\n    return sorted(list(x))"
    assert rewrite("list-around-sorted", body) is not None
    assert rewrite("list-around-sorted", body, "def sorted(x): ...\n{}\n") is None
    assert rewrite("list-around-sorted", body, "from helpers import *\n{}\n") is None
    assert rewrite("list-around-sorted", "def f(x, list):\n    return sorted(list(x))") is None


def test_a_new_variable_takes_a_name_that_is_free() -> None:
    found = source_of(
        "extreme-of-calls", "def f(first):\n    return max(f(first), g(first))", "second = 1\n{}\n"
    )
    assert found == (
        "def f(first):\n    first_2 = f(first)\n    second_2 = g(first)\n"
        "    return second_2 if second_2 > first_2 else first_2"
    )


def test_functions_that_ask_for_their_variables_get_no_new_ones() -> None:
    assert rewrite("extreme-of-calls", "def f(x):\n    locals()\n    return max(f(x), g(x))") is None


def test_an_import_is_asked_for_once_and_only_where_it_is_missing() -> None:
    body = "def f(x):\n    x.sort(key=lambda i: i[0])\n    x.sort(key=lambda i: i[1])"
    found, present = (
        rewrite("key-lambda-item", body),
        rewrite("key-lambda-item", body, "import operator\n{}\n"),
    )
    assert found is not None
    assert found.imports == ("import operator",)
    assert present == Rewrite(found.source)
    assert rewrite("key-lambda-item", body, "operator = 1\n{}\n") is None


def test_a_module_under_another_name_is_left_alone() -> None:
    body = 'def f(x):\n    return re.sub("a", "b", x)'
    assert rewrite("regex-for-literal", body, "import re\n{}\n") is not None
    assert rewrite("regex-for-literal", body, "from my import re\n{}\n") is None


def test_code_that_does_not_parse_is_left_alone() -> None:
    odd = request("def f(x):\n    y = = 1\n    return sorted(list(x))")
    assert rewrites(RULES["list-around-sorted"], odd) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return max(x, y).real", "return (y if y > x else x).real"),
        ("return -max(x, y)", "return -(y if y > x else x)"),
        ("return x and max(x, y)", "return x and (y if y > x else x)"),
        ("return [max(x, y) for _ in x]", "return [y if y > x else x for _ in x]"),
        ("return f(k=max(x, y))", "return f(k=y if y > x else x)"),
        ("z = max(x, y), 1", "z = (y if y > x else x), 1"),
        ("z = (max(x, y), 1)", "z = (y if y > x else x, 1)"),
    ],
)
def test_a_new_expression_gets_parentheses_where_it_needs_them(before: str, after: str) -> None:
    assert source_of("extreme-of-two", f"def f(x, y):\n    {before}") == f"def f(x, y):\n    {after}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a(x or y)", "(x or y).b"),
        ("a(x + y)", "(x + y).b"),
        ("a(x.y)", "x.y.b"),
        ("a(lambda: x)", "(lambda: x).b"),
        ("a((x, y))", "(x, y).b"),
    ],
)
def test_what_fills_a_hole_gets_parentheses_where_it_needs_them(
    tmp_path: Path, before: str, after: str
) -> None:
    text = "rule: {pattern: a($X)}\nfix: $X.b"
    assert made_up(tmp_path, text, f"def f(x, y):\n    {before}") == f"def f(x, y):\n    {after}"


def test_the_outermost_match_goes_first_and_inner_ones_follow(tmp_path: Path) -> None:
    text = "rule: {pattern: a($X)}\nfix: b($X)"
    assert made_up(tmp_path, text, "def f(x):\n    a(a(x) + a(1))") == "def f(x):\n    b(b(x) + b(1))"


def test_a_fix_that_matches_itself_ends(tmp_path: Path) -> None:
    found = made_up(tmp_path, "rule: {pattern: a($X)}\nfix: a($X + 1)", "def f(x):\n    a(x)")
    assert found == "def f(x):\n    a((((((x + 1) + 1) + 1) + 1) + 1) + 1)"


def test_a_fix_that_does_not_parse_is_no_rewrite(tmp_path: Path) -> None:
    assert made_up(tmp_path, "rule: {pattern: a($X)}\nfix: a($X", "def f(x):\n    a(x)") is None


def test_several_arguments_fill_one_hole(tmp_path: Path) -> None:
    text = 'rule: {pattern: "a($X, $$$MORE)"}\nfix: b($X + 1, $$$MORE)'
    assert made_up(tmp_path, text, "def f(x):\n    a(1, *x,  k=2)") == "def f(x):\n    b(1 + 1, *x,  k=2)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rule: {pattern: a}", "fix"),
        ("rule: {pattern: a}\nfix: b\nfixx: c", "fixx"),
        ("rule: {pattern: a}\nfix: b\n---\nid: x\nfix: b\nmetadata: {when: x}", "when"),
        ("rule: {pattern: a}\nfix: b\n---\nid: x\nfix: b\nmetadata: {conditions: {purr: [X]}}", "purr"),
    ],
)
def test_a_key_that_is_unknown_or_missing_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=rf"made-up\.yml.*{words}"):
        made_up(tmp_path, text, "def f():\n    a")


def test_an_empty_file_is_no_rule(tmp_path: Path) -> None:
    (tmp_path / "empty.yml").write_text("")
    with pytest.raises(ConfigError, match=r"empty\.yml"):
        load_rule(tmp_path / "empty.yml", {})
