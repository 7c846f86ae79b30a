"""Where things are: halls, aisles, bins, and the codes on them."""

import re

from warehouse.errors import FormatError


def by_level(children: dict[str, list[str]], root: str) -> list[str]:
    """All places under a root, level by level: the hall, its aisles, their bins.

    >>> by_level({"hall": ["aisle 1", "aisle 2"], "aisle 1": ["bin 1"]}, "hall")
    ['hall', 'aisle 1', 'aisle 2', 'bin 1']
    """
    places: list[str] = []
    seen = {root}
    waiting = [root]
    while waiting:
        place = waiting.pop(0)
        places.append(place)
        for child in children.get(place, ()):
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return places


def misprinted(codes: list[str]) -> list[str]:
    """The slot codes that a scanner would not accept, such as `A-12-3` or `a-12-03`.

    >>> misprinted(["A-12-03", "a-12-03"])
    ['a-12-03']
    """
    wrong: list[str] = []
    for code in codes:
        pattern = re.compile(r"[A-Z]{1,2}-\d{2}-\d{2}")
        if pattern.fullmatch(code) is None:
            wrong.append(code)
    return wrong


def parse_slot(code: str) -> tuple[str, int, int]:
    """Aisle, rack and shelf of a slot code. Raises FormatError.

    >>> parse_slot("B-07-02")
    ('B', 7, 2)
    """
    if misprinted([code]):
        raise FormatError(f"{code!r} is not a slot code")
    aisle, rack, shelf = code.split("-")
    return aisle, int(rack), int(shelf)


def route_positions(route: list[str], picks: list[str]) -> list[int]:
    """How far along the route each pick is. A place that is passed twice counts where it is first passed.

    Raises ValueError for a place that is not on the route.

    >>> route_positions(["A", "B", "A", "C"], ["C", "A"])
    [3, 0]
    """
    return [route.index(pick) for pick in picks]
