"""What is asked of a sandbox, and what comes back."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    memory_mb: int = 2048
    wall_seconds: float = 60.0
    cpu_seconds: int = 60
    processes: int = 64
    file_mb: int = 256  # largest single file
    scratch_mb: int = 512  # size of the private /tmp
    disk_mb: int = 2048  # written into writable binds
    output_bytes: int = 4_000_000  # of stdout and of stderr; the rest is dropped


@dataclass(frozen=True, slots=True)
class Bind:
    source: Path  # on this machine
    target: str  # inside
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One program to run inside. Nothing of this process's environment or files is in there
    but the system's read-only folders and what `binds` names."""

    argv: tuple[str, ...]
    binds: tuple[Bind, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    directory: str = "/tmp"
    limits: Limits = Limits()
    network: bool = False  # only for the step that installs dependencies
    core: int | None = None  # pin to this CPU


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended by itself, or was ended at a limit: both are results."""

    code: int  # exit status; negative: the signal that ended it
    stdout: bytes = field(repr=False)
    stderr: bytes = field(repr=False)
    seconds: float
    timed_out: bool = False
    out_of_memory: bool = False
    out_of_disk: bool = False
