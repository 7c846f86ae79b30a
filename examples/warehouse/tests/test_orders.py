import itertools

import pytest

from warehouse.errors import FormatError
from warehouse.models import OrderLine
from warehouse.orders import demand, order_frequency, parse_line, read_lines, unique_lines


def test_rows_become_order_lines():
    assert parse_line('1001,"SKU, special",3') == OrderLine("1001", "SKU, special", 3)
    assert parse_line("1001, SKU-7 ,3") == OrderLine("1001", "SKU-7", 3)


@pytest.mark.parametrize("row", ["1001,A1", "1001,A1,0", "1001,A1,-2", "1001,A1,many", "1001,A1,2,3"])
def test_a_wrong_row_is_reported_with_its_number(row):
    with pytest.raises(FormatError, match="line 4: "):
        parse_line(row, 4)


def test_lines_are_read_as_they_come():
    endless = (f"{n},A1,1" for n in itertools.count(1))
    first = list(itertools.islice(read_lines(endless), 3))
    assert [line.order for line in first] == ["1", "2", "3"]
    assert next(endless) == "4,A1,1"


def test_what_follows_the_end_mark_is_left_for_the_caller():
    rows = iter(["1,A1,1", "#end", "signature"])
    assert len(list(read_lines(rows))) == 1
    assert list(rows) == ["signature"]


def test_the_first_of_repeated_lines_counts(lines):
    kept = unique_lines(lines)
    assert len(kept) == len({(line.order, line.sku) for line in lines})
    assert kept[:3] == lines[:3]
    by_key = {(line.order, line.sku): line for line in reversed(lines)}
    assert all(by_key[line.order, line.sku] is line for line in kept)


def test_no_lines_are_no_lines():
    assert unique_lines([]) == []
    assert order_frequency([]) == {}


def test_frequency_counts_lines_in_order_of_first_appearance(lines):
    skus = [line.sku for line in lines]
    frequency = order_frequency(skus)
    assert sum(frequency.values()) == 500
    assert list(frequency) == list(dict.fromkeys(skus))
    assert frequency[skus[0]] == sum(1 for sku in skus if sku == skus[0])


def test_demand_adds_up_the_units(lines):
    units = demand(lines)
    assert sum(units.values()) == sum(line.quantity for line in lines)
