"""Proposers to compare with."""

from collections.abc import Sequence
from functools import cache
from itertools import islice, zip_longest

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.experts.ecode.evaluation.judging import Problem, Proposer
from optimizer.ports import BatchExpert, Expert


def copy_input(problem: Problem, _k: int) -> list[Candidate]:
    """The function as it is: always correct, never faster."""
    return [Candidate(problem.function.source, Provenance("copy", "input", "1"))]


def of_expert(expert: Expert) -> Proposer:
    """The first proposals of an expert, in its order."""
    return lambda problem, k: list(islice(expert.propose(problem.request), k))


def of_batch(expert: BatchExpert, problems: Sequence[Problem]) -> Proposer:
    """Of a model: all problems are proposed for at once, when the first is asked about."""

    @cache
    def proposed() -> dict[str, Sequence[Candidate]]:
        answers = expert.propose_batch([problem.request for problem in problems])
        return {problem.name: answer for problem, answer in zip(problems, answers, strict=True)}

    return lambda problem, k: list(proposed()[problem.name][:k])


def in_turn(*proposers: Proposer) -> Proposer:
    """The first of each, then the second of each, and so on, equal ones once: k proposals in all."""

    def propose(problem: Problem, k: int) -> list[Candidate]:
        rows = zip_longest(*(propose(problem, k) for propose in proposers))
        return list({one.id: one for row in rows for one in row if one is not None}.values())[:k]

    return propose
