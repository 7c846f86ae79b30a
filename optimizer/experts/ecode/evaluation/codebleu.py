"""CodeBLEU (Ren et al. 2020, arXiv 2009.10297) from its four parts, without the floor for garbage.

The parts: BLEU over tokens; matching tokens with keywords counted five times, times the brevity penalty; the
reference's subtrees, leaves left out, that the candidate has too; the reference's edges of data flow that it
has too. Where a reference has no edges, or does not parse, the common implementation counts that part 1 or
nearly so for any candidate. Here it is None, and the mean is taken over the others.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.experts.ecode.evaluation import dataflow, syntax
from optimizer.experts.ecode.evaluation.bleu import corpus_bleu, sentence_bleu
from optimizer.experts.ecode.evaluation.tokens import Token, tokens

_KEYWORD = 5  # times the weight of other tokens; section 2.1 of the paper


@dataclass(frozen=True, slots=True)
class CodeBleu:
    """Each in 0..1; None: the reference says nothing of it."""

    ngrams: float
    keywords: float
    syntax: float | None
    flow: float | None

    @property
    def total(self) -> float:
        """With equal weights, as in the paper."""
        parts = [part for part in (self.ngrams, self.keywords, self.syntax, self.flow) if part is not None]
        return sum(parts) / len(parts)


@dataclass(frozen=True, slots=True)
class _Match:
    matched: float
    total: float


def codebleu(candidate: str, reference: str, language: str) -> CodeBleu:
    """Of one text. Raises KeyError for a language that is none of the four."""
    return _of([(candidate, reference)], sentence_bleu(candidate, reference, language), language)


def corpus_codebleu(pairs: Sequence[tuple[str, str]], language: str) -> CodeBleu:
    """Of (candidate, reference) pairs, counts added up over all of them. Raises ValueError where there are
    none."""
    return _of(pairs, corpus_bleu(pairs, language), language)


def _of(pairs: Sequence[tuple[str, str]], ngrams: float, language: str) -> CodeBleu:
    return CodeBleu(
        ngrams=ngrams,
        keywords=_keywords([(tokens(one, language), tokens(other, language)) for one, other in pairs]),
        syntax=_share(_subtrees(one, other, language) for one, other in pairs),
        flow=_share(_flow(one, other, language) for one, other in pairs),
    )


def _keywords(pairs: Sequence[tuple[tuple[Token, ...], tuple[Token, ...]]]) -> float:
    """Weighted precision of single tokens, times BLEU's brevity penalty."""
    matched = total = written = wanted = 0
    for candidate, reference in pairs:
        matched += _weight(Counter(candidate) & Counter(reference))
        total += _weight(Counter(candidate))
        written, wanted = written + len(candidate), wanted + len(reference)
    brevity = math.exp(min(0.0, 1 - wanted / written)) if written else 0.0
    return brevity * matched / total if total else 0.0


def _weight(counts: Counter[Token]) -> int:
    return sum(count * (_KEYWORD if token.keyword else 1) for token, count in counts.items())


def _subtrees(candidate: str, reference: str, language: str) -> _Match:
    if not syntax.parses(reference, language):
        return _Match(0, 0)
    return _match(_shapes(candidate, language), _shapes(reference, language))


def _shapes(code: str, language: str) -> Counter[str]:
    """Every subtree but leaves, without the names, values and comments in it."""
    found = list(syntax.nodes(syntax.root(code, language)))
    shapes: dict[int, str] = {}
    for node in reversed(found):  # what is below comes first
        parts = (shapes[child.id] for child in node.named_children if child.id in shapes)
        shapes[node.id] = f"({' '.join((node.type, *parts))})"
    return Counter(shapes[node.id] for node in found if node.children and not node.is_error)


def _flow(candidate: str, reference: str, language: str) -> _Match:
    if not syntax.parses(reference, language):
        return _Match(0, 0)
    return _match(dataflow.edges(candidate, language), dataflow.edges(reference, language))


def _match(candidate: Counter[Any], reference: Counter[Any]) -> _Match:
    """Nothing counts more often than the reference has it."""
    return _Match((candidate & reference).total(), reference.total())


def _share(matches: Iterable[_Match]) -> float | None:
    found = list(matches)
    total = sum(match.total for match in found)
    return sum(match.matched for match in found) / total if total else None
