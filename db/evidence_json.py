"""Parts of the evidence that are kept as JSON: to it, and back from what any version has written."""

import math
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from optimizer.domain.evidence import (
    Counterexample,
    Exponent,
    FoundBy,
    Interval,
    Scaling,
    SizePoint,
    SizeRow,
)


def _number(value: float) -> float | str:
    """JSON has no word for infinity and "not a number": they are kept as strings that float() reads."""
    return value if math.isfinite(value) else str(value)


def _numbers(values: Sequence[float]) -> list[float | str]:
    return [_number(value) for value in values]


def _floats(values: Sequence[Any]) -> list[float]:
    return [float(value) for value in values]


def size_json(row: SizeRow) -> dict[str, object]:
    return {
        "label": row.label,
        "elements": row.elements,
        "original_ns": _number(row.original_ns),
        "candidate_ns": _number(row.candidate_ns),
        "ratio": _numbers(astuple(row.ratio)),
    }


def size_value(row: dict[str, Any]) -> SizeRow:
    return SizeRow(
        label=row["label"],
        elements=row["elements"],
        original_ns=float(row["original_ns"]),
        candidate_ns=float(row["candidate_ns"]),
        ratio=Interval(*_floats(row["ratio"])),
    )


def counterexample_value(data: dict[str, Any]) -> Counterexample:
    """What an older version did not know keeps its default."""
    found_by = FoundBy(data.get("found_by", FoundBy.WORKLOAD))
    return Counterexample(**{**data, "found_by": found_by})


def scaling_json(value: Scaling) -> dict[str, object]:
    return {
        "points": [
            [one.elements, _number(one.original_ns), _number(one.candidate_ns)] for one in value.points
        ],
        "original": _numbers(astuple(value.original)) if value.original else None,
        "candidate": _numbers(astuple(value.candidate)) if value.candidate else None,
        "crossover": None if value.crossover is None else _number(value.crossover),
    }


def scaling_value(data: dict[str, Any] | None) -> Scaling | None:
    if data is None:
        return None
    return Scaling(
        points=tuple(
            SizePoint(elements, float(before), float(after)) for elements, before, after in data["points"]
        ),
        original=Exponent(*_floats(data["original"])) if data["original"] else None,
        candidate=Exponent(*_floats(data["candidate"])) if data["candidate"] else None,
        crossover=None if data["crossover"] is None else float(data["crossover"]),
    )
