import pytest

from warehouse import Catalogue, Product, UnknownProductError
from warehouse.catalogue import distinct_attributes, price_bands


def test_products_are_found_by_sku(products):
    catalogue = Catalogue(products)
    assert catalogue["SKU-0042"].name == "Green bowl no. 42"
    assert "SKU-0399" in catalogue
    assert "SKU-0400" not in catalogue
    assert len(catalogue) == 400


def test_an_unknown_sku_is_named_in_the_error():
    with pytest.raises(UnknownProductError, match="no product with SKU 'X'"):
        Catalogue()["X"]


def test_the_later_product_with_a_sku_replaces_the_earlier():
    catalogue = Catalogue([Product("A", "Old", 1), Product("B", "Other", 2), Product("A", "New", 3)])
    assert [product.name for product in catalogue] == ["New", "Other"]


@pytest.mark.parametrize(
    ("query", "count"), [("teapot", 50), ("  WHITE   mug ", 20), ("Tray no. 39", 3), ("saucer", 0), ("", 50)]
)
def test_search_ignores_case_and_spacing_of_the_query(products, query, count):
    assert len(Catalogue(products).search(query)) == count


def test_search_stops_at_the_limit(products):
    found = Catalogue(products).search("blue", limit=3)
    assert [product.sku for product in found] == ["SKU-0000", "SKU-0004", "SKU-0008"]


def test_search_finds_special_letters():
    catalogue = Catalogue([Product("A", "Große Straße", 1), Product("B", "Grosser Teller", 2)])
    assert [product.sku for product in catalogue.search("GROSSE")] == ["A", "B"]


def test_attributes_may_be_of_any_kind():
    values = ["red", [38, 40], {"width": 3}, "red", [38, 40], 3, 3.0, {"width": 3}, None]
    assert distinct_attributes(values) == ["red", [38, 40], {"width": 3}, 3, None]


def test_many_attributes_are_reduced_to_the_distinct_ones():
    values = [f"colour {n % 30}" for n in range(600)]
    assert distinct_attributes(values) == [f"colour {n}" for n in range(30)]


def test_bands_hold_their_products_in_order(products):
    bands = price_bands(products[:40], 100)
    assert bands[100] == [f"SKU-{n:04}" for n in range(15)]
    assert sum(len(skus) for skus in bands.values()) == 40
