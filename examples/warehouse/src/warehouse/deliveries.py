"""What suppliers bring, and from whom to buy."""

from operator import attrgetter

from warehouse.errors import OutOfStockError
from warehouse.models import Delivery, Offer, OrderLine


def match_deliveries(lines: list[OrderLine], deliveries: list[Delivery]) -> list[tuple[str, str]]:
    """Pairs of order and delivery reference that are about the same product.

    They come by order line, then by delivery.

    >>> match_deliveries([OrderLine("1", "A1", 3)], [Delivery("D7", "A1", 9), Delivery("D8", "B2", 1)])
    [('1', 'D7')]
    """
    pairs: list[tuple[str, str]] = []
    for line in lines:
        for delivery in deliveries:
            if line.sku == delivery.sku:
                pairs.append((line.order, delivery.reference))
    return pairs


def shortages(wanted: dict[str, int], stock: dict[str, int]) -> dict[str, int]:
    """Units that are missing, by SKU; what there is enough of is left out."""
    missing: dict[str, int] = {}
    for sku, units in wanted.items():
        lacking = units - stock.get(sku, 0)
        if lacking > 0:
            missing[sku] = lacking
    return missing


def withdraw(stock: dict[str, int], sku: str, units: int) -> int:
    """Take units out of stock, and return how many are left.

    Raises OutOfStockError, and takes nothing, when there are not enough.
    """
    left = stock.get(sku, 0) - units
    if left < 0:
        raise OutOfStockError(f"{-left} units of {sku} are missing")
    stock[sku] = left
    return left


def preferred_offer(offers: list[Offer]) -> Offer:
    """The best rated offer. Offers are listed by age: of equally rated ones the newest is preferred.

    Raises IndexError when there is no offer.

    >>> preferred_offer([Offer("Acme", 450, 3), Offer("Bolt", 440, 5)]).supplier
    'Bolt'
    """
    return sorted(offers, key=attrgetter("rating"))[-1]
