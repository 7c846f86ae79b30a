"""How much a running sandbox writes into the folders of this machine that it may write to.

The kernel limits the size of one file, not their number, and quotas are rarely set up.
"""

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.domain.isolation import Limits

SECONDS = 0.25  # between two looks
_FILES_A_MB = 200


@dataclass(slots=True)
class DiskWatch:
    """A look costs one system call a folder, until a file system has lost as much as is allowed: only then
    are the folders walked, to see whose doing it is."""

    folders: Sequence[Path]
    limits: Limits
    _began: float = field(default_factory=time.time)
    _free: list[os.statvfs_result] = field(default_factory=list)
    _seen: int = 0  # bytes already known to be others'

    def __post_init__(self) -> None:
        self._free = [os.statvfs(folder) for folder in self.folders]

    def exceeded(self) -> bool:
        return any(self._beyond(folder, was) for folder, was in zip(self.folders, self._free, strict=True))

    def _beyond(self, folder: Path, was: os.statvfs_result) -> bool:
        now = os.statvfs(folder)
        free, before = now.f_bavail * now.f_frsize, was.f_bavail * was.f_frsize
        most = min(self.limits.disk_mb << 20, before // 2)
        files = min(self.limits.disk_mb * _FILES_A_MB, was.f_favail // 2) if was.f_favail else 0
        if before - free - self._seen < most and (not files or was.f_favail - now.f_favail < files):
            return False
        if free < before // 4:
            return True  # whoever it was: files that have no name any more are not found by walking
        written = self._written(most, files)
        self._seen = max(self._seen, before - free - written)
        return written > most

    def _written(self, most: int, files: int) -> int:
        """Bytes of what changed since the start; more than `most` where there are too many files."""
        total = 0
        for number, size in enumerate(self._changed()):
            total += size
            if total > most or (files and number > files):
                return most + 1
        return total

    def _changed(self) -> Iterator[int]:
        """Changed by the inode's own time, which nobody inside can set."""
        for top in self.folders:
            for folder, _, names in os.walk(top):
                for name in (".", *names):
                    with contextlib.suppress(OSError):
                        found = os.lstat(Path(folder, name))
                        if found.st_ctime > self._began:
                            yield found.st_blocks * 512
