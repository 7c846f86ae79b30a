"""Feeds a process its input and reads its output, up to the limits."""

import contextlib
import selectors
import subprocess
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import IO

from optimizer.domain.isolation import Limits
from optimizer.sandbox import disk

_CHUNK = 65536


class End(Enum):
    """Why there is nothing more to come."""

    ITSELF = auto()
    TIME = auto()
    DISK = auto()


def capture(
    process: subprocess.Popen[bytes], stdin: bytes, limits: Limits, full: Callable[[], bool] = lambda: False
) -> tuple[bytes, bytes, End]:
    """(stdout, stderr, end). Output beyond the limit is read and dropped, so that a talkative program
    neither blocks nor fills our memory. `full` is asked now and then whether it wrote too much to disk."""
    kept: dict[int, bytearray] = {}
    end = _feed(process, stdin, limits, full, kept)
    return (*_texts(process, kept), end)


def _feed(
    process: subprocess.Popen[bytes],
    stdin: bytes,
    limits: Limits,
    full: Callable[[], bool],
    kept: dict[int, bytearray],
) -> End:
    deadline = time.monotonic() + limits.wall_seconds
    look = time.monotonic() + disk.SECONDS
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                kept[stream.fileno()] = bytearray()
                selector.register(stream, selectors.EVENT_READ)
        left = memoryview(stdin)
        if process.stdin is not None:
            selector.register(process.stdin, selectors.EVENT_WRITE)
        while selector.get_map() or process.poll() is None:
            now = time.monotonic()
            if now >= deadline:
                return End.TIME
            if now >= look:
                look = now + disk.SECONDS
                if full():
                    return End.DISK
            wait = min(deadline, look) - now
            if not selector.get_map():
                _wait_for(process, wait)
                continue
            for key, events in selector.select(wait):
                if events & selectors.EVENT_WRITE:
                    left = _write(selector, process.stdin, left)
                else:
                    _read(selector, key, kept, limits.output_bytes)
    return End.ITSELF


def _wait_for(process: subprocess.Popen[bytes], seconds: float) -> None:
    """It has closed its outputs and goes on."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(0.0, seconds))


def _write(selector: selectors.BaseSelector, stream: IO[bytes] | None, left: memoryview) -> memoryview:
    assert stream is not None
    try:
        sent = stream.raw.write(left[:_CHUNK]) if left else 0  # type: ignore[attr-defined]  # unbuffered
    except BrokenPipeError:
        left = left[:0]
        sent = 0
    left = left[sent or 0 :]
    if not left:
        selector.unregister(stream)
        with contextlib.suppress(BrokenPipeError):
            stream.close()
    return left


def _read(
    selector: selectors.BaseSelector, key: selectors.SelectorKey, kept: dict[int, bytearray], most: int
) -> None:
    chunk = key.fileobj.raw.read(_CHUNK)  # type: ignore[union-attr]  # a buffered pipe
    if not chunk:
        selector.unregister(key.fileobj)
        return
    buffer = kept[key.fd]
    buffer += chunk[: max(0, most - len(buffer))]


def _texts(process: subprocess.Popen[bytes], kept: dict[int, bytearray]) -> tuple[bytes, bytes]:
    return tuple(bytes(kept[s.fileno()]) if s else b"" for s in (process.stdout, process.stderr))  # type: ignore[return-value]
