"""Kinds of values that answers and questions have in common."""

import math
from typing import Annotated

from fastapi import Path, Query
from pydantic import BeforeValidator


def _plain(text: object) -> object:
    """Names of files need not be UTF-8, answers have to be: what is not stands there as an escape."""
    return text.encode("utf-8", "backslashreplace").decode() if isinstance(text, str) else text


def _finite(number: object) -> object:
    return None if isinstance(number, float) and not math.isfinite(number) else number


LARGEST = 2**63 - 1

Text = Annotated[str, BeforeValidator(_plain)]
Number = Annotated[float | None, BeforeValidator(_finite)]  # null where there is none

Id = Annotated[int, Path(ge=1, le=LARGEST, description="Its number.")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Before = Annotated[
    int | None,
    Query(ge=1, le=LARGEST, description="Only those with smaller numbers: `next` of the page before."),
]
RepositoryUrl = Annotated[str | None, Query(description="Only those of this repository, by its address.")]
