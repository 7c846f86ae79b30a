"""A tempting rewrite that is wrong, and how to show it."""

import textwrap
from dataclasses import dataclass

from optimizer.domain.evidence import Reason


def code(text: str) -> str:
    """Indented source as it would stand in a file, without the newline at its end."""
    return textwrap.dedent(text).strip("\n")


def because(*reasons: Reason) -> frozenset[Reason]:
    return frozenset(reasons)


def module_source(imports: tuple[str, ...], context: str, function: str) -> str:
    """A whole module: imports, then what the function stands among, then the function."""
    parts = ["\n".join(imports), context, function]
    return "\n\n\n".join(part for part in parts if part) + "\n"


@dataclass(frozen=True, slots=True)
class Trap:
    """An original, a faster candidate, and an input on which the two differ.

    Every visible call gives equal (`==`) results, the same exception and the same output on both:
    a test suite made of such calls lets the candidate pass.
    """

    name: str  # what must stay, as a sentence: "ties keep their order"
    original: str  # a whole function; inputs can be made from its annotations
    candidate: str  # tempting, faster, wrong
    witness: str  # Python; its last line is an expression whose value differs
    reasons: frozenset[Reason]  # any of which is a right refusal
    imports: tuple[str, ...] = ()  # import statements that the module has
    candidate_imports: tuple[str, ...] = ()  # import statements that the candidate adds
    context: str = ""  # source that the module has before the function: classes, constants
    calls: tuple[str, ...] = ()  # expressions, as the repository's tests would make them

    @property
    def module(self) -> str:
        """The repository's file, before the change."""
        return module_source(self.imports, self.context, self.original)

    @property
    def changed_module(self) -> str:
        return module_source(self.imports + self.candidate_imports, self.context, self.candidate)


@dataclass(frozen=True, slots=True)
class Honest:
    """A right rewrite: faster, and the same on every input of its types.

    `calls` has at least one that is large enough to be timed.
    """

    name: str
    original: str
    candidate: str
    calls: tuple[str, ...]
    probes: tuple[str, ...]  # calls at the edges, on which a sloppier rewrite would differ
    imports: tuple[str, ...] = ()
    candidate_imports: tuple[str, ...] = ()
    context: str = ""

    @property
    def module(self) -> str:
        return module_source(self.imports, self.context, self.original)

    @property
    def changed_module(self) -> str:
        return module_source(self.imports + self.candidate_imports, self.context, self.candidate)
