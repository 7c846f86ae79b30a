"""Growth, rank, certainty, cleaning, the form of solutions, and the files."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from optimizer.domain.errors import ConfigError
from optimizer.experts.ecode.data import sources, storage
from optimizer.experts.ecode.data.cleaning import Limits, cleaned, is_change, tidy, too_long
from optimizer.experts.ecode.data.growth import compared, growth
from optimizer.experts.ecode.data.ranking import Known
from optimizer.experts.ecode.data.solutions import aligned, read
from optimizer.experts.ecode.data.sources import Pair, Single, Trust, certainty
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.fields import Fields

SLOW = """class Solution:
    def pairs(self, nums: List[int]) -> int:
        \"\"\"Counts equal pairs.\"\"\"
        return sum(a == b for i, a in enumerate(nums) for b in nums[:i])
"""
FAST = """from collections import Counter

class Solution:
    def pairs(self, nums: List[int]) -> int:
        # how often each is there
        seen = Counter(nums)
        return sum(n * (n - 1) // 2 for n in seen.values())
"""
PAIR = Pair(
    "somewhere", "MIT", "function", "equal-pairs", "python", SLOW, FAST, "O(n ^ 2)", "O(n)", 3.0, "python"
)
JAVA = """public class Solution {
    public int[] twice(int[] nums, String name) {
        return nums;
    }
}"""
JAVASCRIPT = """class Solution {
    /**
     * @param {number[]} nums
     * @return {boolean}
     */
    check(nums) {
        return true;
    }
}"""
CPP = """class Solution {
public:
    vector<int> twice(vector<int>& nums, int k) {
        return nums;
    }
};"""


@pytest.mark.parametrize(
    ("slower", "faster"),
    [
        ("O(n ^ 2)", "O(n \\log n)"),
        ("O(nlogn)", "O(26 * n)"),
        ("O(n * m)", "O(n + m)"),
        ("O(n)", "O(sqrt(n))"),
        ("O(n!)", "O(n * 2 ^ n)"),
        ("O(n^2), Space: O(1)", "O(|V| + |E|)"),
        ("O(n)", "O(n / log n)"),
        ("O(n^{2})", "O(n^(3/2))"),
        ("O(n^(3/2))", "O(n log n)"),
        ("O(2^n)", "O(2^(n/2))"),
        ("O(n)", "O(log2(n))"),
    ],
)
def test_growth_is_compared_as_people_write_it(slower: str, faster: str) -> None:
    assert compared(growth(faster), growth(slower)) == -1
    assert compared(growth(slower), growth(faster)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O(26^2 * n)", "O(n + 10^6)"),
        ("O(7^6)", "O(1)"),
        ("O(n^(1/2))", "O(sqrt(n))"),
        ("O(n + m)", "O(N)"),
        ("O(m * n)", "O(n^2)"),
        ("O(n \\cdot \\log n)", "O(max(n, nlogn))"),
    ],
)
def test_growth_that_is_alike_is_told_as_alike(one: str, other: str) -> None:
    assert compared(growth(one), growth(other)) == 0


@pytest.mark.parametrize(
    "text",
    [None, "", "### Algorithm", "O(n * \u03b1(n))", "O(n", "O(\\frac{n}{2})", "O()", "O(n * alpha(n))"],
)
def test_growth_that_cannot_be_read_is_not_known(text: str | None) -> None:
    assert growth(text) is None
    assert compared(growth(text), growth("O(n)")) is None


def test_the_best_known_solution_is_in_the_last_decile_and_the_worst_in_the_first() -> None:
    known = Known()
    for code, order in (("a", "O(n^3)"), ("b", "O(n^2)"), ("c", "O(n)"), ("d", "O(n)")):
        known.add("p", "python", code, growth(order))
    assert [known.decile("p", "python", code) for code in "abcd"] == [0, 3, 9, 9]


def test_timings_rank_where_growth_does_not_and_nothing_is_made_up() -> None:
    known = Known()
    for code in "ab":
        known.add("p", "python", code, growth("O(n)"))
        known.add("p", "java", code, growth("O(n)"))
    known.timed("p", "python", faster="b", slower="a")
    assert (known.decile("p", "python", "a"), known.decile("p", "python", "b")) == (0, 9)
    assert known.decile("p", "java", "b") is None
    assert known.decile("q", "python", "b") is None


def test_a_pair_that_was_timed_the_other_way_round_ranks_nothing() -> None:
    slower = msgspec.structs.replace(PAIR, slow_complexity="O(n)", python_ratio=0.8)
    known = sources.known([slower], [])
    assert known.decile(PAIR.problem, "python", FAST) is None


@pytest.mark.parametrize(
    ("changes", "weight"),
    [
        ({}, 1.0),
        ({"language": "java"}, 0.7),
        ({"python_ratio": None, "measured_in": None}, 0.7),
        ({"slow_complexity": "O(n)"}, 0.8),
        ({"slow_complexity": None, "language": "cpp"}, 0.3),
        ({"slow_complexity": None, "python_ratio": None, "measured_in": None}, 0.0),
        ({"slow_complexity": "O(1)"}, 0.0),
        ({"kind": "program", "measured_in": "upstream"}, 0.3),
    ],
)
def test_weight_says_how_certain_it_is_that_the_target_is_faster(
    changes: dict[str, str], weight: float
) -> None:
    assert certainty(msgspec.structs.replace(PAIR, **changes), Trust()) == weight


def test_a_class_with_one_method_becomes_the_method_as_fields_have_it() -> None:
    (example,) = sources.of_pairs([PAIR], sources.known([PAIR], [])).examples
    assert example.fields == Fields(
        code="def pairs(self, nums: List[int]) -> int:\n"
        "    return sum(a == b for i, a in enumerate(nums) for b in nums[:i])",
        context="class Solution:",
        title="Solution.pairs equal pairs",
        description="Counts equal pairs.",
        input="self, nums: List[int]",
        output="int",
    )
    assert example.target.startswith("def pairs(self, nums: List[int]) -> int:\n    # how often")
    assert (example.task, example.decile, example.weight, example.problem) == (
        Task.FASTER,
        9,
        1.0,
        "equal-pairs",
    )


def test_nothing_of_the_target_is_in_the_fields_of_a_pair() -> None:
    (example,) = sources.of_pairs([PAIR], Known()).examples
    assert "how often" not in str(example.fields)


def test_a_class_with_helpers_stays_whole_on_both_sides_and_counts_less() -> None:
    helped = FAST + "\n    def other(self):\n        return 1\n"
    (example,) = sources.of_pairs([msgspec.structs.replace(PAIR, fast=helped)], Known()).examples
    assert example.fields.code.startswith("class Solution:")
    assert "class Solution:" in example.target
    assert example.weight == 0.5


def test_pairs_that_do_not_differ_or_have_other_parameters_are_dropped() -> None:
    same = msgspec.structs.replace(PAIR, fast=SLOW.replace("(a == b for", "(a == b  for"))
    other = msgspec.structs.replace(PAIR, fast=FAST.replace("nums", "numbers"))
    found = sources.of_pairs([same, other], Known())
    assert found.examples == []
    assert found.dropped == {"no change": 1, "another signature": 1}


def test_the_target_gets_the_signature_of_the_code() -> None:
    code = "def f(self, a: int,\n      b: int) -> int:\n    return a"
    assert aligned(code, "def f(self, a, b):\n    # why\n    return b") == code.replace(
        "    return a", "    # why\n    return b"
    )
    assert aligned(code, "def f(self, b, a):\n    return b") is None
    assert aligned("def f(a): return a", "def f(a):\n    return 1") == "def f(a):\n    return 1"


def test_decorators_stay_where_they_are() -> None:
    plain = "def f(a):\n    def g(b):\n        return g(b)\n    return g(a)"
    cached = plain.replace("    def g", "    @cache\n    def g")
    assert aligned(plain, cached) == cached
    assert aligned(cached, plain) == plain
    assert aligned(plain, f"@cache\n{plain}") is None


@pytest.mark.parametrize(
    ("text", "language", "title", "given", "output"),
    [
        (JAVA, "java", "twice p q", "int[] nums, String name", "int[]"),
        (CPP, "cpp", "twice p q", "vector<int>& nums, int k", "vector<int>"),
        ("int f(map<a(b)> c);\n    return g(h {\n    int k(int a) {", "cpp", "k p q", "int a", "int"),
        (JAVASCRIPT, "javascript", "check p q", "nums: number[]", "boolean"),
        ("int x;", "cpp", "p q", "", ""),
    ],
)
def test_other_languages_tell_input_and_output_by_their_signature(
    text: str, language: str, title: str, given: str, output: str
) -> None:
    found = read(text, language, "p q")
    assert found.whole
    assert (found.fields.code, found.fields.title) == (text, title)
    assert (found.fields.input, found.fields.output) == (given, output)


def test_types_in_a_docstring_stand_for_annotations() -> None:
    docstring = '"""\n        :type a: str\n        :rtype: int\n        """'
    text = f"class Solution(object):\n    def f(self, a, b):\n        {docstring}\n        return 1"
    found = read(text, "python", "").fields
    assert (found.input, found.output, found.description) == ("self, a: str, b", "int", "")
    assert found.code == "def f(self, a, b):\n    return 1"


def test_a_method_with_a_line_left_of_it_is_moved_to_the_margin_too() -> None:
    text = "class Solution:\n    def f(self):\n        return sum(1\n for _ in range(3))"
    assert read(text, "python", "").fields.code == "def f(self):\n    return sum(1\nfor _ in range(3))"


def test_a_single_solution_is_asked_for_by_its_approach_and_without_its_code() -> None:
    single = Single("somewhere", "MIT", "equal-pairs", "python", FAST, "Counting", "O(n)")
    (example,) = sources.of_singles([single], Known()).examples
    assert (example.task, example.fields.code, example.decile) == (Task.TEXT_TO_CODE, "", None)
    assert example.fields.description == "Counting\nhow often each is there"
    (plain,) = sources.of_singles([msgspec.structs.replace(single, title="Equal Pairs")], Known()).examples
    assert plain.fields.description == "how often each is there"


def test_both_sides_of_a_pair_of_no_certain_direction_can_be_held_out() -> None:
    uncertain = msgspec.structs.replace(PAIR, slow_complexity="O(1)")
    assert sources.of_pairs([uncertain], Known()).dropped == {"direction not certain": 1}
    held_out = sources.of_singles(sources.sides([uncertain]), Known()).examples
    (certain,) = sources.of_pairs([PAIR], Known()).examples
    assert [each.target for each in held_out] == [certain.fields.code, certain.target]


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("def f(:\n", "python", "does not parse"),
        ("x = raw_input()", "python", "does not parse"),
        ("for a in xrange(3):\n    b = a / 2", "python", "does not parse"),
        ("for a in xrange(3):\n    b /= a", "python", "does not parse"),
        ("print 'a'", "python", "does not parse"),
        ("int f() { return g(1; }", "cpp", "not balanced"),
        ("int f() { return 1; ]", "java", "not balanced"),
        ("\x00", "cpp", "not text"),
        (" \n\n", "java", "empty"),
        ("# Generated by the protocol compiler. DO NOT EDIT!\nx = 1", "python", "generated"),
        ("var a = 1;" * 40, "javascript", "minified"),
        ("class Solution {\n};\n\nclass Solution2 {\n};", "cpp", "several solutions"),
    ],
)
def test_text_that_is_unfit_is_dropped_with_its_reason(text: str, language: str, reason: str) -> None:
    assert cleaned(text, language) == ("", reason)


def test_brackets_in_strings_and_comments_do_not_count() -> None:
    text = "int f() {\n    // :(\n    return g(\"{\", '(');  /* ] */\n}"
    assert cleaned(text, "cpp") == (text, "")


@pytest.mark.parametrize("indent", ["  ", "\t", "        ", "    "])
def test_python_gets_four_blanks_and_its_strings_keep_theirs(indent: str) -> None:
    lines = ["def f(a):", "if a:", "return g(a,", '"""x', "  y", '""")']
    text = "\n".join(
        [
            f"{lines[0]}\r",
            f"{indent}{lines[1]}  \r",
            f"{indent * 2}{lines[2]}",
            f"{indent * 3}{lines[3]}",
            *lines[4:],
            "",
        ]
    )
    code, reason = cleaned(text, "python")
    assert reason == ""
    assert code.startswith("def f(a):\n    if a:\n        return g(a,\n")
    assert code.endswith('"""x\n  y\n""")')


def test_names_of_python_2_are_made_new_and_notes_of_complexity_go() -> None:
    text = (
        "# Time:  O(n)\n# Space: O(1)\ndef f(d):\n    return [k for k in xrange(3) for v in d.itervalues()]"
    )
    assert cleaned(text, "python") == ("def f(d):\n    return [k for k in range(3) for v in d.values()]", "")
    assert cleaned("package a.b;\n\n// #Easy #Time_2_ms\n\nclass A {\n}", "java") == ("class A {\n}", "")


def test_rows_of_blank_lines_and_blanks_at_the_end_of_lines_go() -> None:
    assert tidy("\n\na  \r\n\n\n\nb\t\n") == "a\n\nb"


def test_a_change_is_one_of_more_than_form() -> None:
    assert not is_change("x = (1)\n# a", "x=1", "python")
    assert is_change("x = 1", "x = 2", "python")
    assert not is_change("int a;  // b", "int a ;", "cpp")
    assert is_change("int a;", "int b;", "cpp")


def test_length_is_counted_by_the_function_given() -> None:
    limits = Limits(code=4, target=3, shortest=2)
    assert too_long("abcd", "abc", limits, len) == ""
    assert too_long("abcde", "abc", limits, len) == "code too long"
    assert too_long("abcd", "abcd", limits, len) == "target too long"
    assert too_long("abcd", "a", limits, len) == "too short"


EXAMPLE = Example(Fields("a = 1"), "a = 2", Task.FASTER, 3, 0.5, "o", "MIT", "p")


def test_examples_come_back_as_they_were_written_and_the_file_is_the_same_twice(tmp_path: Path) -> None:
    examples = [EXAMPLE, replace(EXAMPLE, decile=None, fields=Fields("ä\n", language="cpp"))]
    one, other = tmp_path / "deep" / "one.jsonl.gz", tmp_path / "other.jsonl.gz"
    assert storage.write(one, iter(examples)) == 2
    storage.write(other, examples)
    assert list(storage.read(one)) == examples
    assert one.read_bytes() == other.read_bytes()
    plain = tmp_path / "plain.jsonl"
    plain.write_bytes(gzip.decompress(one.read_bytes()))
    assert list(storage.read(plain)) == examples


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl.gz"
    storage.write(path, [EXAMPLE])

    def failing() -> Iterator[Example]:
        yield EXAMPLE
        yield EXAMPLE
        raise RuntimeError

    with pytest.raises(RuntimeError):
        storage.write(path, failing())
    assert list(storage.read(path)) == [EXAMPLE]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b'{"a": 1}\n', b"no json\n", b'{"fields": "\xff"}\n'])
def test_a_line_that_is_no_example_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"\n" + content)
    with pytest.raises(ConfigError, match=r"bad\.jsonl:2: no example"):
        list(storage.read(path))
    with pytest.raises(ConfigError, match=r"bad\.jsonl:2: no pair"):
        sources.read_pairs(path)


def test_a_file_that_is_cut_off_or_missing_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    storage.write(path, [EXAMPLE] * 50)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ConfigError, match="cannot be read"):
        list(storage.read(path))
    with pytest.raises(ConfigError, match="cannot be read"):
        list(storage.read(tmp_path / "missing"))


def test_pairs_and_singles_are_read_from_their_files(tmp_path: Path) -> None:
    single = Single("somewhere", "MIT", "p", "cpp", CPP)
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(msgspec.json.encode(PAIR) + b"\n" + msgspec.json.encode(PAIR)))
    assert sources.read_pairs(path) == [PAIR, PAIR]
    path.write_bytes(msgspec.json.encode(single))
    assert sources.read_singles(path) == [single]
