"""The live progress display, for a stderr that is a terminal."""

import os
import sys
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.text import Text

from optimizer.cli.output import visible
from optimizer.cli.progress import Lines, Nothing, Tally, View

_TIMED = "judge"  # the stage that measures
_NARROW = 40  # columns for the name of the function in hand


def view_for_stderr(quiet: bool) -> View:
    if quiet:
        return Nothing()
    terminal = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    return Live() if terminal else Lines()


@dataclass(slots=True)
class Live:
    """One line at the bottom of the terminal; what stays to be read scrolls by above it.

    While functions are timed it is drawn only when something happened: a thread that draws would
    take turns with the one that reads the clock.
    """

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    bar: Progress | None = None
    task: TaskID | None = None
    stage: str = ""

    def begin(self, stage: str, detail: str) -> None:
        self.close()
        self.stage = stage
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            *((BarColumn(bar_width=20),) if stage == _TIMED else ()),
            TextColumn("{task.fields[counts]}", markup=False),
        )
        self.bar = Progress(
            *columns, console=self.console, transient=True, auto_refresh=stage != _TIMED, refresh_per_second=4
        )
        self.task = self.bar.add_task(stage, total=None, counts=visible(detail))
        self.bar.start()

    def update(self, tally: Tally) -> None:
        if self.bar is None or self.task is None or self.stage != _TIMED:
            return
        name = visible(tally.current)
        if len(name) > _NARROW:
            name = f"…{name[1 - _NARROW :]}"
        text = f"{tally.line()} · {name}" if name else tally.line()
        self.bar.update(self.task, completed=tally.done, total=tally.total or None, counts=text)
        self.bar.refresh()

    def line(self, text: str) -> None:
        self.console.print(Text(visible(" ".join(text.splitlines()))), soft_wrap=True)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
