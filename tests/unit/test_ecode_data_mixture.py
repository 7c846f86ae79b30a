"""Near-duplicates, and mixtures that are the same for the same seed."""

from collections import Counter
from dataclasses import replace

import pytest

from optimizer.experts.ecode.data.cleaning import Limits
from optimizer.experts.ecode.data.mixture import build, statistics, without_near
from optimizer.experts.ecode.data.near import Alike, distinct, shingled, similarity
from optimizer.experts.ecode.data.noise import MASK
from optimizer.experts.ecode.data.recipe import Portion, Recipe
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.fields import Fields


def text(number: int, last: str = "done") -> str:
    """A function that shares little with that of another number."""
    lines = [f"    v{number}_{line} = w{number}_{line} + {number * line}" for line in range(20)]
    return "\n".join([f"def f{number}(a):", *lines, f"    return {last}"])


def function(number: int, decile: int | None = None) -> Example:
    fields = Fields("", title=f"f{number}")
    return Example(fields, text(number), Task.TEXT_TO_CODE, decile, 1.0, "corpus", "MIT", f"p{number}")


def pair(number: int) -> Example:
    fields = Fields(text(number + 100), title=f"f{number}")
    return Example(fields, text(number), Task.FASTER, 9, 0.5, "pairs", "Apache-2.0", f"p{number}")


def tokens(code: str) -> int:
    return len(code.split())


def test_of_texts_that_are_alike_the_first_stays() -> None:
    found = distinct([text(1), text(2), text(1, "other"), text(1).replace("\n", "\n\n")])
    assert (found.kept, found.repeated) == ((0, 1), (2, 3))


def test_texts_that_are_just_alike_are_found_too() -> None:
    originals = [text(number) for number in range(20)]
    changed = [each.replace(" + ", " - ", 2) for each in originals]
    likeness = [
        similarity(shingled(one, 4), shingled(other, 4))
        for one, other in zip(originals, changed, strict=True)
    ]
    assert all(0.8 <= each < 0.9 for each in likeness)
    assert distinct([*originals, *changed]).kept == tuple(range(20))


def test_similarity_is_the_share_of_common_shingles() -> None:
    one, other = shingled("a b c d e", 4), shingled("a b c d f", 4)
    assert similarity(one, other) == pytest.approx(1 / 3)
    assert similarity(shingled("a", 4), shingled("a", 4)) == 1.0
    assert len(shingled("", 4)) == 1


def test_examples_are_dropped_if_either_side_is_like_one_held_out() -> None:
    dropped: Counter[str] = Counter()
    held_out = [replace(function(9), target=text(2)), replace(function(8), target=text(103))]
    examples = [pair(1), pair(2), pair(3), pair(1), function(1), function(2)]
    kept = without_near(examples, held_out, Alike(), dropped)
    assert kept == [pair(1), function(1)]
    assert +dropped == {
        "faster like one held out": 2, "faster like another": 1, "text-to-code like one held out": 1,
    }  # fmt: skip


def test_what_is_held_out_in_one_language_is_no_matter_in_another() -> None:
    java = replace(function(1), fields=Fields("", language="java"), problem="other")
    assert without_near([function(1)], [java], Alike(), Counter()) == [function(1)]


def test_nothing_of_a_problem_that_is_held_out_is_learnt_from() -> None:
    java = replace(function(9), fields=Fields("", language="java"), problem="p1")
    assert without_near([function(1), pair(1), function(2)], [java], Alike(), Counter()) == [function(2)]


def test_the_same_seed_mixes_the_same_and_another_does_not() -> None:
    examples = [*map(function, range(8)), *map(pair, range(8, 14))]
    first, second = (list(build(Recipe(seed=3), examples, tokens, Counter())) for _ in range(2))
    assert first == second
    assert list(build(Recipe(seed=4), examples, tokens, Counter())) != first


def test_a_recipe_says_how_many_of_each_task_and_how_much_they_count() -> None:
    recipe = Recipe(
        denoise=Portion(copies=2.0), text_to_code=Portion(copies=0.5), faster=Portion(copies=3.0, most=10),
        unchanged=Portion(copies=1.0, weight=0.5),
    )  # fmt: skip
    examples = [*map(function, range(8)), function(50, decile=9), *map(pair, range(8, 14))]
    made = list(build(recipe, examples, tokens, Counter()))
    found = statistics(made)
    assert found.tasks == {"denoise": 18, "text-to-code": 4, "faster": 10, "unchanged": 7}
    assert found.languages == {"python": 39}
    assert found.origins["corpus"] + found.origins["pairs"] == 39
    assert found.licences.keys() == {"MIT", "Apache-2.0"}
    assert found.problems == 15
    assert {each.weight for each in made if each.task is Task.UNCHANGED} == {0.25, 0.5}


def test_what_stays_as_it_is_comes_in_proportion_to_what_changes_of_each_origin() -> None:
    dropped: Counter[str] = Counter()
    examples = [*(function(at, decile=9) for at in range(4)), *map(pair, range(8, 14))]
    recipe = Recipe(faster=Portion(copies=1.0), balanced=0.5)
    made = build(recipe, examples, tokens, dropped)
    assert Counter(each.origin for each in made if each.task is Task.UNCHANGED) == {"pairs": 3}
    assert dropped["unchanged, and few pairs of its origin"] == 4 + 3


def test_each_task_has_its_own_shape() -> None:
    examples = [*map(function, range(8)), *map(pair, range(8, 14))]
    for each in build(Recipe(), examples, tokens, Counter()):
        read = each.fields.code
        assert (read == "") is (each.task is Task.TEXT_TO_CODE)
        assert (read == each.target) is (each.task is Task.UNCHANGED)
        assert MASK not in each.target
        assert MASK not in read or each.task is Task.DENOISE


def test_it_is_the_same_however_many_processes_make_it() -> None:
    examples = [*map(function, range(8)), *map(pair, range(8, 14))]
    one, two = (list(build(Recipe(), examples, tokens, Counter(), number)) for number in (1, 2))
    assert one == two


def test_what_does_not_fit_is_left_out_and_counted() -> None:
    dropped: Counter[str] = Counter()
    long = replace(function(2), target=text(2) + "\n" + text(3).replace("def f3", "def f4"))
    recipe = Recipe(
        denoise=Portion(most=0), text_to_code=Portion(copies=1.0), limits=Limits(target=110, written=999)
    )
    made = list(build(recipe, [function(1), long], tokens, dropped))
    assert [each.problem for each in made] == ["p1"]
    assert dropped == {"target too long": 1}
    recipe = replace(recipe, limits=Limits(written=60))
    assert list(build(recipe, [function(1)], tokens, dropped)) == []
    assert dropped == {"target too long": 1, "too much differs": 1}


def test_of_the_other_languages_only_the_share_that_is_wanted_is_taken() -> None:
    others = [
        replace(pair(number), fields=replace(pair(number).fields, language="cpp")) for number in range(40)
    ]
    made = list(build(Recipe(others=0.5), [*others, pair(50)], tokens, Counter()))
    problems = {each.problem for each in made}
    assert "p50" in problems
    assert 10 <= len(problems) <= 31
