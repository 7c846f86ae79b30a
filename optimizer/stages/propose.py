"""Proposals for one function, round after round: an accepted variant is offered again.

Every variant is judged against the original, never against its parent, so that what is published is
what was proved.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.evidence import Decision, Evaluation, Reason
from optimizer.domain.jobs import Stage
from optimizer.ports import Expert

MOST_PER_ROUND = 10
MOST_ROUNDS = 4
_CLEARLY = 1.03  # a variant must be that much faster than its parent
_SIMPLER = 0.95  # of the best speed-up is enough for a simpler variant


@dataclass(frozen=True, slots=True)
class Search:
    """All that was tried for a function, and what came out best."""

    evaluations: tuple[Evaluation, ...]
    winner: Evaluation | None


def search(
    request: ProposalRequest,
    experts: Sequence[Expert],
    evaluate: Callable[[Candidate], Evaluation],
    rejected: frozenset[str],
    told: Callable[[Evaluation], None] = lambda _evaluation: None,
) -> Search:
    """Offers the function, then each best accepted variant, until nothing improves."""
    tried: dict[str, Evaluation] = {}
    winner: Evaluation | None = None
    for _ in range(MOST_ROUNDS):
        round_ = []
        for candidate in _fresh(request, experts, rejected | tried.keys(), winner):
            tried[candidate.id] = evaluate(candidate)
            round_.append(tried[candidate.id])
            told(tried[candidate.id])
        better = _best(round_, winner)
        if better is None:
            break
        if winner is not None:
            tried[winner.candidate.id] = _superseded(winner)
        winner = better
        request = _offered_again(request, winner.candidate)
    for evaluation in list(tried.values()):
        if winner and evaluation.decision.accepted and evaluation is not winner:
            tried[evaluation.candidate.id] = _superseded(evaluation)
    return Search(tuple(tried.values()), winner)


def _fresh(
    request: ProposalRequest, experts: Sequence[Expert], known: frozenset[str], parent: Evaluation | None
) -> Iterator[Candidate]:
    seen = set(known)
    for expert in experts:
        if request.function.language in expert.languages:
            for proposed in list(expert.propose(request))[:MOST_PER_ROUND]:
                candidate = _with_imports_of(parent.candidate, proposed) if parent else proposed
                if candidate.id not in seen:
                    seen.add(candidate.id)
                    yield candidate


def _with_imports_of(parent: Candidate, candidate: Candidate) -> Candidate:
    """The expert saw the parent's imports in the file, where they are not: the candidate has to bring
    those that it uses."""
    words = _words(candidate.source)
    used = [line for line in parent.imports if words & _words(line.partition("import ")[2])]
    return replace(candidate, imports=tuple(dict.fromkeys((*used, *candidate.imports))))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


def speedup(evaluation: Evaluation) -> float:
    """The second measurement's estimate: the first one is flattered by having been selected."""
    return evaluation.second.wall.estimate if evaluation.second else 0.0


def _best(round_: Sequence[Evaluation], winner: Evaluation | None) -> Evaluation | None:
    """The simplest of the nearly fastest, if it is clearly faster than the winner so far."""
    accepted = [one for one in round_ if one.decision.accepted]
    fastest = max(map(speedup, accepted), default=0.0)
    if not accepted or (winner and fastest < _CLEARLY * speedup(winner)):
        return None
    near = [one for one in accepted if speedup(one) >= _SIMPLER * fastest]
    return min(near, key=lambda one: (one.candidate.provenance.detail.count("+"), -speedup(one)))


def _superseded(evaluation: Evaluation) -> Evaluation:
    detail = f"{speedup(evaluation):.3f}x; another variant was chosen"
    return replace(evaluation, decision=Decision(Stage.DECIDE, Reason.SUPERSEDED, detail))


def _offered_again(request: ProposalRequest, candidate: Candidate) -> ProposalRequest:
    """The accepted variant as if it stood in the file."""
    return replace(request.rewritten(candidate.source, candidate.imports), parent=candidate.id)
