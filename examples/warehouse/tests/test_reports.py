import random

import pytest

from warehouse.cli import main
from warehouse.reports import demand_table, price_trend, stock_levels, to_csv


def test_stock_follows_the_movements():
    movements = [(n * 31) % 41 - 20 for n in range(250)]
    levels = stock_levels(1000, movements)
    assert levels[0] == 1000 + movements[0]
    assert levels[-1] == 1000 + sum(movements)
    assert [after - before for before, after in zip(levels, levels[1:])] == movements[1:]


def test_without_movements_there_are_no_days():
    assert stock_levels(10, []) == []


def test_each_average_is_that_of_its_own_days():
    prices = [0.1, 0.2, 0.3, 1e16, 0.7, 0.1]
    assert price_trend(prices, 3) == [
        (0.1 + 0.2 + 0.3) / 3,
        (0.2 + 0.3 + 1e16) / 3,
        (0.3 + 1e16 + 0.7) / 3,
        (1e16 + 0.7 + 0.1) / 3,
    ]


def test_a_year_of_prices_is_smoothed():
    rng = random.Random(20)
    prices = [round(rng.uniform(1, 9), 2) for _ in range(365)]
    trend = price_trend(prices, 30)
    assert len(trend) == 336
    assert all(1 <= value <= 9 for value in trend)


def test_no_days_have_no_average():
    with pytest.raises(ValueError, match="at least one day"):
        price_trend([1.0], 0)
    assert price_trend([1.0], 2) == []


def test_each_row_is_a_line():
    rows = [[f"SKU-{n:04}", f"Product number {n} of the catalogue", str(n * 3)] for n in range(800)]
    text = to_csv(["sku", "name", "units"], rows)
    assert text.count("\n") == 801
    assert text.splitlines()[800] == "SKU-0799,Product number 799 of the catalogue,2397"


def test_a_table_without_rows_is_its_header():
    assert to_csv(["sku"], []) == "sku\n"


def test_the_most_wanted_comes_first():
    assert demand_table({"B": 2, "A": 2, "C": 9}) == "sku,units\nC,9\nA,2\nB,2\n"


def test_the_command_prints_the_demand(tmp_path, capsys):
    orders = tmp_path / "orders.csv"
    orders.write_text("1,A,3\n1,A,3\n2,B,4\n2,A,2\n", encoding="utf-8")
    assert main(["demand", str(orders)]) == 0
    assert capsys.readouterr().out == "sku,units\nA,5\nB,4\n"


def test_a_wrong_file_is_one_line_on_stderr(tmp_path, capsys):
    orders = tmp_path / "orders.csv"
    orders.write_text("1,A\n", encoding="utf-8")
    assert main(["demand", str(orders)]) == 1
    assert capsys.readouterr().err == "warehouse: line 1: expected 3 fields, found 2\n"
