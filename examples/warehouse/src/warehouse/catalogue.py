"""The products that the warehouse knows."""

from collections.abc import Iterable, Iterator

from warehouse.errors import UnknownProductError
from warehouse.models import Product


class Catalogue:
    """Products by SKU, in the order in which they were added.

    >>> catalogue = Catalogue([Product("A1", "Blue  mug", 450)])
    >>> catalogue["A1"].price
    450
    """

    def __init__(self, products: Iterable[Product] = ()) -> None:
        self.products: dict[str, Product] = {}
        for product in products:
            self.add(product)

    def __len__(self) -> int:
        return len(self.products)

    def __iter__(self) -> Iterator[Product]:
        return iter(self.products.values())

    def __contains__(self, sku: object) -> bool:
        return sku in self.products

    def __getitem__(self, sku: str) -> Product:
        try:
            return self.products[sku]
        except KeyError:
            raise UnknownProductError(sku) from None

    def add(self, product: Product) -> None:
        """Add a product, or replace the one with the same SKU."""
        self.products[product.sku] = product

    def search(self, query: str, limit: int = 50) -> list[Product]:
        """Products whose name contains the query, whatever the case and the spacing of the query.

        >>> mugs = Catalogue([Product("A1", "Blue mug", 450), Product("A2", "Red mug", 475)])
        >>> [product.sku for product in mugs.search("  blue MUG ")]
        ['A1']
        """
        found: list[Product] = []
        for product in self.products.values():
            if " ".join(query.casefold().split()) in product.name.casefold():
                found.append(product)
                if len(found) == limit:
                    break
        return found


def distinct_attributes(values: list) -> list:
    """The different values of an attribute, in the order in which they were first seen.

    Values come from the suppliers' data sheets: texts, numbers, lists of sizes, nested records.

    >>> distinct_attributes(["red", "blue", "red"])
    ['red', 'blue']
    """
    distinct: list = []
    for value in values:
        if value not in distinct:
            distinct.append(value)
    return distinct


def price_bands(products: list[Product], width: int) -> dict[int, list[str]]:
    """SKUs by the lower end of their price band.

    >>> price_bands([Product("A1", "Mug", 450), Product("B1", "Pen", 120)], 200)
    {400: ['A1'], 0: ['B1']}
    """
    bands: dict[int, list[str]] = {}
    for product in products:
        bands.setdefault(product.price // width * width, []).append(product.sku)
    return bands
