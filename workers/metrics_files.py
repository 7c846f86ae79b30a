"""Metrics of a worker with several processes: each counts in files of its own, the parent adds them up.

The files lie in a folder of the worker under the home. It is locked for as long as any of the processes
lives: so whoever starts next can tell which folders are left over, whatever the others died of.
"""

import fcntl
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # where the client library looks, in this process and its children
_KINDS = ("counter", "histogram")  # of metrics; what the dead counted stays in both
_NOBODY = 0  # stands for a process in the name of the file that keeps what the dead had counted
_ROOM = 256 * 1024  # bytes of a file: some hundred series take a few ten thousand


def prepare(home: Path, name: str) -> Path:
    """A fresh folder for the worker of that name; removes those that nobody uses any more.

    Once a process, before its metrics are made and its children are forked.
    """
    folders = home / "metrics"
    folders.mkdir(parents=True, exist_ok=True)
    with _held(folders / "lock", fcntl.LOCK_EX):
        for folder in folders.iterdir():
            if folder.is_dir():
                _remove_unused(folder)
        mine = Path(tempfile.mkdtemp(prefix=f"{re.sub(r'[^A-Za-z0-9.@-]', '-', name)}.", dir=folders))
        _lock(mine / "lock", fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go when the last of us has ended
    os.environ[_VARIABLE] = str(mine)
    return mine


def folder_in_use() -> Path | None:
    """The one that was prepared for this process, or for its parent."""
    return Path(os.environ[_VARIABLE]) if os.environ.get(_VARIABLE) else None


@dataclass
class Room:
    """On the disk, for what a process counts. Its files are memory: were there none left for them, the next
    count would kill the process."""

    folder: Path
    _process: int = 0  # that has its own

    def take(self) -> None:
        """Raises OSError, each time, until there is some."""
        process = os.getpid()
        if self._process != process:
            for kind in _KINDS:
                _empty(self.folder / f"{kind}_{process}.db")
            self._process = process


class Gathered(Collector):
    """The sums over all processes that count in a folder, the dead included."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._one_at_a_time = threading.Lock()  # while files are folded, sums would count some twice

    def collect(self) -> Iterable[Metric]:
        with self._one_at_a_time:
            for kind in _KINDS:
                _fold(self.folder, kind)
            collector = MultiProcessCollector(None, str(self.folder))
            return sorted(collector.collect(), key=lambda metric: metric.name)


def _fold(folder: Path, kind: str) -> None:
    """Into one file what dead processes counted: were theirs removed, counters would go down; were they
    kept, a worker of months would read thousands."""
    dead = [path for path in folder.glob(f"{kind}_*.db") if not _alive(_process(path))]
    kept = folder / f"{kind}_{_NOBODY}.db"
    if not dead:
        return
    before = [kept] if kept.exists() else []
    sums = MultiProcessCollector.merge([str(path) for path in (*dead, *before)], accumulate=False)
    try:
        _empty(folder / "sums")
    except OSError:  # another time
        return
    _write(folder / "sums", sums)
    (folder / "sums").replace(kept)
    for path in dead:
        path.unlink()


def _empty(path: Path) -> None:
    """As the client library would begin it; nobody sees it before its room is taken. Raises OSError."""
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, _ROOM)
        unfinished.replace(path)
    finally:
        os.close(descriptor)
        unfinished.unlink(missing_ok=True)


def _write(path: Path, metrics: Iterable[Metric]) -> None:
    written = MmapedDict(str(path))
    for metric in metrics:
        for sample in metric.samples:
            names, given = [*sample.labels], [*sample.labels.values()]
            key = mmap_key(metric.name, sample.name, names, given, metric.documentation)
            written.write_value(key, sample.value, 0.0)
    written.close()


def _process(path: Path) -> int:
    return int(path.stem.rpartition("_")[2])


def _alive(process: int) -> bool:
    if process == _NOBODY:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's now: ours has gone
        return False
    return True


def _remove_unused(folder: Path) -> None:
    try:
        with _held(folder / "lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(folder)
    except BlockingIOError:
        pass


@contextmanager
def _held(path: Path, how: int) -> Iterator[None]:
    descriptor = _lock(path, how)
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path, how: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
