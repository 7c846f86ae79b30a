import pytest

from warehouse.errors import WarehouseError
from warehouse.packing import load_pallets, ways_to_fill


@pytest.mark.parametrize(
    ("units", "crates", "ways"),
    [
        (0, (10, 5, 2, 1), 1),
        (7, (20, 12, 10, 8), 0),
        (-3, (10, 5, 2, 1), 0),
        (24, (), 0),
        (40, (10, 5, 2, 1), 195),
        (60, (12, 6, 4, 1), 216),
    ],
)
def test_ways_to_fill_a_pallet_are_counted(units, crates, ways):
    assert ways_to_fill(units, crates) == ways


def test_crates_stay_in_order():
    weights = [(n * 37) % 60 + 1 for n in range(200)]
    pallets = load_pallets(weights, 100)
    assert [weight for pallet in pallets for weight in pallet] == weights
    assert all(sum(pallet) <= 100 for pallet in pallets)


def test_a_crate_that_is_too_heavy_is_an_error():
    with pytest.raises(WarehouseError, match="a crate of 120"):
        load_pallets([20, 120], 100)
