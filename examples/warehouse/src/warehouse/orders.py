"""Order lines: from text to numbers."""

import csv
from collections.abc import Iterable, Iterator

from warehouse.errors import FormatError
from warehouse.models import OrderLine

END_OF_ORDERS = "#end"


def read_lines(lines: Iterable[str]) -> Iterator[OrderLine]:
    """Order lines from `order,sku,quantity` rows, as they come in.

    Reading stops at an end mark; what follows it is left for the caller.

    >>> list(read_lines(["1001,A1,3", "", "1001,B2,1"]))[1]
    OrderLine(order='1001', sku='B2', quantity=1)
    """
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text == END_OF_ORDERS:
            return
        if text:
            yield parse_line(text, number)


def parse_line(text: str, number: int = 1) -> OrderLine:
    """One order line from its row.

    Raises FormatError when there are not three fields, or the quantity is no positive number.
    """
    fields = next(csv.reader([text]))
    if len(fields) != 3:
        raise FormatError(f"line {number}: expected 3 fields, found {len(fields)}")
    order, sku, quantity = (field.strip() for field in fields)
    if not quantity.isdecimal() or int(quantity) == 0:
        raise FormatError(f"line {number}: {quantity!r} is not a quantity")
    return OrderLine(order, sku, int(quantity))


def unique_lines(lines: list[OrderLine]) -> list[OrderLine]:
    """The lines without repetitions: of several for one product in one order the first counts.

    >>> lines = [OrderLine("1", "A1", 3), OrderLine("1", "A1", 5), OrderLine("2", "A1", 1)]
    >>> [line.quantity for line in unique_lines(lines)]
    [3, 1]
    """
    kept: list[OrderLine] = []
    seen: list[tuple[str, str]] = []
    for line in lines:
        key = (line.order, line.sku)
        if key in seen:
            continue
        seen.append(key)
        kept.append(line)
    return kept


def order_frequency(skus: list[str]) -> dict[str, int]:
    """How many order lines ask for each SKU, in the order in which the SKUs first appear.

    >>> order_frequency(["A1", "B2", "A1"])
    {'A1': 2, 'B2': 1}
    """
    frequency: dict[str, int] = {}
    for sku in skus:
        frequency[sku] = skus.count(sku)
    return frequency


def demand(lines: Iterable[OrderLine]) -> dict[str, int]:
    """Units asked for by SKU."""
    units: dict[str, int] = {}
    for line in lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units
