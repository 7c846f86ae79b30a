"""Rules against work that is done again and again: their examples, and what they must leave alone."""

import ast
from textwrap import dedent

import pytest

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.table import PYTHON_RULES, REPETITION_RULES, all_rules
from tests.unit.rules_testing import first, request_for

RULES = {rule.name: rule for rule in REPETITION_RULES}

# Calls of each example, as text: compared by type and representation before and after.
CALLS: dict[str, tuple[str, ...]] = {
    "counted-elements": ("frequencies(['b', 'a', 'b'])", "frequencies([])", "frequencies([True, 1, 1.0])"),
    "nested-scan": (
        "titles_by(['b', 'a', 'b'], [Book('a', '1'), Book('b', '2'), Book('a', '3')])",
        "titles_by([], [Book('a', '1')])",
        "titles_by(['a'], [])",
        "titles_by([], [1])",
        "titles_by([1], [])",
        "titles_by([1], [None])",
    ),
    "queue-walk": ("reachable({'a': ['b', 'c'], 'b': ['a'], 'c': []}, 'a')", "reachable({}, 'a')"),
    "sum-of-prefix": ("balances(5, [1, -2, 3])", "balances(5, [])", "balances(0, [True, True])"),
    "sorted-in-loop": ("ranks([3, 1, 2], [2, 0, 9])", "ranks([], [1])", "ranks([1], [])"),
    "pattern-in-loop": ("numbers_in(['a1b22', '', '3'])", "numbers_in([])", "numbers_in([1])"),
    "invariant-text": ("mentions(['Red Mug', 'x'], ' MUG ')", "mentions([], '')", "mentions(['a'], '')"),
    "text-by-parts": ("report([1, 2])", "report([])"),
    "copied-text": ("listing(['a', 'b'])", "listing([])"),
    "generator-condition": ("check([[1], [2]], 1)", "check([[1], []], 1)", "check([], 1)", "check([1], 1)"),
}


def _outcome(module: str, imports: tuple[str, ...], call: str) -> str:
    namespace: dict[str, object] = {"__name__": "example"}
    exec(compile("\n".join((*imports, module)), "<example>", "exec"), namespace)  # our own examples
    try:
        result: object = eval(call, namespace)
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    return f"{type(result).__name__} {result!r}"


@pytest.mark.parametrize("rule", REPETITION_RULES, ids=lambda rule: rule.name)
def test_the_example_of_repetition_is_rewritten_exactly_as_documented(rule: Rule) -> None:
    assert first(rule, rule.before) == rule.after
    assert next(iter(rule.rewrite(request_for(rule.before)))).imports == rule.imports


@pytest.mark.parametrize(
    ("rule", "call"),
    [(rule, call) for rule in REPETITION_RULES for call in CALLS[rule.name]],
    ids=lambda value: value.name if isinstance(value, Rule) else value,
)
def test_the_example_of_repetition_means_the_same_before_and_after(rule: Rule, call: str) -> None:
    assert _outcome(rule.before, (), call) == _outcome(rule.after, rule.imports, call)


@pytest.mark.parametrize("rule", REPETITION_RULES, ids=lambda rule: rule.name)
def test_a_rewritten_example_of_repetition_is_left_alone_by_the_same_rule(rule: Rule) -> None:
    module = "\n".join((*rule.imports, rule.after))
    assert first(rule, module) == module


