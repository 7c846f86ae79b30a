"""Feeds a process its input and reads its output, up to the limits."""

import contextlib
import selectors
import subprocess
import time
from typing import IO

from optimizer.domain.isolation import Limits

_CHUNK = 65536


def capture(process: subprocess.Popen[bytes], stdin: bytes, limits: Limits) -> tuple[bytes, bytes, bool]:
    """(stdout, stderr, whether it ended in time). Output beyond the limit is read and dropped,
    so that a talkative program neither blocks nor fills our memory."""
    deadline = time.monotonic() + limits.wall_seconds
    kept: dict[int, bytearray] = {}
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                kept[stream.fileno()] = bytearray()
                selector.register(stream, selectors.EVENT_READ)
        left = memoryview(stdin)
        if process.stdin is not None:
            selector.register(process.stdin, selectors.EVENT_WRITE)
        while selector.get_map():
            wait = deadline - time.monotonic()
            if wait <= 0:
                return (*_texts(process, kept), False)
            for key, events in selector.select(wait):
                if events & selectors.EVENT_WRITE:
                    left = _write(selector, process.stdin, left)
                else:
                    _read(selector, key, kept, limits.output_bytes)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(0.0, deadline - time.monotonic()))
    return (*_texts(process, kept), process.poll() is not None)


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
