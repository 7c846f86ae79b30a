"""What is printed: JSON and tables on stdout, notes on stderr.

Much of it comes out of other people's repositories, so control characters never reach a terminal.
"""

import json
import math
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from optimizer.domain.jobs import FunnelRow, Job
from optimizer.domain.patches import Patch
from optimizer.stages.wording import share

PIPE_CLOSED = 141  # as a shell reports a program that SIGPIPE ended
_WIDE = 10_000  # columns where there is no terminal: nothing is cut or wrapped


def write(text: str) -> None:
    """To stdout, at once. Ends the program when whoever read it has gone."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE_CLOSED)


def line(text: str) -> None:
    write(visible(text) + "\n")


def block(text: str) -> None:
    """Text of several lines: byte for byte into a pipe or a file, harmless on a terminal."""
    text = visible(text) if sys.stdout.isatty() else text
    write(text if text.endswith("\n") else f"{text}\n")


def note(text: str, quiet: bool = False) -> None:
    """One line on stderr."""
    if not quiet:
        sys.stderr.write(visible(text) + "\n")
        sys.stderr.flush()


def visible(text: str) -> str:
    """Control characters, and what turns the direction of writing, as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs"):
        return character
    return character.encode("unicode_escape").decode("ascii")


def emit_json(value: object) -> None:
    write(json.dumps(_plain(value), indent=2) + "\n")


def _plain(value: object) -> Any:
    """For JSON, which knows neither dates nor NaN."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], heading: str = "") -> None:
    """Aligned columns; as wide as they need to be when stdout is not a terminal."""
    from rich.console import Console  # noqa: PLC0415 - start-up time
    from rich.table import Table  # noqa: PLC0415 - start-up time
    from rich.text import Text  # noqa: PLC0415 - start-up time

    terminal = sys.stdout.isatty()
    console = Console(force_terminal=terminal, width=None if terminal else _WIDE, highlight=False)
    drawn = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(visible(_cell(value))) for value in row))
    with console.capture() as captured:
        if heading:
            console.print(Text(f"\n{heading}", style="bold"))
        console.print(drawn)
    write(_trimmed(captured.get()))


def _trimmed(text: str) -> str:
    return "".join(f"{row.rstrip()}\n" for row in text.splitlines())


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def job_data(job: Job) -> dict[str, object]:
    """Without the settings: `config show` has them, and they may name the database."""
    data = asdict(job)
    del data["settings"]
    return data


def patch_data(patch: Patch) -> dict[str, object]:
    return asdict(patch)


def funnel_data(rows: Sequence[FunnelRow]) -> list[dict[str, object]]:
    return [asdict(row) for row in rows]


def speedup(estimate: float) -> str:
    return f"{estimate:.2f}x"


def impact(value: float | None) -> str:
    """Of the tests' time; empty where it is not known."""
    return "" if value is None else share(value)


def interval(low: float, high: float) -> str:
    return f"{low:.2f} to {high:.2f}"


def patches_table(patches: Sequence[Patch], heading: str = "") -> None:
    columns = ("patch", "state", "function", "impact", "speed-up", "99 % interval", "branch")
    table(columns, [_patch_row(one) for one in patches], heading)


def _patch_row(patch: Patch) -> tuple[object, ...]:
    ratio, within = speedup(patch.speedup), interval(patch.low, patch.high)
    return patch.id, patch.state, patch.function, impact(patch.impact), ratio, within, patch.branch


def funnel_table(rows: Sequence[FunnelRow], heading: str) -> None:
    table(("unit", "stage", "reason", "count"), [(r.unit, r.stage, r.reason, r.count) for r in rows], heading)
