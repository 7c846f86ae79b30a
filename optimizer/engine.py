"""What a scan is given, and what it tells: values and ports, wired in bootstrap.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from optimizer.bench.protocol import Protocol as Timing
from optimizer.domain.evidence import Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.jobs import FunnelRow, Job
from optimizer.domain.patches import Patch
from optimizer.domain.results import FunctionResult
from optimizer.domain.settings import Settings
from optimizer.ports import Expert, Sandbox, Store
from optimizer.sandbox.runner import Launcher


class FullSandbox(Sandbox, Launcher, Protocol):
    """Runs programs to their end, and starts ones that stay."""

    def check(self) -> None:
        """Raises SandboxError when it does not work on this machine."""
        ...


class Watcher(Protocol):
    """Is told of the progress of a scan; shows it, or does not."""

    def stage(self, name: str, detail: str = "") -> None:
        """A new stage began."""
        ...

    def functions(self, done: int, total: int) -> None:
        """So many of the functions worth trying are done."""
        ...

    def judging(self, function: Function) -> None: ...
    def evaluated(self, function: Function, evaluation: Evaluation) -> None: ...
    def finished(self, result: FunctionResult) -> None: ...
    def note(self, text: str) -> None:
        """Something a person should know: skipped files, failing tests, fallbacks."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for."""

    resume: bool = False  # go on with the repository's interrupted job
    publish: bool = True  # False for a dry run: no branch is made


@dataclass(frozen=True, slots=True)
class Engine:
    store: Store
    sandbox: FullSandbox
    experts: Sequence[Expert]
    settings: Settings
    home: Path
    core: int | None = None  # reserved for what is timed
    timing: Timing = field(default_factory=Timing)
    remarks: tuple[str, ...] = ()  # for people: on this machine's calibration, on experts that are absent


@dataclass(frozen=True, slots=True)
class Report:
    job: Job
    patches: Sequence[Patch]
    funnel: Sequence[FunnelRow]
    unchanged: bool = False  # an earlier job had tried everything: nothing was run
