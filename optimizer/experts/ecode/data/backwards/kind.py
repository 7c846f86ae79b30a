"""What a kind of slowing down is, and the choice of the places where it happens."""

import builtins
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.experts.rules.pattern import Match
from optimizer.experts.rules.rule import Rewrite
from optimizer.experts.rules.scene import Scene, function_tree, identifiers, scene
from optimizer.experts.rules.sites import (
    Change,
    FunctionRule,
    Place,
    StatementRule,
    in_function,
    in_statements,
)

MOST_PLACES = 4  # of one kind in one function

_Site = TypeVar("_Site")

Rewriter = Callable[[ProposalRequest, random.Random], Rewrite | None]

# Names that a template may ask for beside what its pattern found: they mean nothing in the function yet.
_FRESH = {
    "ITEM": ("item", "element", "entry"),
    "KEY": ("key", "name", "label"),
    "INDEX": ("i", "index", "position"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which people write slow code."""

    name: str
    inverts: str  # the rule whose work it undoes, "" where there is none
    hints: tuple[str, ...]  # one of these texts is in all code that it applies to
    rewrite: Rewriter  # None where it does not apply

    def apply(self, function: str, rng: random.Random) -> str | None:
        """The slow version of one function that starts at the left margin; None where the kind does not fit.

        Raises SyntaxError on what is no function.
        """
        made = self.slowed(request_of(function), rng)
        return made.source if made is not None else None

    def slowed(self, request: ProposalRequest, rng: random.Random) -> Rewrite | None:
        """As `apply`, for a function with its module."""
        source = request.function.source
        if not any(hint in source for hint in self.hints):
            return None
        made = self.rewrite(request, rng)
        # A slow version that needs an import would not be the function alone.
        if made is None or made.source == source or made.imports or _misled(request, made.source):
            return None
        return made


def _misled(request: ProposalRequest, slow: str) -> bool:
    """Whether the slow version leans on a builtin whose name means something else, as after `sum = 0`."""
    seen = scene(request)
    used = Counter(identifiers(function_tree(slow)))
    return seen is not None and any(
        hasattr(builtins, name) and not seen.is_builtin(name) and times > seen.count(name)
        for name, times in used.items()
    )


def request_of(code: str, module: str = "") -> ProposalRequest:
    """A request for a function at the left margin; `module`: what else its names may lean on."""
    name = code.partition("def ")[2].partition("(")[0].strip()
    source = code.strip("\n")
    function = Function(
        path="module.py",
        qualname=name,
        span=Span(0, len(source.encode("utf-8", "surrogatepass"))),
        line=1,
        end_line=source.count("\n") + 1,
        kind=FunctionKind.FUNCTION,
        is_async=source.startswith("async "),
        source=source,
        content_hash=hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest(),
    )
    return ProposalRequest(function, f"{source}\n\n{module}")


def at_statements(*finders: StatementRule) -> Rewriter:
    """Rewrites some of the places that one of the finders knows."""

    def rewrite(request: ProposalRequest, rng: random.Random) -> Rewrite | None:
        finder = finders[0] if len(finders) == 1 else rng.choice(finders)
        places: dict[int, None] = {}  # statements by identity: the scene keeps them alive

        def note(scene: Scene, place: Place) -> Change | None:
            if finder(scene, place) is not None:
                places[id(place.block[place.index])] = None
            return None

        def change(scene: Scene, place: Place) -> Change | None:
            return finder(scene, place) if id(place.block[place.index]) in wanted else None

        for _ in in_statements(note)(request):
            pass
        wanted = set(some(list(places), rng))
        return next(iter(in_statements(change)(request)), None) if wanted else None

    return rewrite


def at_function(find: FunctionRule) -> Rewriter:
    """Rewrites the function as a whole."""

    def rewrite(request: ProposalRequest, rng: random.Random) -> Rewrite | None:  # noqa: ARG001  # no choice here
        return next(in_function(find)(request), None)

    return rewrite


def some(places: Sequence[_Site], rng: random.Random) -> list[_Site]:
    """One of the places, or all of them, up to `MOST_PLACES`; in order."""
    if len(places) < 2:
        return list(places)
    count = 1 if rng.random() < 0.5 else min(len(places), MOST_PLACES)
    return [places[at] for at in sorted(rng.sample(range(len(places)), count))]


def fresh_holes(scene: Scene, template: str, found: Match) -> dict[str, str]:
    """Names for those holes of a template that stand for something new."""
    return {
        hole: scene.fresh(*names)
        for hole, names in _FRESH.items()
        if hole in template and hole not in found.holes
    }
