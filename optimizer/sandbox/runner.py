"""The trusted end of a runner: zygotes in sandboxes, and sessions forked from them.

One zygote has imported one version of one module (optimizer/languages/runners/serve.py). A session
is a process forked from it, with a socket of its own; it serves calls of one function.
"""

import json
import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from optimizer.domain.errors import SandboxError
from optimizer.domain.isolation import Bind, Command
from optimizer.languages.runners import frames

RUNNERS = Path(frames.__file__).parent
INSIDE = "/runners"
_ANSWER_LIMIT = 64_000_000


class Launcher(Protocol):
    """What starts a sandbox that stays: Bubblewrap, or Direct for trusted code."""

    def start(
        self,
        command: Command,
        stdin: int = ...,
        stdout: int = ...,
        stderr: int = ...,
        pass_fds: tuple[int, ...] = ...,
    ) -> "Box": ...


class Box(Protocol):
    @property
    def process(self) -> subprocess.Popen[bytes]: ...
    def cpu_ns(self) -> int: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Target:
    """What a zygote imports."""

    python: str  # interpreter, as seen inside
    binds: tuple[Bind, ...]  # the interpreter, the environment, the source tree
    module: str
    path: tuple[str, ...]  # sys.path inside
    sites: tuple[str, ...]  # site-packages folders inside
    directory: str
    pycache: str = ""  # prefix of compiled files inside; empty: none


class RunnerDiedError(Exception):
    """The process ended, or it spoke out of turn: what it was asked for has no answer."""


class RunnerTimeoutError(Exception):
    """No answer in time."""


class LoadError(Exception):
    """The module or the function is not to be had inside."""


class ImportFailedError(LoadError):
    """The module cannot be imported: nothing in it can be run."""


