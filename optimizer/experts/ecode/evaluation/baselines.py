"""Proposers to compare with, and plain texts as proposals."""

from collections.abc import Callable, Sequence
from itertools import islice

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.experts.ecode.evaluation.judging import Problem, Proposer
from optimizer.ports import Expert


def copy_input(problem: Problem, _k: int) -> list[Candidate]:
    """The function as it is: always correct, never faster."""
    return [Candidate(problem.function.source, Provenance("copy", "input", "1"))]


def of_expert(expert: Expert) -> Proposer:
    """The first proposals of an expert, in its order."""
    return lambda problem, k: list(islice(expert.propose(problem.request), k))


def of_texts(name: str, texts: Callable[[Problem, int], Sequence[str]]) -> Proposer:
    """Of a proposer that writes sources alone (see `Candidate.source`), without imports."""
    return lambda problem, k: [Candidate(text, Provenance(name, "text", "1")) for text in texts(problem, k)]
