"""One proposed replacement of a function, and what it was made from."""

import hashlib
from dataclasses import dataclass, field, replace

from optimizer.domain.functions import Function
from optimizer.domain.workloads import Input


@dataclass(frozen=True, slots=True)
class Provenance:
    expert: str  # "rules", "file", ...
    detail: str  # the rule's or model's name
    version: str  # the expert's version: a new one makes old refusals worth another try
    seed: int | None = None  # of a model, which may write otherwise with another; None: no model wrote it
    parent: str | None = None  # id of the candidate this one was derived from


@dataclass(frozen=True, slots=True)
class Candidate:
    """`source` replaces exactly the bytes of the function's span (see `Function.source`).

    `imports` are whole import statements that the module gets in addition.
    """

    source: str
    provenance: Provenance
    imports: tuple[str, ...] = ()
    summary: str = ""  # one line: what was changed and why that is faster

    @property
    def id(self) -> str:
        """Content address: the same proposal from two experts is one candidate."""
        text = "\0".join((self.source, *self.imports))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """All that an expert may know. Held-out inputs are never in it."""

    function: Function
    module_source: str  # the whole file, before the change
    dependencies: frozenset[str] = frozenset()  # top-level packages the target's environment has
    examples: tuple[Input, ...] = field(default=(), repr=False)  # visible inputs only
    parent: str | None = None  # set when an accepted variant is offered again
    # The repository's own modules that names are imported from: (module as the import spells it, source).
    imported: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def rewritten(self, source: str, imports: tuple[str, ...]) -> "ProposalRequest":
        """The request as if that source stood in the file: what an expert builds on next."""
        function = self.function
        text = self.module_source.encode("utf-8", "surrogatepass")
        body = source.encode("utf-8", "surrogatepass")
        span = replace(function.span, end=function.span.start + len(body))
        module = text[: span.start] + body + text[function.span.end :]
        # Imports go to the end, so that the span stays right: it only matters which names a module binds.
        added = "".join(f"\n{line}" for line in imports)
        return replace(
            self,
            function=replace(
                function, source=source, span=span, content_hash=hashlib.sha256(body).hexdigest()
            ),
            module_source=module.decode("utf-8", "surrogatepass") + added,
        )
