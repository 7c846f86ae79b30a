"""Inputs made on purpose: tables, many elements, arguments that stay what they are of each other."""

from optimizer.workloads.drawing import draw, strategy_of
from optimizer.workloads.edges import edges
from optimizer.workloads.scaled import stretched
from optimizer.workloads.shapes import Ints, Series


def test_lists_of_lists_are_often_tables() -> None:
    drawn = draw(strategy_of(Series("list", Series("list", Ints()))), 60, 1)
    tables = [rows for rows in drawn if len(rows) > 1 and len({len(row) for row in rows}) == 1 and rows[0]]
    assert len(tables) >= 10
    assert any(len(rows) > 2 and len(rows[0]) > 2 for rows in tables)


def test_some_list_is_longer_than_whole_numbers_are_kept_for() -> None:
    found = dict(edges(Series("list", Ints()), lambda _: [5, 6], loose=False))
    many = found["edge: many elements"]
    assert isinstance(many, list) and len(many) > 257
    large = found["edge: consecutive and large"]
    assert isinstance(large, list) and large[0] + 1 == large[1] > 256


def test_many_rows_have_one_element_each() -> None:
    found = dict(edges(Series("list", Series("list", Ints())), lambda _: [[], [1, 2]], loose=False))
    rows = found["edge: many elements"]
    assert isinstance(rows, list) and len(rows) > 257 and all(row == [1] for row in rows)


def test_arguments_stretched_alike_stay_what_they_are_of_each_other() -> None:
    larger = stretched({"word": "abba", "part": "bb", "items": [2, 1], "count": 3})
    assert larger.keys() == {"word", "part", "items"}
    word, part = larger["word"], larger["part"]
    assert isinstance(word, str) and isinstance(part, str)
    assert len(word) > 200 and word == word[::-1] and part in word
    assert stretched({"word": "ab", "count": 3}) == {}