class Zygote:
    """A sandbox whose process has imported the module and waits to be forked."""

    def __init__(self, box: Box, control: socket.socket) -> None:
        self.box = box
        self.import_ns = 0  # CPU time until the module was imported
        self._control = control

    def fork(self, qualname: str, null: bool = False, shift: int = 0, seconds: float = 20.0) -> "Session":
        """A fresh session; raises LoadError when the function is not there.

        `shift` objects are allocated first, so that launches differ in where things lie."""
        nonce = secrets.token_hex(8)
        ours, theirs = socket.socketpair()
        fields = {"op": "fork", "qualname": qualname, "null": null, "shift": shift, "nonce": nonce}
        message = json.dumps(fields).encode()
        try:
            socket.send_fds(self._control, [message], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise RunnerDiedError(str(error)) from error
        finally:
            theirs.close()
        session = Session(self, ours)
        try:
            hello, _ = session.receive(nonce, seconds)
        except (RunnerDiedError, RunnerTimeoutError):
            session.close()
            raise
        if not hello.get("ok"):
            session.close()
            raise LoadError(str(hello.get("error")))
        pid = hello.get("pid")
        session.kind, session.pid = str(hello.get("kind")), pid if isinstance(pid, int) else 0
        return session

    def kill(self, pid: int) -> None:
        """Asks the zygote to end a session's process that no longer answers."""
        if pid > 1:
            try:
                self._control.sendall(json.dumps({"op": "kill", "pid": pid}).encode())
                self._control.settimeout(5.0)
                self._control.recv(1)
                self._control.settimeout(None)
            except OSError as error:
                raise RunnerDiedError(str(error)) from error

    def close(self) -> None:
        self._control.close()
        self.box.close()


class Session:
    """One forked process; frames carry a fresh nonce each way."""

    def __init__(self, zygote: Zygote, sock: socket.socket) -> None:
        self._zygote = zygote
        self._sock = sock
        self.kind = "plain"
        self.pid = 0

    def ask(
        self, op: str, blobs: Sequence[bytes] = (), seconds: float = 20.0, **fields: Any
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Sends one request and waits for its answer."""
        nonce = secrets.token_hex(8)
        self._send({"op": op, "nonce": nonce, **fields}, blobs, seconds)
        return self.receive(nonce, seconds)

    def ask_each(
        self, op: str, requests: Sequence[Mapping[str, Any]], seconds: Callable[[int], float]
    ) -> Iterator[tuple[dict[str, Any], list[bytes]]]:
        """All requests at once, then their answers one by one: nobody waits for the other side's next word.
        `seconds`: for each of the answers, by number. Requests have to be small, and no blobs are sent."""
        nonces = [secrets.token_hex(8) for _ in requests]
        for nonce, request in zip(nonces, requests, strict=True):
            self._send({"op": op, "nonce": nonce, **request}, (), 20.0)
        for number, nonce in enumerate(nonces):
            yield self.receive(nonce, seconds(number))

    def clock(
        self, op: str, blobs: Sequence[bytes] = (), seconds: float = 60.0, **fields: Any
    ) -> tuple[int, int]:
        """(wall, CPU) nanoseconds of one timed request, both read on this side."""
        wall, cpu, _ = self.timed(op, blobs, seconds, **fields)
        return wall, cpu

    def timed(
        self, op: str, blobs: Sequence[bytes] = (), seconds: float = 60.0, **fields: Any
    ) -> tuple[int, int, list[bytes]]:
        """As `clock`, and what was answered before the clock stopped."""
        nonce = secrets.token_hex(8)
        cpu = self._zygote.box.cpu_ns()
        began = time.perf_counter_ns()
        self._send({"op": op, "nonce": nonce, **fields}, blobs, seconds)
        answer, parts = self.receive(nonce, seconds)
        wall = time.perf_counter_ns() - began
        if not answer.get("ok"):
            raise RunnerDiedError(f"failed while timed: {answer.get('error')}")
        return wall, self._zygote.box.cpu_ns() - cpu, parts

    def _send(self, header: dict[str, Any], blobs: Sequence[bytes], seconds: float) -> None:
        self._sock.settimeout(seconds)
        try:
            frames.send(self._sock, header, blobs)
        except TimeoutError as error:
            raise RunnerTimeoutError from error
        except OSError as error:
            raise RunnerDiedError(str(error)) from error

    def receive(self, nonce: str, seconds: float) -> tuple[dict[str, Any], list[bytes]]:
        self._sock.settimeout(seconds)
        try:
            header, blobs = frames.receive(self._sock, _ANSWER_LIMIT)
        except TimeoutError as error:
            raise RunnerTimeoutError from error
        except (frames.FrameError, OSError) as error:
            raise RunnerDiedError(str(error)) from error
        if header.get("nonce") != nonce:
            raise RunnerDiedError("an answer to something else")
        return header, blobs

    def kill(self) -> None:
        """For a process that hangs: ended through its zygote."""
        self._zygote.kill(self.pid)
        self._sock.close()

    def close(self) -> None:
        """The process sees the end of its socket and exits."""
        self._sock.close()


def start_zygote(
    launcher: Launcher, target: Target, command: Command, hash_seed: int, overlay: Bind | None = None
) -> Zygote:
    """Starts a sandbox and imports the module; `overlay` puts a changed file over the original.

    `command` gives limits and core; raises LoadError when the import fails.
    """
    ours, theirs = socket.socketpair()
    environment = {
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PATH": f"{Path(target.python).parent}:/usr/bin:/bin",
        "HOME": "/tmp",
    }
    if target.pycache:
        environment["PYTHONPYCACHEPREFIX"] = target.pycache
    binds = (*target.binds, Bind(RUNNERS, INSIDE), *((overlay,) if overlay else ()))
    full = Command(
        argv=(target.python, "-S", "-s", f"{INSIDE}/serve.py", str(theirs.fileno())),
        binds=binds,
        environment=tuple(environment.items()),
        directory="/tmp",
        limits=command.limits,
        core=command.core,
    )
    # A file, not a pipe: nobody reads it while the module is imported, and it may say a lot.
    with tempfile.TemporaryFile() as stderr:
        try:
            box = launcher.start(full, pass_fds=(theirs.fileno(),), stderr=stderr.fileno())
        finally:
            theirs.close()
        try:
            return _greet(Zygote(box, ours), ours, target, command.limits.wall_seconds, stderr)
        except ImportFailedError as error:
            if stderr.tell() and not _starts(launcher, full):
                raise SandboxError(f"the sandbox does not start: {error}") from error
            raise


def _starts(launcher: Launcher, command: Command) -> bool:
    """Whether the sandbox and the interpreter do, without the target's code: what that says of itself on
    standard error may read like the complaint of a broken sandbox."""
    box = launcher.start(replace(command, argv=(command.argv[0], "-S", "-s", "-c", "")))
    try:
        return box.process.wait(20) == 0
    except subprocess.TimeoutExpired:
        return True  # slow, not broken
    finally:
        box.close()


def _greet(zygote: Zygote, sock: socket.socket, target: Target, seconds: float, stderr: BinaryIO) -> Zygote:
    session = Session(zygote, sock)
    try:
        answer, _ = session.ask(
            "hello",
            seconds=seconds,
            module=target.module,
            path=target.path,
            sites=target.sites,
            directory=target.directory,
        )
    except (RunnerDiedError, RunnerTimeoutError) as error:
        zygote.close()
        text = _last_line(stderr)
        raise ImportFailedError(f"the import ended the process or hung {text}".strip()) from error
    except BaseException:  # Ctrl-C while it is waited for
        zygote.close()
        raise
    if not answer.get("ok"):
        zygote.close()
        raise ImportFailedError(str(answer.get("error")))
    sock.settimeout(None)
    zygote.import_ns = zygote.box.cpu_ns()
    return zygote


def _last_line(stderr: BinaryIO) -> str:
    stderr.seek(max(0, stderr.seek(0, os.SEEK_END) - 1000))
    lines = stderr.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
