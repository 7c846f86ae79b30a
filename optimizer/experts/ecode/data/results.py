"""What the referee has judged, as examples: every accepted patch, and every refused candidate that is as good
as a lesson."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.evidence import Evaluation, Reason, VerdictKind
from optimizer.domain.results import FunctionResult
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.examples import DECILES, Example, Task
from optimizer.experts.ecode.fields import Fields

_SLOWER = 0.9  # and less: how many times faster a candidate is, for its reverse to be a lesson
_REVERSED = 0.7  # weights
_UNCHANGED = 0.5


def of_results(results: Iterable[FunctionResult]) -> Iterator[Example]:
    """Of Python functions. Accepted candidates are written for the original, the original for candidates that
    do the same and take longer, and for itself where there were some and none was accepted."""
    for result in results:
        source = fields.at_margin(result.function.source)
        function = replace(result.function, source=source)
        read = fields.of_request(ProposalRequest(function, source))
        if read is not None:
            yield from _of_result(result, read)


def _of_result(result: FunctionResult, read: Fields) -> Iterator[Example]:
    problem = result.function.content_hash
    learnt = Example(read, read.code, Task.UNCHANGED, DECILES - 1, _UNCHANGED, "results", "", problem)
    for evaluation in result.evaluations:
        version = _bare(evaluation)
        if version is None:
            continue
        if evaluation.decision.accepted or evaluation.decision.reason is Reason.SUPERSEDED:
            yield replace(learnt, target=version, task=Task.FASTER, weight=1.0)
        elif _is_slower(evaluation):
            slow = replace(read, code=version)
            yield replace(learnt, fields=slow, task=Task.FASTER, weight=_REVERSED)
    if result.decision.reason is Reason.NONE_ACCEPTED:
        yield learnt


def _bare(evaluation: Evaluation) -> str | None:
    """The candidate in the form of `Fields.code`; None where it is not one function."""
    code = fields.at_margin(evaluation.candidate.source)
    return fields.without_docstring(code)[0] if fields.parsed(code) else None


def _is_slower(evaluation: Evaluation) -> bool:
    verdict, measured = evaluation.verdict, evaluation.second or evaluation.first
    same = verdict is not None and verdict.kind is VerdictKind.EQUIVALENT
    return same and measured is not None and measured.wall.estimate <= _SLOWER
