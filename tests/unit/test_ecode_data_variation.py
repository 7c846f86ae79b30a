"""New names, other styles, noise, negatives: what changes, and what must not."""

import ast
from dataclasses import replace
from random import Random

import pytest

from optimizer.experts.ecode.data.augment import chosen, renamed, variables, with_names
from optimizer.experts.ecode.data.negatives import unchanged
from optimizer.experts.ecode.data.noise import (
    MASK,
    Noise,
    denoising,
    drop_lines,
    mask_lines,
    mask_tokens,
    noised,
    swap_lines,
)
from optimizer.experts.ecode.data.styles import Style, restyled, styled
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.tokenizer import MASK as TOKEN

CODE = """def f(self, items, limit=3):
    found = []
    for each in items:
        if each.found > limit:
            found.append(g(found=each, text=f"{each} {found!r}"))
    return sorted(found, key=lambda one: one.size)"""
TARGET = """def f(self, items, limit=3):
    found = [g(found=each) for each in items if each.found > limit]
    return found"""


def an_example(
    code: str = CODE, target: str = TARGET, task: Task = Task.FASTER, decile: int | None = 9
) -> Example:
    return Example(Fields(code, description="slow"), target, task, decile, 1.0, "o", "MIT", "p")


def test_variables_are_the_functions_own_and_nothing_that_others_see() -> None:
    assert variables(CODE) == {"found", "each"}


@pytest.mark.parametrize(
    "code",
    [
        "def f(a):\n    exec('b = 1')\n    b = 2\n    return b",
        "def f(a):\n    b = 2\n    return locals()",
        "def f(a):\n    global b\n    b = 2",
        "def f(a):\n    b = 2\n    def g():\n        nonlocal b\n        b += 1\n    g()",
        "def f(a):\n    import b\n    return b",
        "def f(a):\n    from b import c\n    b = c(a)",
        "def f(a):\n    f = a\n    return f",
        "def f(a):\n    b = a\n    return f'{b=}'",
        "def f(a):\n    class B:\n        b = 1\n    return B",
        "def f(a):\n    def g(b):\n        return b\n    b = g(b=1)",
        "def f(a):\n    a = 1",
        "def f(a):\n    nonlocal b\n    b = a",
        "def f(a):\n    return [max for max in a], max(a)",
        "b = 1",
        "def f(:",
    ],
)
def test_names_that_may_mean_something_elsewhere_stay(code: str) -> None:
    assert variables(code) == frozenset()


def test_a_variable_is_renamed_wherever_it_means_the_variable() -> None:
    changed = with_names(CODE, {"found": "res", "each": "x"})
    assert changed == CODE.replace("found = []", "res = []").replace("for each in", "for x in").replace(
        "each.found", "x.found"
    ).replace("found.append(g(found=each", "res.append(g(found=x").replace(
        "{each} {found!r}", "{x} {res!r}"
    ).replace("sorted(found", "sorted(res")


def test_both_sides_get_the_same_names_and_none_that_is_there_already() -> None:
    names = chosen(CODE, TARGET, Random(1), 1.0)
    assert set(names) == {"found", "each"}
    assert not set(names.values()) & {"self", "items", "limit", "found", "each", "one", "size", "key", "text"}
    assert len(set(names.values())) == 2
    assert chosen(CODE, "def f(found):\n    return found", Random(1), 1.0).keys() == {"each"}


def test_a_renamed_pair_does_the_same() -> None:
    code = "def f(a):\n    total = 0\n    for x in a:\n        total += x\n    return total"
    target = "def f(a):\n    total = sum(a)\n    return total"
    changed = renamed(an_example(code, target), Random(3), 1.0)
    assert changed.fields.code != code
    assert changed.target != target
    for text in (changed.fields.code, changed.target):
        space: dict[str, object] = {}
        exec(text, space)
        function = space["f"]
        assert callable(function)
        assert function([1, 2, 4]) == 7


def test_other_languages_and_programs_keep_their_names_and_style() -> None:
    java = Example(Fields("int a;", language="java"), "int b;", Task.FASTER, None, 1.0, "o", "MIT", "p")
    assert renamed(java, Random(1)) == java
    assert restyled(java, Random(1)) == java
    program = an_example("x = 1\nprint(x)", "print(1)")
    assert renamed(program, Random(1), 1.0) == program


def test_a_style_changes_form_and_no_meaning() -> None:
    code = """def f(a):
    b = 'x'

    # why
    if (a and b):
        return (a)
    while a:
        a = "it's" + '\\n'
    return a"""
    other = styled(code, Style(quote='"', parentheses=False, blank_lines=False))
    assert other is not None
    assert other == code.replace("'x'", '"x"').replace("\n\n", "\n").replace("(a and b)", "a and b").replace(
        "return (a)", "return a"
    )
    back = styled(other, Style(quote="'", parentheses=True, blank_lines=True))
    assert back is not None
    assert "if (a and b):" in back
    assert "while (a):" in back
    assert "b = 'x'\n\n    # why" in back
    assert "\"it's\" + '\\n'" in back
    assert ast.dump(ast.parse(back)) == ast.dump(ast.parse(code))


