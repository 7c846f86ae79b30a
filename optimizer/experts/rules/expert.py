"""The expert that proposes what the rules of the table find."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.experts.rules.rule import Rewrite, Rule
from optimizer.experts.rules.table import all_rules

MAX_CANDIDATES = 24  # each costs the referee a second or two
MAX_REPEATS = 3  # of one rule: rewriting an outer loop may leave an inner one to be rewritten


@dataclass(frozen=True)
class RulesExpert:
    """All rules that apply to a function together, those that need no set-up together, and each alone."""

    rules: tuple[Rule, ...]
    name: str = "rules"
    languages: frozenset[str] = frozenset({"python"})

    @cached_property
    def version(self) -> str:
        """Of every file of this package: any change of a rule makes old refusals worth a try."""
        digest = hashlib.sha256()
        for rule in self.rules:
            digest.update(f"{rule.name}\0{rule.version}\0".encode())
        for content in _files(resources.files("optimizer.experts.rules")):
            digest.update(content)
        return digest.hexdigest()[:12]

    def propose(self, request: ProposalRequest) -> Iterable[Candidate]:
        """All applicable rules together first, then each alone; at most `MAX_CANDIDATES`."""
        if request.function.language not in self.languages:
            return
        applicable = [rule for rule in self.rules if rule.needs <= request.dependencies]
        single = [((rule,), rewrite) for rule in applicable for rewrite in rewrites(rule, request)]
        together = list(self._combined(applicable, request)) if single else []
        if any(rule.sets_up for used, _ in together for rule in used):
            quick = [rule for rule in applicable if not rule.sets_up]
            together.extend(self._combined(quick, request))
        seen = {request.function.source}
        for used, rewrite in [*together, *single]:
            if rewrite.source not in seen and len(seen) <= MAX_CANDIDATES:
                seen.add(rewrite.source)
                yield self._candidate(used, rewrite, request)

    def _combined(
        self, rules: Sequence[Rule], request: ProposalRequest
    ) -> Iterator[tuple[tuple[Rule, ...], Rewrite]]:
        used: list[Rule] = []
        imports: tuple[str, ...] = ()
        current = request
        for rule in rules:
            for _ in range(MAX_REPEATS):
                found = next(iter(rewrites(rule, current)), None)
                if found is None or found.source == current.function.source:
                    break
                used.append(rule)
                imports = tuple(dict.fromkeys((*imports, *found.imports)))
                current = current.rewritten(found.source, found.imports)
        if used:
            yield tuple(dict.fromkeys(used)), Rewrite(current.function.source, imports)

    def _candidate(self, used: Sequence[Rule], rewrite: Rewrite, request: ProposalRequest) -> Candidate:
        detail = "+".join(rule.name for rule in used)
        return Candidate(
            source=rewrite.source,
            provenance=Provenance(self.name, detail, self.version, parent=request.parent),
            imports=rewrite.imports,
            summary="; ".join(rule.summary for rule in used),
        )


def rules_expert() -> RulesExpert:
    """The expert over the whole table."""
    return RulesExpert(all_rules())


def rewrites(rule: Rule, request: ProposalRequest) -> list[Rewrite]:
    """What one rule makes of a function; nothing where the code is too odd to parse or to rewrite."""
    try:
        return list(rule.rewrite(request))
    except Exception:
        # Other people's code: a rule that trips over it must not cost the other rules their turn.
        # The tests call the rules themselves, where nothing is caught.
        return []


def _files(folder: resources.abc.Traversable) -> Iterator[bytes]:
    for item in sorted(folder.iterdir(), key=lambda each: each.name):
        if item.is_dir():
            yield from _files(item)
        elif item.name.endswith((".py", ".yml")):
            yield item.read_bytes()
