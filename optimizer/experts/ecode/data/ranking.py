"""Where a solution stands among the known ones of its problem, in its language."""

from collections import defaultdict
from dataclasses import dataclass, field

from optimizer.experts.ecode.data.growth import compared
from optimizer.experts.ecode.examples import DECILES

_Problem = tuple[str, str]  # its name and the language


@dataclass(slots=True)
class Known:
    """Solutions by their text, with the growth of their time, and which of two was timed as faster."""

    solutions: dict[_Problem, dict[str, float | None]] = field(default_factory=lambda: defaultdict(dict))
    timings: dict[_Problem, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))

    def add(self, problem: str, language: str, code: str, growth: float | None) -> None:
        """A growth that is not known does not replace one that is."""
        texts = self.solutions[problem, language]
        if texts.get(code.strip()) is None:
            texts[code.strip()] = growth

    def timed(self, problem: str, language: str, faster: str, slower: str) -> None:
        self.timings[problem, language].add((faster.strip(), slower.strip()))

    def decile(self, problem: str, language: str, code: str) -> int | None:
        """Of the others that can be compared with it, the share that is not faster, in tenths: 9: the best.

        None where no comparison comes out for either side: then nothing is known.
        """
        own = code.strip()
        others = [text for text in self.solutions[problem, language] if text != own]
        found = [self._compared(problem, language, own, other) for other in others]
        told = [each for each in found if each is not None]
        if not any(told):
            return None
        return min(DECILES - 1, DECILES * sum(each <= 0 for each in told) // len(told))

    def _compared(self, problem: str, language: str, one: str, other: str) -> int | None:
        """-1: the first is faster. Timings decide where growth does not."""
        texts, timings = self.solutions[problem, language], self.timings[problem, language]
        order = compared(texts.get(one), texts.get(other))
        if order:
            return order
        if ((one, other) in timings) != ((other, one) in timings):
            return -1 if (one, other) in timings else 1
        return order
