"""Proposals for one function, round after round: an accepted variant is offered again.

Every variant is judged against the original, never against its parent, so that what is published is
what was proved.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.errors import ExpertError
from optimizer.domain.evidence import Decision, Evaluation, Reason
from optimizer.domain.jobs import Stage
from optimizer.ports import BatchExpert, Expert

MOST_PER_ROUND = 10
MOST_ROUNDS = 4
_CLEARLY = 1.03  # a variant must be that much faster than its parent
_SIMPLER = 0.95  # of the best speed-up is enough for a simpler variant


@dataclass(frozen=True, slots=True)
class Search:
    """All that was tried for a function so far, and what came out best."""

    evaluations: tuple[Evaluation, ...] = ()
    winner: Evaluation | None = None
    rounds: int = 0
    over: bool = False


def ready(experts: Sequence[Expert]) -> tuple[list[Expert], list[str]]:
    """Those that can answer now, and for each other one a line that says why not."""
    found: list[Expert] = []
    absent: list[str] = []
    for expert in experts:
        try:
            if isinstance(expert, BatchExpert):
                expert.ready()
            found.append(expert)
        except ExpertError as error:
            absent.append(without(expert.name, error))
    return found, absent


def without(name: str, error: ExpertError) -> str:
    """What a person is told of an expert that is missing."""
    return f"the expert {name!r} does not take part: {error}"


def search(
    request: ProposalRequest,
    experts: Sequence[Expert],
    evaluate: Callable[[Candidate], Evaluation],
    rejected: frozenset[str],
    told: Callable[[Evaluation], None] = lambda _evaluation: None,
) -> Search:
    """Offers the function, then each best accepted variant, until nothing improves."""
    state = Search()
    while not state.over:
        round_ = []
        (proposed,) = proposals(experts, [offered(request, state)])
        for candidate in fresh(proposed, state, rejected):
            round_.append(evaluate(candidate))
            told(round_[-1])
        state = judged(state, round_)
    return state


def offered(request: ProposalRequest, state: Search) -> ProposalRequest:
    """The function as it is in the file; from the second round on, as if the winner stood there."""
    if state.winner is None:
        return request
    won = state.winner.candidate
    return replace(request.rewritten(won.source, won.imports), parent=won.id)


def proposals(experts: Sequence[Expert], requests: Sequence[ProposalRequest]) -> list[list[Candidate]]:
    """What the experts propose for each request, in their order. A model is asked for all at once."""
    found: list[list[Candidate]] = [[] for _ in requests]
    for expert in experts:
        known = [
            (place, request)
            for place, request in enumerate(requests)
            if request.function.language in expert.languages
        ]
        answers = _asked(expert, [request for _, request in known])
        for (place, _), answer in zip(known, answers, strict=True):
            found[place] += list(answer)[:MOST_PER_ROUND]
    return found


def _asked(expert: Expert, requests: Sequence[ProposalRequest]) -> Iterable[Iterable[Candidate]]:
    if isinstance(expert, BatchExpert):
        return expert.propose_batch(requests) if requests else ()
    return [expert.propose(request) for request in requests]


def fresh(proposed: Iterable[Candidate], state: Search, rejected: frozenset[str]) -> Iterator[Candidate]:
    """Those that are to be judged: not tried before, and not rejected by a person."""
    seen = {*rejected, *(evaluation.candidate.id for evaluation in state.evaluations)}
    for candidate in proposed:
        whole = _with_imports_of(state.winner.candidate, candidate) if state.winner else candidate
        if whole.id not in seen:
            seen.add(whole.id)
            yield whole


def judged(state: Search, round_: Sequence[Evaluation]) -> Search:
    """The search after one more round. It is over when no candidate was clearly better than the winner."""
    better = _best(round_, state.winner)
    winner, rounds = better or state.winner, state.rounds + 1
    over = better is None or rounds == MOST_ROUNDS
    settled = state.winner if better else None  # it was the best, and is not any more
    evaluations = tuple(
        _superseded(one) if _loses(one, winner, over, settled) else one
        for one in (*state.evaluations, *round_)
    )
    return Search(evaluations, winner, rounds, over)


def _loses(one: Evaluation, winner: Evaluation | None, over: bool, settled: Evaluation | None) -> bool:
    if winner is None or not one.decision.accepted or one.candidate.id == winner.candidate.id:
        return False
    return over or (settled is not None and one.candidate.id == settled.candidate.id)


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
    best = max(accepted, key=speedup)
    near = [one for one in accepted if speedup(one) >= _SIMPLER * fastest or _rather(one, best)]
    return min(near, key=_preferred)


def _rather(one: Evaluation, best: Evaluation) -> bool:
    """A rule's variant is taken before one of a model that may be no faster: it is known why it is right."""
    assert best.second is not None  # it was accepted
    return _by_model(best) and not _by_model(one) and speedup(one) >= best.second.wall.low


def _preferred(one: Evaluation) -> tuple[bool, int, float]:
    return _by_model(one), one.candidate.provenance.detail.count("+"), -speedup(one)


def _by_model(one: Evaluation) -> bool:
    return one.candidate.provenance.seed is not None


def _superseded(evaluation: Evaluation) -> Evaluation:
    detail = f"{speedup(evaluation):.3f}x; another variant was chosen"
    return replace(evaluation, decision=Decision(Stage.DECIDE, Reason.SUPERSEDED, detail))
