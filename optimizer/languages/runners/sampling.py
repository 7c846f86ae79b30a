"""Which watched functions the tests spend their CPU time in. Runs inside the sandbox; standard library only.

A timer that counts CPU time interrupts the main thread; the handler walks up its stack. The tests see
nothing of it but a cost of about one per cent.
"""

from __future__ import annotations

import os
import signal
import types
from typing import Any

INTERVAL = 0.002  # seconds of CPU time
DEPTH = 300  # frames looked at, from the innermost


class Sampler:
    """`watch`: [path, first line, name] each; counts are by their position in it."""

    def __init__(self, watch: list[list[Any]]) -> None:
        self.samples = 0
        self.own: dict[int, int] = {}
        self.total: dict[int, int] = {}
        self.paths: dict[str, str] = {}
        self.names: dict[str, dict[tuple[str, int], int]] = {}
        for index, (path, line, name) in enumerate(watch):
            self.names.setdefault(name, {})[path, line] = index

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def event(self) -> dict[str, Any]:
        """All counts so far: the last such event is the one that counts."""
        pairs = [[index, self.own.get(index, 0), count] for index, count in self.total.items()]
        return {"e": "profile", "samples": self.samples, "counts": pairs}

    def _sample(self, _signal: int, frame: types.FrameType | None) -> None:
        self.samples += 1
        innermost = True
        seen = set()
        for _ in range(DEPTH):
            if frame is None:
                return
            index = self._index(frame.f_code)
            if index is not None and index not in seen:
                seen.add(index)
                self.total[index] = self.total.get(index, 0) + 1
                if innermost:
                    self.own[index] = self.own.get(index, 0) + 1
            if not frame.f_code.co_name.startswith("<"):  # comprehensions count as their function
                innermost = False
            frame = frame.f_back

    def _index(self, code: types.CodeType) -> int | None:
        here = self.names.get(code.co_name)
        if here is None:
            return None
        path = self.paths.get(code.co_filename)
        if path is None:
            path = self.paths[code.co_filename] = os.path.realpath(code.co_filename)
        return here.get((path, code.co_firstlineno))
