"""Answers kept between calls: fast in a benchmark, wrong or useless in use."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

PRIMES = code("""
    def primes(limit: int) -> list[int]:
        found: list[int] = []
        for number in range(2, min(limit, 500) + 1):
            if all(number % prime for prime in found):
                found.append(number)
        return found
""")
PRIMES_CALLS = ("primes(20)", "primes(1)", "primes(-3)")

SHEET = code("""
    @dataclass
    class Sheet:
        rows: list[int]
""")

CACHES = (
    Trap(
        name="no decorator that remembers",
        original=PRIMES,
        candidate="@functools.lru_cache(maxsize=None)\n" + PRIMES,
        candidate_imports=("import functools",),
        calls=PRIMES_CALLS,
        witness="primes(5).append(0)\nprimes(5)",
        reasons=because(Reason.DECORATORS, Reason.CACHING),
    ),
    Trap(
        name="no answers kept on the function itself",
        original=PRIMES,
        candidate=code("""
            def primes(limit: int) -> list[int]:
                if not hasattr(primes, "known"):
                    primes.known = {}
                if limit not in primes.known:
                    found: list[int] = []
                    for number in range(2, min(limit, 500) + 1):
                        if all(number % prime for prime in found):
                            found.append(number)
                    primes.known[limit] = found
                return primes.known[limit]
        """),
        calls=PRIMES_CALLS,
        witness="primes(5).append(0)\nprimes(5)",
        reasons=because(Reason.MODULE_STATE, Reason.CACHING, Reason.INTROSPECTION),
    ),
    Trap(
        name="no answers kept in a new global",
        original=PRIMES,
        candidate=code("""
            def primes(limit: int) -> list[int]:
                known = globals().setdefault("_known_primes", {})
                if limit not in known:
                    found: list[int] = []
                    for number in range(2, min(limit, 500) + 1):
                        if all(number % prime for prime in found):
                            found.append(number)
                    known[limit] = found
                return known[limit]
        """),
        calls=PRIMES_CALLS,
        witness="primes(5).append(0)\nprimes(5)",
        reasons=because(Reason.MODULE_STATE, Reason.CACHING, Reason.INTROSPECTION),
    ),
    Trap(
        name="no answers kept in a global by a global statement",
        original=PRIMES,
        candidate=code("""
            def primes(limit: int) -> list[int]:
                global _last_limit, _last_primes
                try:
                    if _last_limit == limit:
                        return _last_primes
                except NameError:
                    pass
                _last_limit, _last_primes = limit, []
                for number in range(2, min(limit, 500) + 1):
                    if all(number % prime for prime in _last_primes):
                        _last_primes.append(number)
                return _last_primes
        """),
        calls=PRIMES_CALLS,
        witness="primes(5).append(0)\nprimes(5)",
        reasons=because(Reason.MODULE_STATE, Reason.CACHING),
    ),
    Trap(
        name="a table that the module has is not used to remember",
        context=code("""
            RATES: dict[str, int] = {"EUR": 100, "USD": 92}
            NAMES: dict[str, int] = {}
        """),
        original=code("""
            def converted(amounts: list[int], currency: str) -> int:
                total = 0
                for amount in amounts:
                    total += amount * RATES.get(currency, 0)
                return total
        """),
        candidate=code("""
            def converted(amounts: list[int], currency: str) -> int:
                key = f"{currency}:{amounts}"
                if key not in NAMES:
                    NAMES[key] = sum(amounts) * RATES.get(currency, 0)
                return NAMES[key]
        """),
        calls=("converted([1, 2], 'EUR')", "converted([], 'XXX')"),
        witness="converted([1], 'EUR')\nRATES['EUR'] = 101\nconverted([1], 'EUR')",
        reasons=because(Reason.MODULE_STATE, Reason.CACHING, Reason.DIFFERENT_STATE),
    ),
    Trap(
        name="no answers kept on an argument",
        imports=("from dataclasses import dataclass",),
        context=SHEET,
        original=code("""
            def total(sheet: Sheet) -> int:
                result = 0
                for row in sheet.rows:
                    result += row
                return result
        """),
        candidate=code("""
            def total(sheet: Sheet) -> int:
                if "_total" not in vars(sheet):
                    sheet._total = sum(sheet.rows)
                return sheet._total
        """),
        calls=("total(Sheet([1, 2]))", "total(Sheet([]))"),
        witness="sheet = Sheet([1])\ntotal(sheet)\nsheet.rows.append(2)\ntotal(sheet)",
        reasons=because(Reason.CACHING, Reason.INTROSPECTION, Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="no answers kept on a class",
        imports=("from dataclasses import dataclass",),
        context=SHEET,
        original=code("""
            def largest(sheet: Sheet) -> int:
                result = 0
                for row in sheet.rows:
                    if row > result:
                        result = row
                return result
        """),
        candidate=code("""
            def largest(sheet: Sheet) -> int:
                if getattr(Sheet, "known", (None, 0))[0] is not sheet:
                    Sheet.known = (sheet, max([0, *sheet.rows]))
                return Sheet.known[1]
        """),
        calls=("largest(Sheet([1, 2]))", "largest(Sheet([]))"),
        witness="sheet = Sheet([1])\nlargest(sheet)\nsheet.rows.append(2)\nlargest(sheet)",
        reasons=because(Reason.MODULE_STATE, Reason.CACHING, Reason.INTROSPECTION, Reason.DIFFERENT_STATE),
    ),
    Trap(
        name="no work moved to the time of import",
        context="WEIGHTS = {1: 3, 2: 5}",
        original=code("""
            def weight(values: list[int]) -> int:
                total = 0
                for value in values:
                    total += dict(WEIGHTS).get(value, 0)
                return total
        """),
        candidate=code("""
            _TABLE = dict(WEIGHTS)


            def weight(values: list[int]) -> int:
                return sum([_TABLE.get(value, 0) for value in values])
        """),
        calls=("weight([1, 2, 9])", "weight([])"),
        witness="WEIGHTS[1] = 4\nweight([1])",
        reasons=because(Reason.NOT_ONE_FUNCTION, Reason.MODULE_STATE),
    ),
    Trap(
        name="no work moved into a default",
        context="WEIGHTS = {1: 3, 2: 5}",
        original=code("""
            def heaviest(values: list[int]) -> int:
                return max([dict(WEIGHTS).get(value, 0) for value in [0, *values]])
        """),
        candidate=code("""
            def heaviest(values: list[int], *, _table=dict(WEIGHTS)) -> int:
                return max([_table.get(value, 0) for value in [0, *values]])
        """),
        calls=("heaviest([1, 2, 9])", "heaviest([])"),
        witness="WEIGHTS[1] = 9\nheaviest([1])",
        reasons=because(Reason.SIGNATURE),
    ),
)
