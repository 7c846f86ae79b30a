"""The live progress display, for a stderr that is a terminal."""

from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live as Display
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from optimizer.cli.output import visible
from optimizer.cli.progress import Tally

_TIMED = "judge"  # the stage that measures


@dataclass(slots=True)
class Live:
    """Two lines at the bottom of the terminal; what stays to be read scrolls by above them.

    While functions are timed they are drawn only when something happened: a thread that draws would
    take turns with the one that reads the clock.
    """

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    display: Display | None = None
    stage: str = ""
    detail: str = ""
    tally: Tally | None = None
    spinner: Spinner = field(default_factory=lambda: Spinner("dots"))

    def begin(self, stage: str, detail: str) -> None:
        self.close()
        self.stage, self.detail = stage, detail
        self.display = Display(
            console=self.console,
            get_renderable=self.drawn,
            auto_refresh=stage != _TIMED,
            refresh_per_second=4,
            transient=True,
        )
        self.display.start(refresh=True)

    def update(self, tally: Tally) -> None:
        self.tally = tally
        if self.display is not None and self.stage == _TIMED:
            self.display.refresh()

    def line(self, text: str) -> None:
        self.console.print(Text(visible(" ".join(text.splitlines()))), soft_wrap=True)

    def close(self) -> None:
        if self.display is not None:
            self.display.stop()
            self.display = None

    def drawn(self) -> RenderableType:
        tally = self.tally
        if self.stage != _TIMED or tally is None or not tally.total:
            return self._row(_one_line(self.detail))
        bar = ProgressBar(total=tally.total, completed=tally.done, width=16)
        return Group(self._row(bar, _one_line(tally.line())), _one_line(f"  {tally.current}", "dim"))

    def _row(self, *parts: RenderableType) -> Table:
        row = Table.grid(padding=(0, 1))
        for _ in range(len(parts) + 2):
            row.add_column(no_wrap=True)
        row.add_row(self.spinner, Text(self.stage), *parts)
        return row


def _one_line(text: str, style: str = "") -> Text:
    return Text(visible(" ".join(text.splitlines())), style=style, no_wrap=True, overflow="ellipsis")
