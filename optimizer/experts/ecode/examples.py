"""One example to learn from: what is read, what should be written, and what is known of it."""

from dataclasses import dataclass
from enum import StrEnum

from optimizer.experts.ecode.fields import Fields

DECILES = 10


class Task(StrEnum):
    DENOISE = "denoise"  # write a function whole of which parts were masked
    TEXT_TO_CODE = "text-to-code"  # from the fields alone
    FASTER = "faster"  # from slow to fast
    UNCHANGED = "unchanged"  # it is fast already: write it as it is


@dataclass(frozen=True, slots=True)
class Example:
    fields: Fields  # the code to read is in it; empty for text-to-code
    target: str  # the whole function, in the form of `Fields.code`
    task: Task
    decile: int | None  # of the target's speed among known solutions, 9 the fastest; None: not known
    weight: float  # how much it counts; 1.0 for what was measured or is certain
    origin: str  # of the data: "neetcode-gh/leetcode", "rules-backwards", "results", ...
    licence: str  # SPDX identifier; "" for what was made of the user's own code
    problem: str  # what a split may not tear apart: a problem's name, or a function's content hash
