"""Orders, stock and picking for a small distribution warehouse."""

from warehouse.catalogue import Catalogue
from warehouse.errors import OutOfStockError, UnknownProductError, WarehouseError
from warehouse.models import Delivery, Offer, OrderLine, Picker, Product, Task

__all__ = [
    "Catalogue",
    "Delivery",
    "Offer",
    "OrderLine",
    "OutOfStockError",
    "Picker",
    "Product",
    "Task",
    "UnknownProductError",
    "WarehouseError",
]

__version__ = "1.4.0"
