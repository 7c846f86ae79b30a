"""Every rule does to its example what it says, and the example's meaning stays the same."""

import ast

import pytest

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.table import PYTHON_RULES, all_rules
from tests.unit.rules_testing import first, request_for

# Calls of each example, as text: compared by type and representation before and after.
CALLS: dict[str, tuple[str, ...]] = {
    "overlapping-recursion": (
        "common('abcbdab', 'bdcaba', 7, 6)",
        "common('', 'a', 0, 1)",
        "common('a', 'b', -1, 0)",
    ),
    "list-as-queue": (
        "reachable({'a': ['b', 'c'], 'b': ['d'], 'c': ['d'], 'd': ['a']}, 'a')",
        "reachable({}, 'a')",
    ),
    "thread-queue": ("distances({1: [2, 3], 2: [4], 3: [4], 4: []}, 1)", "distances({}, 1)"),
    "list-membership": ("first_occurrences(['b', 'a', 'b', 'c', 'a'])", "first_occurrences([])"),
    "sort-in-loop": ("medians([5, 1, 4, 4, 2, 8])", "medians([])", "medians([True, 1, 0])"),
    "list-concatenation": ("running_totals([1, 2, 3.5])", "running_totals([])", "running_totals(['a'])"),
    "string-prepend": ("binary(10)", "binary(0)", "binary(-3)", "binary(True)"),
    "running-power": (
        "order(3, 7)",
        "order(2, 6)",
        "order(1, 1)",
        "order(-3, 7)",
        "order(3, 0)",
        "order(3, -7)",
    ),
    "trial-division": tuple(f"is_prime({n})" for n in (-7, 0, 1, 2, 3, 4, 9, 25, 49, 97, 121, 122)),
    "counting-by-hand": ("letters('abracadabra')", "letters('')"),
    "sieve-loop": tuple(f"primes_below({n})" for n in (-1, 0, 1, 2, 3, 4, 30, 49, 50)),
    "shift-loop": ("rotated([1, 2, 3, 4], 3)", "rotated([1], 2)", "rotated([], 0)", "rotated([], 1)"),
    "swap-reversal": ("backwards([1, 2, 3])", "backwards([1, 2])", "backwards([])"),
    "pop-transfer": ("bottom_up([1, 2, 3])", "bottom_up([])"),
    "flag-loop": ("contains_negative([1, -2, 3])", "contains_negative([1])", "contains_negative([])"),
    "invariant-call": (
        "has_every_letter('The Quick', 'quick')",
        "has_every_letter('', '')",
        "has_every_letter('a', 'b')",
    ),
    "while-counter": ("matches('banana', 'a')", "matches('', 'a')"),
    "index-loop": ("positions('aAba', 'a')", "positions('', 'a')"),
    "append-loop": (
        "squares_of_even([1, 2, 3, 4])",
        "squares_of_even([])",
        "squares_of_even(iter([2, 4]))",
        "squares_of_even(['a'])",
    ),
    "product-loop": ("factorial(6)", "factorial(0)", "factorial(-2)", "factorial(30)"),
    "attribute-lookup": (
        "Chart([[1, 2], [3, 4]], 2).total()",
        "Chart([], 2).total()",
        "Chart([[1]], 2).total()",
    ),
    "repeated-row-lookup": ("paths(3, 4)", "paths(0, 0)", "paths(1, 0)", "paths(2, 0)", "paths(-1, 3)"),
    "accumulation-in-item": (
        "products([[1, 2], [3, 4]], [[5, 6], [7, 8]])",
        "products([], [])",
        "products([[1]], [])",
        "products([[0.1]], [[3]])",
    ),
    "generator-test": (
        "has_long_word(['a', 'bcd'], 2)",
        "has_long_word([], 2)",
        "has_long_word([1], 2)",
        "has_long_word(None, 2)",
    ),
    "builtin-extremum-in-loop": (
        "steepest([3, 1, 4, 1, 5, 9, 2], 2)",
        "steepest([], 1)",
        "steepest([1.5, float('nan'), 2, -0.0, 0], 1)",
        "steepest(['a', 'b'], 1)",
    ),
}


def _outcome(module: str, imports: tuple[str, ...], call: str) -> str:
    namespace: dict[str, object] = {}
    exec(compile("\n".join((*imports, module)), "<example>", "exec"), namespace)  # our own examples
    try:
        result: object = eval(call, namespace)
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    return f"{type(result).__name__} {result!r}"


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.name)
def test_the_example_is_rewritten_exactly_as_documented(rule: Rule) -> None:
    assert first(rule, rule.before) == rule.after


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.name)
def test_the_example_asks_for_the_documented_imports(rule: Rule) -> None:
    assert next(iter(rule.rewrite(request_for(rule.before)))).imports == rule.imports


@pytest.mark.parametrize(
    ("rule", "call"),
    [(rule, call) for rule in PYTHON_RULES for call in CALLS[rule.name]],
    ids=lambda value: value.name if isinstance(value, Rule) else value,
)
def test_the_example_means_the_same_before_and_after(rule: Rule, call: str) -> None:
    assert _outcome(rule.before, (), call) == _outcome(rule.after, rule.imports, call)


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.name)
def test_a_rewritten_example_is_left_alone_by_the_same_rule(rule: Rule) -> None:
    module = "\n".join((*rule.imports, rule.after))
    assert first(rule, module) == module


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_a_name_a_summary_and_an_example_that_parses(rule: Rule) -> None:
    assert rule.name == rule.name.lower().replace("_", "-")
    assert rule.summary and "\n" not in rule.summary
    assert ast.dump(ast.parse(rule.before)) != ast.dump(ast.parse(rule.after))


def test_rule_names_are_unique() -> None:
    names = [rule.name for rule in all_rules()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("other", PYTHON_RULES, ids=lambda rule: rule.name)
def test_no_rule_raises_or_writes_nonsense_on_another_rules_example(rule: Rule, other: Rule) -> None:
    ast.parse(first(rule, other.before))
