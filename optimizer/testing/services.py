"""Programs that run beside a test, and are started again when they die, as docker compose would."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 60.0


@dataclass
class Service:
    """One program in a process group of its own. It ends with us, even when we are killed."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    directory: Path | None = None
    ready: Callable[[], bool] = lambda: True
    starts: int = 0
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.command],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment, cwd=self.directory,
                start_new_session=True,
            )  # fmt: skip
        self.starts += 1

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Raises TimeoutError, with what it said last."""
        end = time.monotonic() + seconds
        while not self.ready():
            if time.monotonic() > end or not self.alive:
                raise TimeoutError(f"{self.name} did not start: {self.said()}")
            time.sleep(0.02)

    def said(self) -> str:
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return lines[-1] if lines else "it said nothing"

    def kill(self) -> None:
        """All of it, at once, without a word."""
        self._signal(signal.SIGKILL)

    def stop(self, seconds: float = START_SECONDS, number: int = signal.SIGTERM) -> int:
        """In good order; its exit code."""
        assert self._process is not None
        if self.alive:
            self._process.send_signal(number)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return
        self._process.wait()


@dataclass
class Supervisor:
    """Starts again what died, after a moment: `restart: unless-stopped`."""

    services: Sequence[Service]
    pause: float = 0.3
    _over: threading.Event = field(default_factory=threading.Event, repr=False)
    _held: set[str] = field(default_factory=set)
    _thread: threading.Thread | None = field(default=None, repr=False)

    def __enter__(self) -> "Supervisor":
        for service in self.services:
            service.start()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
        for service in self.services:
            service.kill()

    def __getitem__(self, name: str) -> Service:
        return next(service for service in self.services if service.name == name)

    def hold(self, name: str) -> None:
        """From now on it is not started again."""
        self._held.add(name)

    def _watch(self) -> None:
        while not self._over.wait(self.pause):
            for service in self.services:
                if not service.alive and service.name not in self._held:
                    service.start()
