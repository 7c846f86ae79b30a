import pytest

from warehouse.deliveries import match_deliveries, preferred_offer, shortages, withdraw
from warehouse.errors import OutOfStockError
from warehouse.models import Delivery, Offer, OrderLine


def test_lines_meet_the_deliveries_of_their_product(lines, deliveries):
    wanted = lines[:120]
    pairs = match_deliveries(wanted, deliveries)
    expected = sum(line.sku == delivery.sku for line in wanted for delivery in deliveries)
    assert len(pairs) == expected > 0


def test_pairs_come_by_line_then_by_delivery():
    lines = [OrderLine("2", "B", 1), OrderLine("1", "A", 1), OrderLine("3", "B", 1)]
    deliveries = [Delivery("D1", "B", 5), Delivery("D2", "A", 5), Delivery("D3", "B", 5)]
    assert match_deliveries(lines, deliveries) == [
        ("2", "D1"),
        ("2", "D3"),
        ("1", "D2"),
        ("3", "D1"),
        ("3", "D3"),
    ]


def test_nothing_matches_nothing():
    assert match_deliveries([], [Delivery("D1", "B", 5)]) == []


def test_only_what_is_missing_is_short():
    assert shortages({"A": 5, "B": 2, "C": 1}, {"A": 3, "B": 2}) == {"A": 2, "C": 1}


def test_stock_goes_down_by_what_is_withdrawn():
    stock = {"A": 5}
    assert withdraw(stock, "A", 3) == 2
    with pytest.raises(OutOfStockError, match="1 units of A are missing"):
        withdraw(stock, "A", 3)
    assert stock == {"A": 2}


def test_the_newest_of_the_best_rated_offers_is_preferred():
    offers = [Offer("Acme", 450, 5), Offer("Bolt", 430, 4), Offer("Cobalt", 470, 5), Offer("Delta", 400, 2)]
    assert preferred_offer(offers).supplier == "Cobalt"


def test_the_preferred_one_is_found_among_many():
    offers = [Offer(f"supplier {n}", 400 + n, n * 7 % 6) for n in range(300)]
    assert preferred_offer(offers) == Offer("supplier 299", 699, 5)


def test_without_offers_there_is_no_preferred_one():
    with pytest.raises(IndexError):
        preferred_offer([])
