"""The records that the other modules pass around."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """Something that is kept in stock. `price` is in cents, `weight` in grams."""

    sku: str
    name: str
    price: int
    weight: int = 0


@dataclass(frozen=True)
class OrderLine:
    """A customer's wish for some units of one product."""

    order: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class Delivery:
    """Units of one product that a truck has brought."""

    reference: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class Offer:
    """A supplier's price for a product, in cents, with the supplier's rating (0 to 5)."""

    supplier: str
    price: int
    rating: int


@dataclass(frozen=True)
class Task:
    """One walk to a shelf. Lower priorities are more urgent."""

    reference: str
    zone: str
    priority: int
    minutes: int


@dataclass(frozen=True)
class Picker:
    """A person on the floor, and the zones that they may enter."""

    name: str
    zones: frozenset[str]
    minutes: int = 60
