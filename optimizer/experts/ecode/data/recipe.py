"""How much of what a model learns from, and how it is varied."""

from dataclasses import dataclass, field

from optimizer.experts.ecode.data.cleaning import Limits
from optimizer.experts.ecode.data.noise import Noise
from optimizer.experts.ecode.examples import Task


@dataclass(frozen=True, slots=True)
class Portion:
    """Of one task."""

    copies: float = 1.0  # examples made of each function or pair; 0.3: of three in ten, 2.0: two, drawn anew
    weight: float = 1.0  # factor of the examples' own
    most: int | None = None  # examples in all


@dataclass(frozen=True, slots=True)
class Recipe:
    denoise: Portion = Portion(copies=2.0)
    text_to_code: Portion = Portion(copies=0.5)
    faster: Portion = Portion(copies=4.0)
    unchanged: Portion = Portion(copies=1.0)
    # At most so many UNCHANGED examples for each FASTER one of the same origin and language. Without it a
    # model learns to tell by where code is from: of solutions few pairs are short enough to be learnt.
    balanced: float | None = None
    others: float = 1.0  # share that is taken of what is not Python
    renamed: float = 0.5  # chance of new names, of Python functions
    restyled: float = 0.3  # chance of another style, likewise
    noise: Noise = field(default_factory=Noise)
    limits: Limits = field(default_factory=Limits)
    seed: int = 0

    def portion(self, task: Task) -> Portion:
        return {
            Task.DENOISE: self.denoise,
            Task.TEXT_TO_CODE: self.text_to_code,
            Task.FASTER: self.faster,
            Task.UNCHANGED: self.unchanged,
        }[task]
