"""Filling pallets."""

from warehouse.errors import WarehouseError


def ways_to_fill(units: int, crates: tuple[int, ...]) -> int:
    """In how many ways crates of the given sizes make up exactly that many units.

    >>> ways_to_fill(20, (10, 5, 2, 1))
    40
    """
    if units == 0:
        return 1
    if units < 0 or not crates:
        return 0
    return ways_to_fill(units - crates[0], crates) + ways_to_fill(units, crates[1:])


def load_pallets(weights: list[int], limit: int) -> list[list[int]]:
    """Put crates on pallets in the order given; a new pallet is begun when the next crate is too heavy.

    >>> load_pallets([40, 30, 50], 80)
    [[40, 30], [50]]
    """
    pallets: list[list[int]] = []
    load = 0
    for weight in weights:
        if weight > limit:
            raise WarehouseError(f"a crate of {weight} is too heavy for any pallet")
        if not pallets or load + weight > limit:
            pallets.append([])
            load = 0
        pallets[-1].append(weight)
        load += weight
    return pallets
