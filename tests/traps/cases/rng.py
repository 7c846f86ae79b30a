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
            def noise(count: int, seed: int) -> list[float]:
                random.seed(seed)
                values = []
                for _ in range(min(count, 100)):
                    values.append(random.random())
                return values
        """),
        candidate=code("""
            def noise(count: int, seed: int) -> list[float]:
                draw = random.Random(seed).random
                return [draw() for _ in range(min(count, 100))]
        """),
        calls=("noise(3, 1)", "noise(0, 5)"),
        witness="random.seed(9)\nnoise(3, 1)\nrandom.random()",
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
