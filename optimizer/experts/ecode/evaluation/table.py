"""Scores as rows of a table in Markdown."""

from collections.abc import Iterable

from optimizer.experts.ecode.evaluation.scores import Estimate, Scores

_COLUMNS = (
    "proposer", "best of", "problems", "correct", "optimised",
    "accepted", "speed-up", "geometric", "time saved",
)  # fmt: skip


def table(rows: Iterable[tuple[str, Scores]]) -> str:
    """One line for each (name, scores), 95 % intervals in brackets."""
    lines = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
    return "\n".join([*lines, *(_line([name, *_cells(scores)]) for name, scores in rows)])


def _cells(scores: Scores) -> list[str]:
    return [
        str(scores.k),
        str(scores.problems),
        _percent(scores.correct),
        _percent(scores.optimised),
        _percent(scores.accepted),
        _times(scores.speed_up),
        _times(scores.geometric),
        _percent(scores.reduction),
    ]


def _percent(estimate: Estimate) -> str:
    return _with_interval(estimate, "{:.1%}")


def _times(estimate: Estimate) -> str:
    return _with_interval(estimate, "{:.2f}x")


def _with_interval(estimate: Estimate, form: str) -> str:
    value = form.format(estimate.value)
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} [{form.format(estimate.low)}, {form.format(estimate.high)}]"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
