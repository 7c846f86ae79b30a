"""What a scan tells of itself, counted, and shown as plain lines where stderr is no terminal."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from optimizer.cli.interrupts import stop_if_interrupted
from optimizer.cli.output import interval, note, speedup
from optimizer.domain.evidence import Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.results import FunctionResult

_EVERY = 10.0  # seconds between two plain lines of one stage


@dataclass(slots=True)
class Tally:
    """Counts of one scan; `budget` in seconds, 0 for none."""

    budget: float = 0.0
    clock: Callable[[], float] = time.monotonic
    done: int = 0  # functions judged
    total: int = 0  # functions worth judging
    refused: int = 0  # candidates
    accepted: int = 0  # functions with a winner
    current: str = ""  # label of the function in hand
    winners: list[FunctionResult] = field(default_factory=list)
    started: float = field(init=False)
    began: float | None = None  # when judging began

    def __post_init__(self) -> None:
        self.started = self.clock()

    def seconds_left(self) -> float | None:
        """From the pace so far; never more than the budget has left. None when nothing can be said."""
        now = self.clock()
        budget = max(0.0, self.budget - (now - self.started)) if self.budget else None
        if self.began is None or not self.done:
            return budget
        pace = (now - self.began) / self.done * (self.total - self.done)
        return pace if budget is None else min(pace, budget)

    def line(self) -> str:
        counts = f"{self.done}/{self.total} functions, {self.refused} candidates refused"
        left = self.seconds_left() if self.done < self.total else None
        ending = f", about {duration(left)} left" if left is not None else ""
        return f"{counts}, {self.accepted} accepted{ending}"


def duration(seconds: float) -> str:
    """Roughly, for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class View(Protocol):
    """Where progress is shown."""

    def begin(self, stage: str, detail: str) -> None: ...
    def update(self, tally: Tally) -> None: ...
    def line(self, text: str) -> None:
        """Something that stays to be read."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Progress:
    """Implements `optimizer.engine.Watcher`: counts, and hands on to a view."""

    tally: Tally
    view: View
    go_on: Callable[[], None] = stop_if_interrupted  # between steps; raises when it is over

    def stage(self, name: str, detail: str = "") -> None:
        self.go_on()
        self.view.begin(name, detail)

    def functions(self, done: int, total: int) -> None:
        self.go_on()
        if self.tally.began is None:
            self.tally.began = self.tally.clock()
        self.tally.done, self.tally.total = done, total
        self.view.update(self.tally)

    def judging(self, function: Function) -> None:
        self.tally.current = function.label
        self.view.update(self.tally)

    def evaluated(self, function: Function, evaluation: Evaluation) -> None:
        del function
        self.go_on()
        self.tally.refused += not evaluation.decision.accepted
        self.view.update(self.tally)

    def finished(self, result: FunctionResult) -> None:
        if result.winner:
            self.tally.accepted += 1
            self.tally.winners.append(result)
            self.view.line(f"accepted {result.function.label}: {gain(result)}")
        self.view.update(self.tally)

    def note(self, text: str) -> None:
        self.view.line(f"note: {text}")


def gain(result: FunctionResult) -> str:
    found = result.reported
    if found is None:
        return "faster"
    return f"{speedup(found.estimate)} ({interval(found.low, found.high)})"


@dataclass(slots=True)
class Lines:
    """One line a stage, one for what stays, one every ten seconds at most; no control characters."""

    clock: Callable[[], float] = time.monotonic
    printed: float = 0.0

    def begin(self, stage: str, detail: str) -> None:
        self.line(f"{stage}: {detail}" if detail else stage)

    def update(self, tally: Tally) -> None:
        if tally.total and self.clock() - self.printed >= _EVERY:
            self.line(tally.line())

    def line(self, text: str) -> None:
        self.printed = self.clock()
        note(" ".join(text.splitlines()))

    def close(self) -> None:
        pass


class Nothing:
    """For --quiet."""

    def begin(self, stage: str, detail: str) -> None:
        pass

    def update(self, tally: Tally) -> None:
        pass

    def line(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


def view_for_stderr(quiet: bool) -> View:
    if quiet:
        return Nothing()
    if not sys.stderr.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return Lines()
    from optimizer.cli.live import Live  # noqa: PLC0415 - start-up time

    return Live()
