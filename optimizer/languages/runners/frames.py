"""Length-prefixed frames between the trusted side and the sandbox, over a socket.

    8 bytes   length of the header, length of all the blobs (big-endian, 4 each)
    header    a JSON object; "sizes" lists the blobs' lengths, "nonce" answers the request's
    blobs     raw bytes, one after the other

Used on both sides. Nothing is ever unpickled; a frame beyond the limit is an error, not an allocation.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

_PREFIX = struct.Struct(">II")
HEADER_LIMIT = 1_000_000


class FrameError(Exception):
    """The other side closed, or what it sent is not a frame."""


def send(sock: socket.socket, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    text = json.dumps({**header, "sizes": [len(blob) for blob in blobs]}, separators=(",", ":")).encode()
    sock.sendall(_PREFIX.pack(len(text), sum(map(len, blobs))) + text + b"".join(blobs))


def receive(sock: socket.socket, limit: int = 64_000_000) -> tuple[dict[str, Any], list[bytes]]:
    """(header, blobs); raises FrameError, and whatever the socket raises (timeouts)."""
    header_size, blobs_size = _PREFIX.unpack(_exactly(sock, _PREFIX.size))
    if header_size > HEADER_LIMIT or blobs_size > limit:
        raise FrameError("a frame beyond the limit")
    try:
        header = json.loads(_exactly(sock, header_size))
    except (ValueError, RecursionError) as error:
        raise FrameError("not a frame") from error
    sizes = header.get("sizes") if isinstance(header, dict) else None
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise FrameError("not a frame")
    if sum(sizes) != blobs_size:
        raise FrameError("sizes that do not add up")
    data, at = _exactly(sock, blobs_size), 0
    blobs = []
    for size in sizes:
        blobs.append(data[at : at + size])
        at += size
    return header, blobs


def _exactly(sock: socket.socket, count: int) -> bytes:
    chunks: list[bytes] = []
    left = count
    while left:
        chunk = sock.recv(min(left, 1 << 20))
        if not chunk:
            raise FrameError("closed")
        chunks.append(chunk)
        left -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
