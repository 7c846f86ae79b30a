"""The rules expert: what it proposes, in which order, and that it never raises."""

from dataclasses import replace

import pytest

from optimizer.experts.rules.expert import RulesExpert, rules_expert
from optimizer.experts.rules.rule import Rewrite, Rule
from optimizer.experts.rules.table import all_rules
from tests.unit.rules_testing import request_for, spliced

BOTH = """\
def f(rows, columns):
    table = [[1] * columns for _ in range(rows)]
    best = 0
    for i in range(1, rows):
        for j in range(1, columns):
            table[i][j] = table[i - 1][j] + table[i][j - 1]
            best = max(best, table[i][j])
    return best
"""

ODD = (
    "def f(: pass",
    "def f():\n    return yield = 3\n",
    "",
    "class A:\n    pass\n",
    "def f(a, /, *b, c=1, **d): ...",
    "async def f(x):\n    async for y in x:\n        z = [y async for y in x]\n        await y\n",
    "def f():\n    match 1:\n        case {'a': [x, *y], **z} if z: return max(x, y)\n",
    "def f[T](x: T) -> T:\n    return x\n",
    "def f(): return max(1, 2)",
    "def f():\n\tfor i in range(3):\n\t\tx = max(x, i)\n\treturn x\n",
    "@d\n@e(1)\ndef f():\n    'doc'\n",
    "def f():\n    exec('x = 1')\n    for i in range(3):\n        x = max(x, i)\n",
    "def f():\n    try:\n        pass\n    except* ValueError as e:\n        pass\n",
)  # fmt: skip  # one a line


def _rule(name: str, old: str, new: str, **fields: object) -> Rule:
    def rewrite(request: object) -> list[Rewrite]:
        source = request.function.source  # type: ignore[attr-defined]  # a request
        return [Rewrite(source.replace(old, new))] if old in source else []

    return replace(Rule(name, f"{name} applied", "", "", rewrite), **fields)  # type: ignore[arg-type]  # by name


def test_all_rules_together_come_first_and_then_each_alone() -> None:
    found = list(rules_expert().propose(request_for(BOTH)))
    assert found[0].provenance.detail == "repeated-row-lookup+builtin-extremum-in-loop"
    assert "row[j] = previous_row[j] + row[j - 1]" in found[0].source
    assert "max(" not in found[0].source
    assert [each.provenance.detail for each in found[1:]] == [
        "repeated-row-lookup",
        "builtin-extremum-in-loop",
    ]


def test_the_combined_candidate_behaves_like_the_original() -> None:
    request = request_for(BOTH)
    combined = next(iter(rules_expert().propose(request)))
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    exec(BOTH, before)
    exec(spliced(request, Rewrite(combined.source)), after)
    for rows, columns in ((0, 0), (1, 1), (2, 0), (3, 4), (6, 5)):
        assert before["f"](rows, columns) == after["f"](rows, columns)  # type: ignore[operator]  # functions


def test_candidates_say_where_they_come_from() -> None:
    request = replace(request_for(BOTH), parent="abc")
    for candidate in rules_expert().propose(request):
        assert candidate.provenance.expert == "rules"
        assert candidate.provenance.parent == "abc"
        assert candidate.provenance.version == rules_expert().version
        assert candidate.summary


def test_the_same_proposal_of_two_rules_is_made_once() -> None:
    expert = RulesExpert((_rule("one", "x", "y"), _rule("two", "x", "y")))
    found = list(expert.propose(request_for("def f():\n    return x\n")))
    assert [each.provenance.detail for each in found] == ["one"]


def test_a_rule_that_sets_something_up_is_left_out_of_the_second_combination() -> None:
    rules = (_rule("big", "a", "b", sets_up=True), _rule("small", "c", "d"), _rule("tiny", "x", "y"))
    found = list(RulesExpert(rules).propose(request_for("def f():\n    return [a, c, x]\n")))
    assert [each.provenance.detail for each in found] == [
        "big+small+tiny",
        "small+tiny",
        "big",
        "small",
        "tiny",
    ]


def test_a_rule_whose_dependency_the_target_lacks_is_not_asked() -> None:
    rule = _rule("needs", "x", "y", needs=frozenset({"numpy"}))
    request = request_for("def f():\n    return x\n")
    assert list(RulesExpert((rule,)).propose(request)) == []
    having = replace(request, dependencies=frozenset({"numpy"}))
    assert [each.source for each in RulesExpert((rule,)).propose(having)] == ["def f():\n    return y"]


def test_another_language_gets_no_proposals() -> None:
    request = request_for(BOTH)
    other = replace(request, function=replace(request.function, language="java"))
    assert list(rules_expert().propose(other)) == []


@pytest.mark.parametrize("source", ODD)
def test_odd_code_raises_nothing(source: str) -> None:
    request = request_for(BOTH)
    odd = replace(request, function=replace(request.function, source=source), module_source=source)
    for candidate in rules_expert().propose(odd):
        assert candidate.source != source


def test_the_version_changes_with_the_rules() -> None:
    one, two = _rule("one", "x", "y"), _rule("two", "x", "y")
    versions = {
        RulesExpert(rules).version for rules in ((one,), (two,), (one, two), (replace(one, version=2),))
    }
    assert len(versions) == 4
    assert RulesExpert((one,)).version == RulesExpert((one,)).version


def test_there_are_more_than_thirty_rules() -> None:
    assert len(all_rules()) > 30