def test_a_blank_line_comes_before_every_block() -> None:
    blocks = ["if a:", "for b in a:", "while a:", "with a:"]
    code = "\n".join(["def f(a):", "    b = 1", *(f"    {each}\n        pass" for each in blocks)])
    spaced = styled(f"{code}\n    try:\n        pass\n    finally:\n        pass", Style(blank_lines=True))
    assert spaced is not None
    assert spaced.count("\n\n    ") == 5


def test_a_style_that_one_side_cannot_have_the_other_has_not_either() -> None:
    assert styled("def f(:", Style("'", True, True)) is None
    example = an_example("def f(a):\n    return (a\n        + 'b')", "def f(a):\n    return 'a'")
    for number in range(30):
        found = restyled(example, Random(number))
        assert ('"' in found.fields.code) is ('"' in found.target)


def test_code_and_target_are_restyled_alike() -> None:
    example = an_example("def f():\n    return 'a'", "def f():\n    return 'b'")
    pairs = {
        (each.fields.code[-3], each.target[-3]) for each in (restyled(example, Random(n)) for n in range(30))
    }
    assert pairs == {("'", "'"), ('"', '"')} | {("a", "b")} & pairs


def test_masked_lines_keep_their_indentation_and_neighbours() -> None:
    lines = CODE.split("\n")[1:]
    for seed in range(20):
        masked = mask_lines(lines, Random(seed), Noise(masked_lines=0.4, span_lines=2))
        rest = [line for line in masked if MASK not in line]
        assert len(rest) == len(lines) - 2
        assert [line for line in lines if line in rest] == rest
        for line in masked:
            assert MASK not in line or line.strip() == MASK


def test_masked_tokens_leave_the_rest_of_their_line() -> None:
    (masked,) = mask_tokens(["    a = bcd + 1"], Random(2), Noise(masked_tokens=0.2, span_tokens=1))
    assert masked.count(MASK) == 1
    before, after = masked.split(MASK)
    assert before.startswith("    ")
    assert "    a = bcd + 1".startswith(before)
    assert "    a = bcd + 1".endswith(after)
    assert len(before + after) < len("    a = bcd + 1")


def test_dropped_and_swapped_lines_bring_nothing_new() -> None:
    lines = ["    a", "    b", "", "        c", "        d"]
    assert [
        line for line in lines if line in drop_lines(lines, Random(1), Noise(dropped_lines=0.5))
    ] == drop_lines(lines, Random(1), Noise(dropped_lines=0.5))
    assert len(drop_lines(lines, Random(1), Noise(dropped_lines=0.5))) == 3
    assert swap_lines(lines, Random(1), Noise(swapped_lines=1.0)) == [
        "    b",
        "    a",
        "",
        "        d",
        "        c",
    ]


def test_noise_spares_the_signature_and_touches_something() -> None:
    for seed in range(30):
        code = noised(CODE, Random(seed), Noise())
        assert code.startswith("def f(self, items, limit=3):\n")
    assert sum(noised(CODE, Random(seed), Noise()) == CODE for seed in range(30)) < 10
    assert noised("def f(): return 1", Random(1), Noise()) == "def f(): return 1"


def test_the_tokenizer_knows_the_mask() -> None:
    assert MASK == TOKEN


def test_a_denoising_example_asks_for_the_whole_function() -> None:
    function = an_example("", CODE, Task.TEXT_TO_CODE)
    made = denoising(function, Random(1), Noise())
    assert made is not None
    assert (made.task, made.target, made.fields.description) == (Task.DENOISE, CODE, "slow")
    assert made.fields.code != CODE
    assert denoising(an_example("", "def f(): return 1"), Random(1), Noise()) is None


def test_a_fast_function_is_to_be_left_alone_once() -> None:
    commented = "def f(a):\n    # by hand\n    return a"
    (made,) = unchanged([an_example(target=commented), an_example("other", commented)])
    assert (made.task, made.fields.code, made.target) == (Task.UNCHANGED, commented, commented)
    assert made.fields.description == "by hand"


def test_what_is_to_be_left_alone_is_read_with_what_it_leans_on_itself() -> None:
    function = an_example("", TARGET, Task.TEXT_TO_CODE, decile=None)
    function = replace(function, fields=replace(function.fields, context="import g"))
    (made,) = unchanged([function, an_example()])
    assert made.fields.context == "import g"


def test_what_may_be_slow_is_no_negative() -> None:
    slow = an_example("", CODE, Task.TEXT_TO_CODE, decile=None)
    middling = an_example(decile=6)
    refused = an_example(CODE, CODE, Task.UNCHANGED, decile=None)
    assert list(unchanged([slow, middling, refused])) == [refused]


def test_in_the_bare_style_code_looks_as_if_it_was_generated() -> None:
    code = "def f(a):\n    # why\n    l, r = 0, sum(x for x in a)\n\n    return (l + r)"
    assert (
        styled(code, Style(bare=True)) == "def f(a):\n    l, r = (0, sum((x for x in a)))\n    return l + r"
    )
