"""Reads what a test run in the sandbox wrote. Everything in it is hostile: checked, capped, never loaded.

The writer is optimizer/languages/runners/record.py.
"""

import base64
import binascii
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MAX_LINE = 2_000_000  # bytes; a call is at most 256 kB of payload and 1 MB of tree, in base64
MAX_TOTAL = 192_000_000
MAX_EVENTS = 1_000_000
MAX_TEXT = 2_000  # characters of a test's name or of a note
MAX_NOTES = 50


@dataclass(frozen=True, slots=True)
class SeenCall:
    slot: int
    payload: bytes = field(repr=False)
    tree: bytes = field(repr=False)  # canonical encoding of (args, kwargs); empty when there is none
    module: str


@dataclass(slots=True)
class Seen:
    """What one run said. Counts and texts are only as true as the code that ran."""

    outcomes: dict[str, str] = field(default_factory=dict)
    running: str = ""  # the test that had started and not ended
    running_since: float = 0.0  # seconds after the start of the run
    collected: int | None = None
    exit_code: int | None = None  # pytest's; None when the run did not come to its end
    samples: int = 0
    own: dict[int, int] = field(default_factory=dict)
    total: dict[int, int] = field(default_factory=dict)
    calls: dict[int, dict[int, SeenCall]] = field(default_factory=dict)
    skipped: dict[int, dict[str, int]] = field(default_factory=dict)
    sys_path: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


class _BadEventError(ValueError):
    pass


def read_events(path: Path, watched: int) -> Seen:
    """What is legible in the file; a missing, odd or garbled one says less, and never fails."""
    seen = Seen()
    bad = 0
    for line in _lines(path):
        try:
            _take(seen, json.loads(line), watched)
        except (ValueError, TypeError, KeyError, RecursionError):
            bad += 1
    if bad:
        seen.notes.append(f"{bad} lines of the test run's report could not be read")
    return seen


def _lines(path: Path) -> Iterator[bytes]:
    try:
        # Not through a link, and not waiting on a pipe that the sandbox put there instead.
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return
    with os.fdopen(fd, "rb") as file:
        yield from _capped_lines(file)


def _capped_lines(file: IO[bytes]) -> Iterator[bytes]:
    total = 0
    for _ in range(MAX_EVENTS):
        line = file.readline(MAX_LINE)
        total += len(line)
        if not line or total > MAX_TOTAL:
            return
        yield line


def _take(seen: Seen, event: dict[str, object], watched: int) -> None:
    kind = event["e"]
    if kind == "start":
        seen.running, seen.running_since = _text(event["id"]), _seconds(event["at"])
    elif kind == "outcome":
        seen.outcomes[_text(event["id"])] = _text(event["o"], 40)
        if seen.running == event["id"]:
            seen.running = ""
    elif kind == "collected":
        seen.collected = _count(event["n"])
    elif kind == "exit":
        seen.exit_code = _count(event["code"])
    elif kind == "note":
        if len(seen.notes) < MAX_NOTES:
            seen.notes.append(_text(event["t"]))
    elif kind == "path":
        seen.sys_path = tuple(_text(item, 4096) for item in _list(event["p"])[:500])
    else:
        _take_calls(seen, event, watched)


def _take_calls(seen: Seen, event: dict[str, object], watched: int) -> None:
    kind = event["e"]
    if kind == "profile":
        _take_profile(seen, event, watched)
    elif kind == "call":
        call = SeenCall(_count(event["s"]), _bytes(event["p"]), _bytes(event["t"]), _text(event["m"]))
        if call.slot >= 1000:
            raise _BadEventError("slot")
        seen.calls.setdefault(_index(event["f"], watched), {})[call.slot] = call
    elif kind == "seen":
        reasons = event["skipped"]
        if not isinstance(reasons, dict):
            raise _BadEventError("skipped")
        counts = {_text(key, 80): _count(count) for key, count in list(reasons.items())[:10]}
        seen.skipped[_index(event["f"], watched)] = counts
    else:
        raise _BadEventError("kind")


def _take_profile(seen: Seen, event: dict[str, object], watched: int) -> None:
    own, total = {}, {}
    for row in _list(event["counts"]):
        index, own_count, total_count = (_count(item) for item in _list(row))
        own[_index(index, watched)] = own_count
        total[index] = total_count
    seen.samples, seen.own, seen.total = _count(event["samples"]), own, total


def _text(value: object, limit: int = MAX_TEXT) -> str:
    if not isinstance(value, str):
        raise _BadEventError("text")
    return value[:limit]


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise _BadEventError("count")
    return value


def _index(value: object, watched: int) -> int:
    index = _count(value)
    if index >= watched:
        raise _BadEventError("index")
    return index


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise _BadEventError("seconds")
    return float(value)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise _BadEventError("list")
    return value


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(_text(value, MAX_LINE), validate=True)
    except binascii.Error as error:
        raise _BadEventError("base64") from error
