"""A function that was rewritten, as edits of its lines: what stays is not written again.

Lines are counted from 0. An edit takes the lines from `start` to `end`, without that one, and puts others
there; none of them overlap, and they come in order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 96  # of a function that is rewritten: a token names each


@dataclass(frozen=True, slots=True)
class Edit:
    start: int
    end: int
    lines: tuple[str, ...]


def lines_of(code: str) -> list[str]:
    """No code has no lines, where a split would give it an empty one."""
    return code.split("\n") if code else []


def between(code: str, target: str, bridged: int = 1) -> Iterator[Edit]:
    """What makes the target of the code. Edits with so few lines between them are one: to name a line twice
    costs more than to write it again."""
    old, new = lines_of(code), lines_of(target)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    changed = (place for tag, *place in matcher.get_opcodes() if tag != "equal")
    for start, end, first, last in _joined(changed, bridged):
        yield Edit(start, end, tuple(new[first:last]))


def _joined(places: Iterable[list[int]], bridged: int) -> list[list[int]]:
    found: list[list[int]] = []
    for start, end, first, last in places:
        if found and start - found[-1][1] <= bridged:
            found[-1][1], found[-1][3] = end, last
        else:
            found.append([start, end, first, last])
    return found


def applied(code: str, edits: Iterable[Edit]) -> str | None:
    """None where an edit is of lines that are not there, or of ones that were passed already."""
    old = lines_of(code)
    made: list[str] = []
    at = 0
    for edit in edits:
        if not at <= edit.start <= edit.end <= len(old):
            return None
        made += [*old[at : edit.start], *edit.lines]
        at = edit.end
    return "\n".join([*made, *old[at:]])