@pytest.mark.parametrize("rule", REPETITION_RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("other", (*REPETITION_RULES, *PYTHON_RULES), ids=lambda rule: rule.name)
def test_no_rule_of_repetition_writes_nonsense_on_another_rules_example(rule: Rule, other: Rule) -> None:
    ast.parse(first(rule, other.before))


_BOOKS = """
from dataclasses import dataclass
@dataclass
class Book:
    author: str
    price: float
    tags: list[str]
"""

# (rule, what else it does, code, what must be in the result, a call)
REWRITTEN: tuple[tuple[str, str, str, str, str], ...] = (
    ("counted-elements", "counts of a comprehension", """
        def f(xs: list[int]) -> dict[int, int]:
            return {x: xs.count(x) for x in xs}
    """, "return dict(Counter(xs))", "f([2, 1, 2])"),
    ("counted-elements", "counts that are looked up", """
        def f(xs: tuple[str, ...]) -> list[str]:
            return [x for x in xs if xs.count(x) > 1]
    """, "if counts[x] > 1", "f(('a', 'b', 'a'))"),
    ("counted-elements", "counts of the letters of a text", """
        def f(text: str) -> int:
            best = 0
            for letter in text:
                if text.count(letter) > best:
                    best = text.count(letter)
            return best
    """, "counts = Counter(text)", "f('abab')"),
    ("nested-scan", "further conditions and an end at the first match", """
        def f(wanted: list[str], books: list[Book]) -> list[float]:
            found = []
            for author in wanted:
                for book in books:
                    if author == book.author and book.price > 1:
                        found.append(book.price)
                        break
                else:
                    found.append(0.0)
            return found
    """, "for book in books_by_author.get(author, ()) if books_by_author else ():",
     "f(['a', 'b', 'c'], [Book('a', 1, []), Book('b', 2, []), Book('a', 3, []), Book('a', 4, [])])"),
    ("nested-scan", "the comparison that skips", """
        def f(names: list[str], others: list[str]) -> list[str]:
            found = []
            for name in names:
                for other in others:
                    if other != name:
                        continue
                    found.append(other)
            return found
    """, "others_by_key.get(name, ())", "f(['a', 'b'], ['b', 'c', 'b'])"),
    ("queue-walk", "several values in each entry", """
        def f(graph: dict[str, list[str]], start: str) -> list[int]:
            queue = []
            queue.append((start, 0))
            depths = []
            while len(queue) > 0:
                name, depth = queue.pop(0)
                depths.append(depth)
                if depth > 3:
                    break
                queue.extend((other, depth + 1) for other in graph[name])
            return depths
    """, "for name, depth in queue:", "f({'a': ['b', 'b'], 'b': ['a']}, 'a')"),
    ("sum-of-prefix", "the sums alone, which are never a bool", """
        def f(xs: list[int]) -> list[int]:
            return [sum(xs[:i + 1]) for i in range(len(xs))]
    """, "(total := total + item)", "f([True, True, 5])"),
    ("sum-of-prefix", "a loop", """
        def f(xs: list[int]) -> list[int]:
            found = []
            for i, x in enumerate(xs):
                if x < 0:
                    continue
                found.append(x * sum(xs[: i + 1]))
            return found
    """, "total += x", "f([1, -2, 3, True])"),
    ("sorted-in-loop", "sorting by the fields of a record", """
        def f(books: list[Book], limits: list[float]) -> list[list[str]]:
            found = []
            for limit in limits:
                row = []
                for book in sorted(books, key=lambda book: (book.price, book.author)):
                    if book.price < limit:
                        row.append(book.author)
                found.append(row)
            return found
    """, "        if ordered is None:\n            ordered = sorted(books, key=lambda",
     "f([Book('b', 2, []), Book('a', 1, [])], [0, 3, 2])"),
    ("sorted-in-loop", "sorting that fails, in the round that gets there", """
        def f(xs: list, n: int) -> list[object]:
            found = []
            for i in range(n):
                found.append(i)
                for x in sorted(xs):
                    found.append(x)
            return found
    """, "if ordered is None:", "[f([2, 1], 2), f([1, 'a'], 0), f([None, 1], 1)]"),
    ("pattern-in-loop", "functions of the module, with their flags", """
        import re
        def f(lines: list[str]) -> list[str]:
            return [re.sub("[a-c]+", "x", line, count=1, flags=re.I) for line in lines]
    """, 'pattern = re.compile("[a-c]+", re.I)', "f(['ABd', 'bb-a', ''])"),
    ("text-by-parts", "formatting the whole text anew", """
        def f(values: list[int]) -> str:
            text = ""
            for value in values:
                text = f"{text}{value}, "
            return text + "."
    """, 'parts.append(f"{value}, ")', "f([1, 2])"),
    ("copied-text", "text without anything to format", """
        def f(values: list[int]) -> str:
            text = ""
            for value in values:
                if value:
                    text = f"{text}{{-}}"
            return text
    """, 'text += "{-}"', "f([1, 0, 2])"),
    ("generator-condition", "what is done when no item says otherwise", """
        def f(rows: list[list[int]]) -> list[int]:
            found = []
            for row in rows:
                if all(number > 0 for number in row):
                    continue
                if not any(number == 7 for number in row if number):
                    found.append(len(row))
            return found
    """, "else:\n            continue", "f([[1], [0, 7], [0], []])"),
    ("invariant-text", "words put together", """
        def f(names: list[str], query: str) -> list[bool]:
            return [name.startswith(" ".join(sorted(query.upper().split()))) for name in names]
    """, "[name.startswith(normalised) for name in names]", "f(['A B c', ''], ' b a ')"),
)  # fmt: skip  # one entry reads as one


@pytest.mark.parametrize(("name", "what", "code", "part", "call"), REWRITTEN, ids=[e[1] for e in REWRITTEN])
def test_other_forms_of_repetition_are_rewritten(
    name: str, what: str, code: str, part: str, call: str
) -> None:
    module = _BOOKS + dedent(code)
    rewrite = next(iter(RULES[name].rewrite(request_for(module))), None)
    assert rewrite is not None, what
    after = first(RULES[name], module)
    assert part in after
    assert _outcome(after, rewrite.imports, call) == _outcome(module, (), call)


# (rule, why, code)
LEFT_ALONE: tuple[tuple[str, str, str], ...] = (
    ("counted-elements", "lists cannot be keys, but can be counted", """
        def f(xs: list[list[int]]) -> list[int]:
            return [xs.count(x) for x in xs]
    """),
    ("counted-elements", "the list grows", """
        def f(xs: list[int], limit: int) -> list[int]:
            found: list[int] = []
            for x in xs:
                if found.count(x) < limit:
                    found.append(x)
            return found
    """),
    ("counted-elements", "count() of a text finds whole words", """
        def f(text: str, words: list[str]) -> list[int]:
            return [text.count(word) for word in words]
    """),
    ("nested-scan", "NaN is not equal to itself, but is found by a lookup", """
        def f(prices: list[float], books: list[Book]) -> list[str]:
            found = []
            for price in prices:
                for book in books:
                    if book.price == price:
                        found.append(book.author)
            return found
    """),
    ("nested-scan", "lists cannot be looked up", """
        def f(wanted: list[list[str]], books: list[Book]) -> list[str]:
            found = []
            for tags in wanted:
                for book in books:
                    if book.tags == tags:
                        found.append(book.author)
            return found
    """),
    ("nested-scan", "the list that is walked through grows meanwhile", """
        def f(names: list[str], books: list[Book]) -> list[Book]:
            for name in names:
                for book in books:
                    if book.author == name:
                        books.append(book)
                        break
            return books
    """),
    ("nested-scan", "an item's key is changed", """
        def f(names: list[str], books: list[Book]) -> None:
            for name in names:
                for book in books:
                    if book.author == name:
                        book.author = "?"
    """),
    ("nested-scan", "the item is used after the loop", """
        def f(names: list[str], books: list[Book]) -> Book:
            for name in names:
                for book in books:
                    if book.author == name:
                        print(name)
            return book
    """),
    ("nested-scan", "a function that nothing is known of may change the list", """
        def f(names: list[str], books: list[Book], tell) -> None:
            for name in names:
                for book in books:
                    if book.author == name:
                        tell(name)
    """),
    ("nested-scan", "nothing is known of the types", """
        def f(names, books):
            found = []
            for name in names:
                for book in books:
                    if book.author == name:
                        found.append(book)
            return found
    """),
    ("sum-of-prefix", "the digits of floats depend on the order", """
        def f(xs: list[float]) -> list[float]:
            return [1.0 + sum(xs[:i + 1]) for i in range(len(xs))]
    """),
    ("sum-of-prefix", "the items are changed on the way", """
        def f(xs: list[int]) -> list[int]:
            found = []
            for i in range(len(xs)):
                found.append(sum(xs[:i + 1]))
                xs[0] = 9
            return found
    """),
    ("sum-of-prefix", "the index is asked for as well", """
        def f(xs: list[int]) -> list[int]:
            return [i + sum(xs[:i + 1]) for i in range(len(xs))]
    """),
    ("sum-of-prefix", "sum is another function here", """
        from numpy import sum
        def f(xs: list[int]) -> list[int]:
            return [1 + sum(xs[:i + 1]) for i in range(len(xs))]
    """),
    ("sorted-in-loop", "the list changes in the loop", """
        def f(xs: list[int]) -> int:
            total = 0
            for _ in range(3):
                for x in sorted(xs):
                    total += x
                xs.append(total)
            return total
    """),
    ("sorted-in-loop", "what decides the order changes in the loop", """
        def f(books: list[Book]) -> None:
            for i in range(3):
                for book in sorted(books, key=lambda book: book.price):
                    book.price = -book.price
    """),
    ("sorted-in-loop", "one of the items may be known under another name, too", """
        def f(books: list[Book], best: Book) -> None:
            for i in range(3):
                for book in sorted(books, key=lambda book: book.price):
                    last = book.author
                best.price += 1
    """),
    ("nested-scan", "one of the items may be known under another name, too", """
        def f(names: list[str], books: list[Book], best: Book) -> None:
            found = []
            for name in names:
                for book in books:
                    if book.author == name:
                        found.append(book)
                best.author = name
    """),
    ("queue-walk", "what is left is asked for afterwards", """
        def f(numbers: list[int]) -> list[int]:
            queue = [3]
            while queue:
                number = queue.pop(0)
                if number:
                    queue.append(number - 1)
            return queue
    """),
    ("queue-walk", "how many are waiting is asked for", """
        def f() -> int:
            most = 0
            queue = [3]
            while queue:
                number = queue.pop(0)
                queue.append(number)
                most = max(most, len(queue))
            return most
    """),
    ("queue-walk", "the list is somebody else's", """
        def f(queue: list[int]) -> int:
            total = 0
            while queue:
                number = queue.pop(0)
                total += number
            return total
    """),
    ("queue-walk", "the list goes on to the next round", """
        def f() -> int:
            total = 0
            queue = [1]
            for _ in range(3):
                while queue:
                    number = queue.pop(0)
                    total += number
                queue.append(total)
            return total
    """),
    ("queue-walk", "the list may be one that is known elsewhere", """
        def f(start: list[int]) -> int:
            total = 0
            queue = start
            while queue:
                number = queue.pop(0)
                total += number
            return total
    """),
    ("nested-scan", "groups that are left half made would be used in the next round", """
        def f(names: list[str], books: list[Book]) -> list[str]:
            found = []
            for name in names:
                try:
                    for book in books:
                        if book.author == name:
                            found.append(name)
                except AttributeError:
                    found.append("?")
            return found
    """),
    ("nested-scan", "an item is reached through a dict", """
        def f(names: list[str], books: list[Book], best: dict[str, Book]) -> int:
            found = 0
            for name in names:
                for book in books:
                    if book.author == name:
                        found += 1
                best[name].author = name
            return found
    """),
    ("sorted-in-loop", "an item is reached through a dict", """
        def f(books: list[Book], best: dict[int, Book]) -> None:
            for i in range(3):
                for book in sorted(books, key=lambda book: book.price):
                    last = book.author
                best[i].price = 0
    """),
    ("sum-of-prefix", "the caller may have given one list twice", """
        def f(xs: list[int], other: list[int]) -> list[int]:
            found = []
            for i in range(len(xs)):
                found.append(sum(xs[:i + 1]))
                other[0] = 5
            return found
    """),
    ("sorted-in-loop", "any sequence may be that list", """
        from collections.abc import Sequence
        def f(xs: Sequence[int], other: list[int]) -> None:
            for i in range(3):
                for x in sorted(xs):
                    print(x)
                other.append(i)
    """),
    ("sorted-in-loop", "each round's list is given away", """
        def f(xs: list[int]) -> list[list[int]]:
            return [sorted(xs) for _ in range(3)]
    """),
    ("sorted-in-loop", "an iterator gives its items once only", """
        def f(xs, n: int) -> list[object]:
            found = []
            for i in range(n):
                for x in sorted(xs):
                    found.append(x)
            return found
    """),
    ("pattern-in-loop", "a pattern that is no constant", """
        import re
        def f(lines: list[str], what: str) -> list[str]:
            return [line for line in lines if re.match(what, line)]
    """),
    ("pattern-in-loop", "an invalid pattern fails only when there is something to match", """
        import re
        def f(lines: list[str]) -> list[str]:
            return [line for line in lines if re.match("(", line)]
    """),
    ("pattern-in-loop", "another module of that name", """
        import regex as re
        def f(lines: list[str]) -> list[str]:
            return [line for line in lines if re.match("a+", line)]
    """),
    ("pattern-in-loop", "the pattern is used after the loop, which may not have run", """
        import re
        def f(lines: list[str]) -> object:
            for line in lines:
                pattern = re.compile("a+")
                print(pattern.match(line))
            return pattern
    """),
    ("pattern-in-loop", "there is no loop", """
        import re
        def f(line: str) -> bool:
            return re.match("a+", line) is not None
    """),
    ("invariant-text", "the text changes in the loop", """
        def f(n: int, text: str) -> str:
            for _ in range(n):
                text = text.strip().lower() + " "
            return text
    """),
    ("invariant-text", "it may be something else than a text", """
        def f(names: list[str], query) -> list[str]:
            return [name for name in names if query.strip().lower() in name]
    """),
    ("text-by-parts", "the text is looked at on the way", """
        def f(words: list[str]) -> str:
            text = ""
            for word in words:
                if len(text) < 80:
                    text = text + word + " "
            return text
    """),
    ("text-by-parts", "it may be numbers that are added", """
        def f(xs, start):
            total = start
            for x in xs:
                total = total + x + 1
            return total
    """),
    ("text-by-parts", "CPython adds in place", """
        def f(words: list[str]) -> str:
            text = ""
            for word in words:
                text += word
            return text
    """),
    ("copied-text", "a nested function sees the text", """
        def f(words: list[str]) -> str:
            text = ""
            def tell() -> str:
                return text
            for word in words:
                text = text + word + tell()
            return text
    """),
    ("generator-condition", "the body goes on in the outer loop", """
        def f(rows: list[list[int]]) -> int:
            total = 0
            for row in rows:
                if any(number < 0 for number in row):
                    continue
                total += 1
            return total
    """),
    ("generator-condition", "the variable means something else elsewhere", """
        def f(rows: list[int], row: int) -> int:
            if any(row < 0 for row in rows):
                return 1
            return row
    """),
    ("generator-condition", "there is another branch", """
        def f(rows: list[int]) -> int:
            if any(row < 0 for row in rows):
                return 1
            else:
                return 2
    """),
    ("generator-condition", "a generator turns StopIteration into RuntimeError", """
        def f(rows: list[object]) -> int:
            if any(next(row) for row in rows):
                return 1
            return 2
    """),
)  # fmt: skip  # one entry reads as one


@pytest.mark.parametrize(("name", "why", "code"), LEFT_ALONE, ids=[f"{e[0]}: {e[1]}" for e in LEFT_ALONE])
def test_what_would_mean_something_else_is_not_moved_out_of_its_loop(name: str, why: str, code: str) -> None:
    module = _BOOKS + dedent(code)
    assert first(RULES[name], module) == module, why


@pytest.mark.parametrize("added", ["found.append(item)", "seen.add(item)"])
@pytest.mark.parametrize("more", ["print(item)", "for part in item:\n            print(part)"])
def test_a_loop_that_does_more_than_fill_a_collection_is_not_replaced(added: str, more: str) -> None:
    (rule,) = (rule for rule in all_rules() if rule.name == "extend-loop")
    module = (
        "def f(items):\n    found, seen = [], set()\n    found = []\n    seen = set()\n"
        f"    for item in items:\n        {added}\n        {more}\n    return found, seen\n"
    )
    assert first(rule, module) == module
    short = module.replace(f"        {more}\n", "")
    assert first(rule, short) != short
