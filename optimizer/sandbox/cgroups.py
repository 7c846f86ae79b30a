"""Memory and process limits, and CPU time, of one sandbox: cgroup v1, v2, or none at all.

Rlimits do not bind root and count per user; cgroups bind the whole sandbox. Where none can be made
(an ordinary user without delegation, most containers) the rlimits of the launcher remain, `doctor`
says so, and CPU time is summed over the process tree instead.
"""

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from optimizer.domain.isolation import Limits

_ROOT = Path("/sys/fs/cgroup")
_NAME = "optimizer"
_V1 = ("memory", "pids", "cpuacct")
_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Cgroup:
    """The folders of one sandbox: one of version 2, one a controller of version 1, or none."""

    folders: tuple[Path, ...]

    @property
    def joins(self) -> tuple[str, ...]:
        """Files to which a process writes 0 in order to enter."""
        return tuple(str(folder / "cgroup.procs") for folder in self.folders)

    def cpu_ns(self) -> int | None:
        """CPU time of everything that ever ran in the sandbox, nanoseconds."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                if folder.is_relative_to(_ROOT / "cpuacct"):
                    return int((folder / "cpuacct.usage").read_bytes())
                if not folder.is_relative_to(_ROOT / "memory") and not folder.is_relative_to(_ROOT / "pids"):
                    return int((folder / "cpu.stat").read_bytes().split()[1]) * 1000
        return None

    def out_of_memory(self) -> bool:
        for folder in self.folders:
            for name in ("memory.oom_control", "memory.events"):
                with contextlib.suppress(OSError, ValueError):
                    fields = (folder / name).read_text().split()
                    if int(fields[fields.index("oom_kill") + 1]):
                        return True
        return False

    def close(self) -> None:
        """Kills what is left inside and removes the folders."""
        for folder in self.folders:
            for _ in range(50):
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                _kill_all(folder)
                time.sleep(0.002)


def _kill_all(folder: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        for pid in map(int, (folder / "cgroup.procs").read_text().split()):
            if pid > 0:  # 0: in another PID namespace, and for os.kill our own process group
                os.kill(pid, 9)


def sweep() -> None:
    """Ends and removes what a killed process of ours left behind: nothing else would ever do so."""
    for folder in _folders("*-*-*"):
        owner = folder.name.rpartition("-")[0]
        if owner != _identity(owner.partition("-")[0]):
            Cgroup((folder,)).close()


def remove_own() -> None:
    """Ends and removes all that this process made and did not close."""
    for folder in _folders(f"{_identity(os.getpid())}-*"):
        Cgroup((folder,)).close()


def _folders(pattern: str) -> Iterator[Path]:
    for parent in (_ROOT / _NAME, *(_ROOT / name / _NAME for name in _V1)):
        if os.access(parent, os.W_OK):
            yield from list(parent.glob(pattern))


def _identity(pid: int | str) -> str:
    """Of a process: its id and when it started, since ids are used again; empty when it is gone."""
    with contextlib.suppress(OSError, IndexError):
        # After the name, which may hold anything: state is the first field, the start time the twentieth.
        return f"{pid}-{Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[19]}"
    return ""


def version() -> int:
    """2, 1, or 0 where no cgroup can be made by this process."""
    if os.access(_ROOT / "cgroup.subtree_control", os.W_OK):
        with contextlib.suppress(OSError):
            (_ROOT / _NAME).mkdir(exist_ok=True)
            for level in (_ROOT, _ROOT / _NAME):
                (level / "cgroup.subtree_control").write_text("+memory +pids +cpu")
            return 2
        return 0
    return 1 if all(os.access(_ROOT / name, os.W_OK) for name in _V1) else 0


def create(kind: int, limits: Limits) -> Cgroup:
    """A fresh cgroup of the given version with the limits set; an empty one for version 0."""
    name = f"{_identity(os.getpid())}-{next(_serial)}"
    memory = limits.memory_mb * 1024 * 1024
    if kind == 2:
        folder = _ROOT / _NAME / name
        values = {"memory.max": memory, "memory.swap.max": 0, "pids.max": limits.processes}
        return Cgroup((_make(folder, values),))
    if kind == 1:
        settings: tuple[dict[str, int], ...] = (
            {"memory.limit_in_bytes": memory},
            {"pids.max": limits.processes},
            {},
        )
        return Cgroup(tuple(_make(_ROOT / c / _NAME / name, s) for c, s in zip(_V1, settings, strict=True)))
    return Cgroup(())


def _make(folder: Path, values: dict[str, int]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        with contextlib.suppress(FileNotFoundError):  # swap accounting may be off
            (folder / name).write_text(str(value))
    return folder
