"""BLEU and CodeBLEU by hand, on every language, and on what is no code."""

from collections import Counter

import pytest

from optimizer.experts.ecode.evaluation.bleu import corpus_bleu, sentence_bleu
from optimizer.experts.ecode.evaluation.codebleu import codebleu, corpus_codebleu
from optimizer.experts.ecode.evaluation.dataflow import edges
from optimizer.experts.ecode.evaluation.syntax import parses
from optimizer.experts.ecode.evaluation.tokens import tokens

SUMS = {
    "python": "def f(xs):\n    s = 0\n    for x in xs:\n        s += x\n    return s\n",
    "cpp": "int f(vector<int>& xs) { int s = 0; for (int x : xs) s += x; return s; }",
    "java": "class S { int f(int[] xs) { int s = 0; for (int x : xs) s += x; return s; } }",
    "javascript": "function f(xs) { let s = 0; for (const x of xs) s += x; return s; }",
}
GARBAGE = [
    "",
    "   \n",
    "the cat sat on the mat and looked at a bird",
    "0 0 0 0 0 0 0 0",
    "\x00\ud800 \u2028 ï»¿ ```",
]
languages = pytest.mark.parametrize("language", list(SUMS))


def words(code: str, language: str = "python") -> str:
    return " ".join(token.text for token in tokens(code, language))


def test_comments_docstrings_and_layout_are_no_tokens() -> None:
    assert (
        words('def f(x):\n    """Doc."""\n    # why\n    return  x ** 2\n') == "def f ( x ) : return x ** 2"
    )
    assert words("int x; // why\n/* and */ x += 1;", "cpp") == "int x ; x += 1 ;"


def test_nothing_is_lost_of_what_does_not_parse() -> None:
    code = "the $ quick ? brown fox ( es"
    assert words(code) == code


@pytest.mark.parametrize(
    ("language", "code", "keywords"),
    [
        ("python", "if x not in y: return None", "if not in return None"),
        ("cpp", "int f() { while (true) break; return x; }", "int while true break return"),
        ("java", "class A { void f() { if (x == null) return; } }", "class void if null return"),
        ("javascript", "for (const x of this.xs) f(null);", "for const of this null"),
    ],
)
def test_reserved_words_are_keywords(language: str, code: str, keywords: str) -> None:
    assert " ".join(token.text for token in tokens(code, language) if token.keyword) == keywords


def test_bleu_is_the_geometric_mean_of_four_precisions() -> None:
    expected = (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25
    assert sentence_bleu("a = b + c", "a = b + d", "python") == pytest.approx(expected)


def test_bleu_punishes_what_is_too_short() -> None:
    found = sentence_bleu("a = b + c", "a = b + c + d", "python")
    assert found == pytest.approx(2.718281828459045 ** (1 - 7 / 5))


def test_corpus_bleu_adds_up_counts_before_it_divides() -> None:
    pairs = [("a = b + c", "a = b + d"), ("x = y + z", "x = y + z")]
    assert corpus_bleu(pairs, "python") == pytest.approx((9 / 10 * 7 / 8 * 5 / 6 * 3 / 4) ** 0.25)


def test_layout_does_not_count() -> None:
    assert sentence_bleu("x=a+b", "x  =  a + b  # sum", "python") == 1


def test_a_corpus_of_nothing_has_no_score() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        corpus_codebleu([], "python")


def test_a_keyword_counts_five_times() -> None:
    assert codebleu("return x", "return y", "python").keywords == pytest.approx(5 / 6)
    assert codebleu("return x", "yield x", "python").keywords == pytest.approx(1 / 6)


def test_subtrees_are_compared_without_names_and_operators() -> None:
    reference = "x = a + b"  # module, statement, assignment, sum
    assert codebleu("y = c * d", reference, "python").syntax == 1
    assert codebleu("y = (c + d)", reference, "python").syntax == pytest.approx(1 / 4)
    assert codebleu("y = f(c)", reference, "python").syntax == 0


def test_comments_and_docstrings_change_no_subtree() -> None:
    reference = "def f(x):\n    return x + 1"
    commented = 'def f(x):\n    """Why."""\n    # how\n    return x + 1'
    assert codebleu(commented, reference, "python").total == 1
    assert codebleu(reference, commented, "python").total == 1
    assert codebleu("int f() { return 1; /* a */ }", "int f() { return 1; }", "cpp").syntax == 1


def test_a_subtree_counts_no_more_often_than_in_the_candidate() -> None:
    found = codebleu("f(a + b)", "f(a + b, c + d)", "python").syntax
    assert found == pytest.approx(1 / 6)  # of module, statement, call, arguments and two sums one sum


def test_data_flow_is_compared_edge_by_edge() -> None:
    reference = "def f(a, b):\n    c = a + b\n    return c"
    assert codebleu("def g(x, y):\n    z = x\n    return z", reference, "python").flow == pytest.approx(2 / 3)


def test_a_reference_without_data_flow_has_no_floor_to_give() -> None:
    reference = "def f():\n    return 1\n"
    same, garbage = codebleu(reference, reference, "python"), codebleu("mat cat", reference, "python")
    assert same.flow is None
    assert same.total == 1
    assert garbage.flow is None
    assert garbage.total == 0


def test_a_reference_that_does_not_parse_leaves_the_tokens() -> None:
    found = codebleu("def f(:", "def f(:", "python")
    assert (found.syntax, found.flow, found.total) == (None, None, 1)


@languages
def test_the_same_text_scores_one(language: str) -> None:
    code = SUMS[language]
    found = codebleu(code, code, language)
    assert (found.ngrams, found.keywords, found.syntax, found.flow, found.total) == (1, 1, 1, 1, 1)
    assert corpus_codebleu([(code, code)] * 2, language).total == 1


@languages
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_scores_next_to_nothing(language: str, garbage: str) -> None:
    assert codebleu(garbage, SUMS[language], language).total < 0.05
    assert corpus_codebleu([(garbage, SUMS[language])], language).total < 0.05


@languages
def test_the_right_tokens_in_a_wrong_order_score_little(language: str) -> None:
    shuffled = " ".join(sorted(token.text for token in tokens(SUMS[language], language)))
    found = codebleu(shuffled, SUMS[language], language)
    assert found.keywords == pytest.approx(1, abs=0.3)  # single tokens are all that it looks at
    assert max(found.syntax or 0, found.flow or 0) < 0.2  # a type alone is a subtree too
    assert found.ngrams < 0.2


def test_renamed_variables_keep_syntax_and_flow() -> None:
    code = SUMS["python"]
    found = codebleu(
        code.replace("xs", "values").replace("s +=", "t +=").replace("s =", "t ="), code, "python"
    )
    assert found.syntax == 1
    assert found.ngrams < 1


@languages
def test_a_sum_has_the_same_data_flow_in_every_language(language: str) -> None:
    xs, s, x = 0, 1, 2
    assert edges(SUMS[language], language) == Counter({(x, xs): 1, (s, s): 1, (s, x): 1, (None, s): 1})


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def f(a, i, v):\n    a[i] = v\n    a.w = v\n"),
        ("cpp", "void f(int* a, int i, int v) { a[i] = v; a->w = v; }"),
        ("java", "class S { void f(A a, int i, int v) { a[i] = v; a.w = v; } }"),
        ("javascript", "function f(a, i, v) { a[i] = v; a.w = v; }"),
    ],
)
def test_a_write_to_a_part_is_a_write_to_the_whole(language: str, code: str) -> None:
    a, i, v = 0, 1, 2
    assert edges(code, language) == Counter({(a, i): 1, (a, v): 2})


