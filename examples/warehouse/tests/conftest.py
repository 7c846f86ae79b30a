"""A day of business, the same on every run."""

import random

import pytest

from warehouse.models import Delivery, OrderLine, Picker, Product, Task


@pytest.fixture
def products() -> list[Product]:
    kinds = ["mug", "plate", "bowl", "teapot", "tray"]
    colours = ["Blue", "Red", "Green", "White"]
    return [
        Product(f"SKU-{n:04}", f"{colours[n % 4]} {kinds[n % 5]} no. {n}", 100 + n * 7 % 900, 50 + n)
        for n in range(400)
    ]


@pytest.fixture
def lines() -> list[OrderLine]:
    rng = random.Random(17)
    return [
        OrderLine(f"10{rng.randrange(90):02}", f"SKU-{rng.randrange(40):04}", rng.randrange(1, 9))
        for _ in range(500)
    ]


@pytest.fixture
def deliveries() -> list[Delivery]:
    rng = random.Random(18)
    return [
        Delivery(f"D{n:03}", f"SKU-{rng.randrange(200):04}", rng.randrange(10, 99)) for n in range(100)
    ]


@pytest.fixture
def tasks() -> list[Task]:
    rng = random.Random(19)
    zones = ["cold", "dry", "bulk", "yard"]
    return [
        Task(f"t{n:03}", rng.choice(zones), rng.randrange(1, 6), rng.randrange(2, 12)) for n in range(250)
    ]


@pytest.fixture
def pickers() -> list[Picker]:
    zones = [frozenset({"cold", "dry"}), frozenset({"bulk"}), frozenset({"yard", "dry"})]
    return [Picker(f"picker {n}", zones[n % 3], 60 + 10 * (n % 4)) for n in range(12)]
