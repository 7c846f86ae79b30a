import pytest

from warehouse.errors import FormatError
from warehouse.layout import by_level, misprinted, parse_slot, route_positions


@pytest.fixture
def children() -> dict[str, list[str]]:
    aisles = [f"aisle {n:02}" for n in range(60)]
    tree = {"site": ["hall"], "hall": aisles}
    for aisle in aisles:
        tree[aisle] = [f"{aisle} bin {n:02}" for n in range(50)]
    return tree


def test_places_come_level_by_level(children):
    places = by_level(children, "site")
    assert places[:4] == ["site", "hall", "aisle 00", "aisle 01"]
    assert places[61:63] == ["aisle 59", "aisle 00 bin 00"]
    assert len(places) == 2 + 60 + 60 * 50


def test_one_aisle_is_a_tree_of_its_own(children):
    assert len(by_level(children, "aisle 07")) == 51


def test_a_place_that_is_reached_twice_is_listed_once():
    assert by_level({"a": ["b", "c"], "b": ["d"], "c": ["d", "a"]}, "a") == ["a", "b", "c", "d"]


def test_misprinted_codes_are_found():
    good = [f"{chr(65 + n % 26)}-{n % 90 + 10}-{n % 80 + 10}" for n in range(400)]
    assert misprinted(good) == []
    assert misprinted([*good[:200], "A-1-02", *good[200:], "AAA-10-10", ""]) == ["A-1-02", "AAA-10-10", ""]


def test_slots_have_three_parts():
    assert parse_slot("AB-01-99") == ("AB", 1, 99)
    with pytest.raises(FormatError, match="'AB-1-99' is not a slot code"):
        parse_slot("AB-1-99")


def test_positions_are_those_of_the_first_passage():
    route = ["dock", "cold", "dry", "dock", "bulk"]
    assert route_positions(route, ["bulk", "dock", "dry"]) == [4, 0, 2]


def test_a_long_route_is_searched_for_each_pick():
    route = [f"aisle {n % 150}" for n in range(300)]
    picks = [f"aisle {n}" for n in range(0, 150, 2)]
    assert route_positions(route, picks) == list(range(0, 150, 2))


def test_a_place_off_the_route_is_a_value_error():
    with pytest.raises(ValueError, match="'yard' is not in list"):
        route_positions(["dock", "cold"], ["dock", "yard"])
