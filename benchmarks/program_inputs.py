"""Texts for programs, made after the format that their problem asks for, within its limits."""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from random import Random

Maker = Callable[[Random, int], str]  # a text of about that size


@cache
def texts(problem: str) -> tuple[str, ...]:
    """Small ones, then larger ones; the same each time. None for a problem whose format is not known."""
    if problem not in _MAKERS:
        return ()
    make, sizes = _MAKERS[problem]
    random = Random(problem)
    small = [make(random, size) for size in (sizes[0], sizes[0] + 1, *_many(random, 14, *sizes[:2]))]
    return tuple(dict.fromkeys([*small, *(make(random, size) for size in sizes[1:] for _ in range(4))]))


def _line(values: Sequence[object]) -> str:
    return " ".join(map(str, values)) + "\n"


def _many(random: Random, count: int, low: int, high: int) -> list[int]:
    return [random.randint(low, high) for _ in range(count)]


def _numbers(low: int, high: int) -> Maker:
    """How many, then as many numbers in one line."""
    return lambda random, size: f"{size}\n{_line(_many(random, size, low, high))}"


def _seconds(random: Random, size: int) -> str:
    return f"{random.randint(0, 86_399) if size > 1 else size * 3600}\n"


def _searched(random: Random, size: int) -> str:
    there = sorted(_many(random, size, 0, 4 * size))
    wanted = random.sample(range(4 * size + 1), max(1, size // 2))
    return f"{size}\n{_line(there)}{len(wanted)}\n{_line(wanted)}"


def _flat(random: Random, size: int) -> str:
    gap = random.choice([0, 3, 50, 300_000])
    return _line([size, gap]) + "".join(f"{one}\n" for one in _many(random, size, 0, random.choice([9, 999])))


def _coprime(random: Random, size: int) -> str:
    factor = random.choice([1, 1, 2])
    return (
        f"{size}\n{_line([factor * one for one in _many(random, size, 1, random.choice([9, 999, 99_999]))])}"
    )


def _letter(random: Random, _size: int) -> str:
    return random.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") + "\n"


def _sweets(random: Random, size: int) -> str:
    kinds = random.randint(1, size)
    owners = [sorted(random.sample(range(1, size + 1), random.randint(1, size))) for _ in range(kinds)]
    return _line([size, kinds]) + "".join(f"{len(one)}\n{_line(one)}" for one in owners)


def _digits(random: Random, size: int) -> str:
    length, told = min(size, 3), random.randint(0, 5)
    lines = [_line([random.randint(1, length), random.randint(0, 9)]) for _ in range(told)]
    return _line([length, told]) + "".join(lines)


def _tree(random: Random, size: int) -> str:
    names = random.sample(range(1, size + 1), size)
    back = random.choice([1, 3, size])
    edges = [(names[random.randint(max(0, at - back), at - 1)], names[at]) for at in range(1, size)]
    return _line([size, *random.sample(names, 2)]) + "".join(map(_line, random.sample(edges, len(edges))))


def _dishes(random: Random, size: int) -> str:
    most = random.choice([10, 30, 10 * size])
    lines = [_line(_many(random, 2, 1, random.choice([5, 30]))) for _ in range(size)]
    return _line([size, most]) + "".join(lines)


def _satisfaction(random: Random, size: int) -> str:
    order = random.sample(range(1, size + 1), size)
    order = order if random.random() < 0.5 else sorted(order)
    return f"{size}\n{_line(order)}{_line(_many(random, size, 1, 50))}{_line(_many(random, size - 1, 1, 50))}"


def _weather(random: Random, _size: int) -> str:
    return "".join("".join(random.choices("SCR", k=3)) + "\n" for _ in range(2))


def _points(random: Random, size: int) -> str:
    wide = random.randint(1, 10)
    span = random.choice([2, 20])
    return _line([size, wide]) + "".join(_line(_many(random, wide, -span, span)) for _ in range(size))


def _golems(random: Random, size: int) -> str:
    letters = random.choice(["AB", "ABCDEFG"])
    spells = [_line([random.choice(letters), random.choice("LR")]) for _ in range(size)]
    return _line([size, len(spells)]) + "".join(random.choices(letters, k=size)) + "\n" + "".join(spells)


def _knapsack(random: Random, size: int) -> str:
    heaviest = random.choice([9, 10**7])
    lines = [_line([random.randint(1, heaviest), random.randint(1, 20)]) for _ in range(size)]
    return _line([size, random.randint(heaviest, heaviest * size)]) + "".join(lines)


def _parts(random: Random, size: int) -> str:
    count = random.randint(1, size)
    return _line([count, random.randint(count, max(count, size**3))])


def _grid(random: Random, size: int) -> str:
    rows, columns = random.randint(1, size), random.randint(1, size)
    dark = random.choice([0.1, 0.5])
    grid = [["#" if random.random() < dark else "." for _ in range(columns)] for _ in range(rows)]
    grid[random.randrange(rows)][random.randrange(columns)] = "#"
    return _line([rows, columns]) + "".join("".join(row) + "\n" for row in grid)


def _rotated(random: Random, size: int) -> str:
    text = "".join(random.choices("ab" if random.random() < 0.5 else "kyotz", k=size))
    at = random.randrange(size)
    other = text[at:] + text[:at] if random.random() < 0.6 else "".join(random.sample(text, size))
    return f"{text}\n{other}\n"


def _coloured(random: Random, size: int) -> str:
    return f"{size}\n" + "".join(random.choices("ab" if random.random() < 0.5 else "abcd", k=2 * size)) + "\n"


def _substrings(random: Random, size: int) -> str:
    text = "".join(random.choices("ab" if random.random() < 0.3 else "abcdefxyz", k=size))
    return f"{text}\n{random.randint(1, min(5, size))}\n"  # there are at least as many as characters


def _two(random: Random, _size: int) -> str:
    return _line(_many(random, 2, 1, 10_000))


def _seats(random: Random, size: int) -> str:
    wide, gap = _many(random, 2, 1, 9)
    return _line([random.randint(wide + 2 * gap, wide + 2 * gap + 20 * size), wide, gap])


def _signed(random: Random, size: int) -> str:
    return f"{size}\n{_line(_many(random, size, -random.choice([5, 1000]), random.choice([5, 1000])))}"


def _schedule(random: Random, size: int) -> str:
    return "".join(_idols(random, max(1, size // 2)) for _ in range(2)) + "0\n"


def _idols(random: Random, count: int) -> str:
    people = []
    for _ in range(count):
        hours = sorted(random.sample(range(6, 23), 2 * random.randint(1, 3)))
        spans = "".join(_line(span) for span in zip(hours[::2], hours[1::2], strict=True))
        people.append(_line([len(hours) // 2, random.randint(1, 99)]) + spans)
    return f"{count}\n" + "".join(people)


# By problem: the maker, and sizes: the smallest allowed, the largest of the small ones, larger ones.
_MAKERS: dict[str, tuple[Maker, tuple[int, ...]]] = {
    "p01438": (_schedule, (1, 8, 16, 30)),
    "p02268": (_searched, (1, 12, 100, 1000)),
    "p02390": (_seconds, (0, 20, 21)),
    "p02537": (_flat, (1, 10, 60, 300)),
    "p02574": (_coprime, (2, 8, 60, 600)),
    "p02627": (_letter, (1, 20, 21)),
    "p02688": (_sweets, (1, 8, 30, 100)),
    "p02761": (_digits, (1, 3, 3)),
    "p02767": (_numbers(1, 100), (1, 10, 40, 100)),
    "p02834": (_tree, (2, 10, 60, 600)),
    "p02863": (_dishes, (2, 8, 20, 60)),
    "p02916": (_satisfaction, (2, 8, 20)),
    "p02921": (_weather, (1, 20, 21)),
    "p02982": (_points, (2, 5, 10)),
    "p03081": (_golems, (1, 10, 100, 1000)),
    "p03164": (_knapsack, (1, 6, 12, 30)),
    "p03173": (_numbers(1, 1000), (2, 8, 20, 40)),
    "p03241": (_parts, (1, 10, 100, 900)),
    "p03273": (_grid, (1, 6, 20, 60)),
    "p03293": (_rotated, (1, 10, 30, 100)),
    "p03298": (_coloured, (1, 4, 6, 9)),
    "p03353": (_substrings, (1, 12, 60, 400)),
    "p03434": (_numbers(1, 100), (1, 10, 40, 100)),
    "p03455": (_two, (1, 20, 21)),
    "p03548": (_seats, (1, 20, 1000)),
    "p03553": (_signed, (1, 8, 20, 40)),
}


def known() -> Collection[str]:
    """The problems that texts can be made for."""
    return _MAKERS.keys()
