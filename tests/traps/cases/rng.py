"""Random numbers: which are drawn, from which stream, and how many."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

RNG = (
    Trap(
        name="the same numbers are drawn from a seed",
        imports=("import random",),
        original=code("""
            def rolls(count: int, sides: int, seed: int) -> list[int]:
                if sides < 1:
                    raise ValueError("a die has sides")
                rng = random.Random(seed)
                return [rng.randint(1, sides) for _ in range(min(count, 100))]
        """),
        candidate=code("""
            def rolls(count: int, sides: int, seed: int) -> list[int]:
                if sides < 1:
                    raise ValueError("a die has sides")
                rng = random.Random(seed)
                return rng.choices(range(1, sides + 1), k=max(0, min(count, 100)))
        """),
        calls=("len(rolls(20, 6, 1)) == 20", "rolls(3, 1, 7)", "rolls(0, 6, 1)"),
        witness="rolls(10, 6, 1)",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="the global stream goes on from where it was",
        imports=("import random",),
        original=code("""
            def opening(count: int, seed: int) -> list[float]:
                random.seed(seed)
                values = [random.random() for _ in range(min(count, 100))]
                return values[:3]
        """),
        candidate=code("""
            def opening(count: int, seed: int) -> list[float]:
                random.seed(seed)
                return [random.random() for _ in range(min(count, 3))]
        """),
        calls=("opening(30, 1)", "opening(2, 5)", "opening(0, 5)"),
        witness="opening(30, 1)\nrandom.random()",
        reasons=because(Reason.DIFFERENT_STATE),
    ),
    Trap(
        name="the generator that was handed in gives the cards",
        imports=("import random",),
        original=code("""
            def dealt(deck: list[int], count: int, rng: random.Random) -> list[int]:
                cards = list(deck)
                rng.shuffle(cards)
                return cards[: max(0, count)]
        """),
        candidate=code("""
            def dealt(deck: list[int], count: int, rng: random.Random) -> list[int]:
                return rng.sample(deck, max(0, min(count, len(deck))))
        """),
        calls=("dealt([7], 1, random.Random(3))", "dealt([], 2, random.Random(3))"),
        witness="dealt(list(range(20)), 3, random.Random(3))",
        reasons=because(Reason.DIFFERENT_RESULT, Reason.DIFFERENT_ARGUMENTS),
    ),
)
