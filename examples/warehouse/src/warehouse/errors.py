"""What can go wrong, as exceptions."""


class WarehouseError(Exception):
    """Base of all errors raised here."""


class UnknownProductError(WarehouseError, KeyError):
    """No product has that SKU."""

    def __init__(self, sku: str) -> None:
        super().__init__(sku)
        self.sku = sku

    def __str__(self) -> str:
        return f"no product with SKU {self.sku!r}"


class OutOfStockError(WarehouseError):
    """More was asked for than there is."""


class FormatError(WarehouseError, ValueError):
    """A line of a file cannot be understood."""
