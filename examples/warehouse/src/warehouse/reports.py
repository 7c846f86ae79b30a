"""Figures for people."""


def stock_levels(opening: int, movements: list[int]) -> list[int]:
    """Stock at the end of each day, from the opening stock and each day's net movement.

    >>> stock_levels(10, [5, -3, 0])
    [15, 12, 12]
    """
    return [opening + sum(movements[: day + 1]) for day in range(len(movements))]


def price_trend(prices: list[float], days: int) -> list[float]:
    """Average price over each run of consecutive days.

    >>> price_trend([1.0, 2.0, 4.0], 2)
    [1.5, 3.0]
    """
    if days < 1:
        raise ValueError("an average needs at least one day")
    return [sum(prices[start : start + days]) / days for start in range(len(prices) - days + 1)]


def to_csv(header: list[str], rows: list[list[str]]) -> str:
    """A table as comma-separated text, each line ended.

    >>> to_csv(["sku", "units"], [["A1", "3"]])
    'sku,units\\nA1,3\\n'
    """
    text = ",".join(header) + "\n"
    for row in rows:
        text = text + ",".join(row) + "\n"
    return text


def demand_table(units: dict[str, int]) -> str:
    """Demand as CSV, the most wanted first."""
    ranked = sorted(units.items(), key=lambda item: (-item[1], item[0]))
    return to_csv(["sku", "units"], [[sku, str(count)] for sku, count in ranked])
