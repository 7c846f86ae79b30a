"""E-code as an expert: reads functions, writes faster ones, keeps what is worth a judgement."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.domain.errors import ExpertError
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.checkpoint import Checkpoint
from optimizer.experts.ecode.drafts import Draft, Sampling
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.filtering import worth_judging
from optimizer.experts.ecode.imports import missing
from optimizer.experts.ecode.ranking.ranker import SLOWER, Ranker
from optimizer.experts.placing import placed

if TYPE_CHECKING:
    from optimizer.experts.ecode.loading import Loaded

# The chance that nothing is to be changed, from which on a function is not run. It goes with the model: most
# of what was slowed is under it, and little else (benchmarks/ecode_look.py).
LEFT_ALONE = 0.7
LOAD_SECONDS = 60.0  # eight on two busy cores; a disk that takes longer would keep every job waiting
_RULES = "5"  # what becomes of a draft here: a change makes old refusals worth another try


@dataclass(frozen=True)
class EcodeExpert:
    """Loads its model when it is first needed. It writes at most `sampling.most_rows` rows at once, whatever
    the number of functions: that bounds its memory."""

    checkpoint: Checkpoint
    sampling: Sampling = field(default_factory=Sampling)
    ranker: Ranker | None = None  # spares the referee what is probably slower
    unread: frozenset[str] = frozenset()  # fields kept from it, to see what each is worth
    load_seconds: float = LOAD_SECONDS  # from the moment in which loading begins
    name: str = "ecode"
    languages: frozenset[str] = frozenset({"python"})

    @property
    def version(self) -> str:
        """Of the model and of how it is asked."""
        how = self.sampling
        rules = f"{_RULES}-{SLOWER:g}" if self.ranker else _RULES
        rules += "" if how.spelt else "-free"
        noise = "beams" if how.beams else f"{how.temperature:g}-{how.top_p:g}-{how.seed}"
        return f"{self.checkpoint.digest}-{rules}-{how.samples}-{noise}"

    def ready(self) -> None:
        """Raises ExpertError where the model is not loaded in time. It goes on loading: a later job may have
        it."""
        _ = self._loaded

    def propose(self, request: ProposalRequest) -> Iterable[Candidate]:
        return self.propose_batch([request])[0]

    def propose_batch(self, requests: Sequence[ProposalRequest]) -> Sequence[Sequence[Candidate]]:
        """None for what is no single function, or too long to be read whole."""
        read, asked = self._readable(requests)
        drafts = iter(self._loaded.drafts(asked, self.sampling) if asked else ())
        return [
            tuple(self._candidates(request, each, next(drafts))) if each else ()
            for request, each in zip(requests, read, strict=True)
        ]

    def would_change(self, requests: Sequence[ProposalRequest]) -> Sequence[bool]:
        """False from a chance of `LEFT_ALONE` on that nothing is to be changed: one step of writing tells."""
        read, asked = self._readable(requests)
        chances = iter(self._loaded.unchanged(asked, self.sampling) if asked else ())
        return [each is not None and next(chances) < LEFT_ALONE for each in read]

    def _readable(self, requests: Sequence[ProposalRequest]) -> tuple[list[Fields | None], list[Fields]]:
        """What is read of each, and those alone where something is."""
        read = [self._read(request) for request in requests]
        return read, [each for each in read if each]

    def _promising(self, texts: Iterable[str], code: str) -> Iterable[str]:
        if self.ranker is None:
            return texts
        gains = {text: self.ranker.gain(code, text) for text in texts}
        return sorted((text for text, gain in gains.items() if gain >= SLOWER), key=lambda text: -gains[text])

    @cached_property
    def _loaded(self) -> "Loaded":
        until, loading = self._loading
        try:
            return loading.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            folder, limit = self.checkpoint.folder, self.load_seconds
            raise ExpertError(f"its model in {folder} was not loaded within {limit:g} seconds") from None

    @cached_property
    def _loading(self) -> "tuple[float, Future[Loaded]]":
        """Until when it may take, and what comes of it."""
        pool = ThreadPoolExecutor(1)  # its thread ends with the process, or before
        return time.monotonic() + self.load_seconds, pool.submit(_load, self.checkpoint.folder)

    def _read(self, request: ProposalRequest) -> Fields | None:
        if request.function.language not in self.languages:
            return None
        found = fields.of_request(request)
        if found is None or not self._loaded.fits(found):
            return None
        return replace(found, **dict.fromkeys(self.unread, ""))

    def _candidates(
        self, request: ProposalRequest, read: Fields, drafts: Sequence[Draft]
    ) -> Iterator[Candidate]:
        """The one first that is predicted to be the fastest; without a ranker the likeliest writing."""
        _, docstring = fields.without_docstring(
            fields.dedented(request.function.source, request.module_source)
        )
        texts = worth_judging(drafts, read.code, self.sampling.samples)
        for text in self._promising(texts, read.code):
            imports = missing(text, read.code, request.module_source)
            if imports is not None:
                yield Candidate(
                    source=placed(fields.with_docstring(text, docstring), request),
                    provenance=Provenance(
                        self.name, self.checkpoint.digest, self.version, self.sampling.seed, request.parent
                    ),
                    imports=imports,
                    summary="rewritten by the E-code model",
                )


def _load(folder: Path) -> "Loaded":
    from optimizer.experts.ecode.loading import load  # noqa: PLC0415  # torch takes a second

    return load(folder)
