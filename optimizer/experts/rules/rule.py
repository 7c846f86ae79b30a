"""What a rule is: a name, an example, and a function from a request to rewrites."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from optimizer.domain.candidates import ProposalRequest


@dataclass(frozen=True, slots=True)
class Rewrite:
    """`source` replaces the exact span of the request's function (see `Candidate.source`)."""

    source: str
    imports: tuple[str, ...] = ()  # whole statements, such as "from collections import deque"


@dataclass(frozen=True, slots=True)
class Rule:
    """One anti-pattern. `rewrite` yields the rewrite of every place first, then of single places."""

    name: str  # kebab-case, after the anti-pattern
    summary: str  # one line for the patch's text: what is changed and why that is faster
    before: str  # a whole example function
    after: str  # the same function as the rule rewrites it, without the imports
    rewrite: Callable[[ProposalRequest], Iterable[Rewrite]]
    imports: tuple[str, ...] = ()  # what the example's rewrite asks for
    needs: frozenset[str] = frozenset()  # target dependencies without which it does not apply
    version: int = 1
    sets_up: bool = False  # makes something first: may lose on the smallest inputs