@pytest.mark.parametrize(
    ("language", "code", "found"),
    [
        ("python", "def f(a):\n    (b, c), *d = a", {(1, 0): 1, (2, 0): 1, (3, 0): 1}),
        ("python", "def f(a):\n    b = c = a", {(1, 0): 1, (2, 0): 1}),
        ("python", "def f(a):\n    with a as b:\n        g(key=b)", {(1, 0): 1, (None, 1): 1}),
        ("python", "def f(a):\n    return [b for b in a]", {(1, 0): 1, (None, 1): 1}),
        ("python", "def f(a):\n    while (b := a.b): pass", {(1, 0): 1}),
        ("python", "def f(a):\n    g = lambda b: b + a", {(None, 0): 1, (None, 2): 1}),
        ("cpp", "void f(int a) { auto [b, c] = a; int d = b, e; e++; }",
         {(1, 0): 1, (2, 0): 1, (3, 1): 1, (4, 4): 1}),
        ("cpp", "void f(int a) { vector<int> b(a, 0); *b = a; }", {(1, 0): 2}),
        ("cpp", "struct S { int a; int f() { return a; } };", {(None, 0): 1}),
        ("java", "class S { F f(int a) { G g = b -> b + a; a++; } }",
         {(None, 0): 1, (None, 2): 1, (0, 0): 1}),
        ("java", "class S { void f(A a) { try (R b = a.b()) { g(b.a); } } }", {(1, 0): 1, (None, 1): 1}),
        ("javascript", "const f = (a, {b, c: d}) => { [a, b] = [b, a]; return d; }",
         {(1, 1): 1, (1, 2): 1, (2, 1): 1, (2, 2): 1, (None, 3): 1}),
        ("javascript", "let a = 1; const b = {a, c: a}; b.a++;", {(1, 0): 2, (1, 1): 1}),
    ],
)  # fmt: skip
def test_data_flow_of_what_each_language_binds(
    language: str, code: str, found: dict[tuple[int | None, int], int]
) -> None:
    assert edges(code, language) == Counter(found)


def test_names_that_are_not_bound_are_no_variables() -> None:
    assert edges("def f():\n    print(len(x), self.y)\n    import math\n", "python") == Counter()


@languages
def test_code_parses_and_a_cut_off_piece_of_it_does_not(language: str) -> None:
    assert parses(SUMS[language], language)
    assert not parses(SUMS[language][: len(SUMS[language]) * 2 // 3], language) or language == "python"
    assert not parses("", language)
    assert not parses("(((", language)
