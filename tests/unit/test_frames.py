"""Frames between the trusted side and the sandbox: whole, or an error of one kind."""

import json
import socket
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.languages.runners import frames

HEADERS = st.dictionaries(
    st.text(max_size=5).filter(lambda key: key != "sizes"), st.integers() | st.text(max_size=9), max_size=4
)


def received(data: bytes, limit: int = 1000) -> tuple[dict[str, Any], list[bytes]]:
    """What is made of the bytes when nothing follows them."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        return frames.receive(ours, limit)


def packed(header: object, blobs: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack(">II", len(text), len(blobs)) + text + blobs


@given(HEADERS, st.lists(st.binary(max_size=50), max_size=5))
def test_what_is_sent_is_received(header: dict[str, Any], blobs: list[bytes]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frames.send(theirs, header, blobs)
        found, parts = frames.receive(ours)
    assert ({key: found[key] for key in found if key != "sizes"}, parts) == (header, blobs)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_no_frame(data: bytes) -> None:
    with pytest.raises(frames.FrameError):
        received(data)


@pytest.mark.parametrize(
    "header",
    [
        5,
        "text",
        None,
        [],
        ["sizes"],
        {},
        {"sizes": None},
        {"sizes": 5},
        {"sizes": "3"},
        {"sizes": {"3": 3}},
        {"sizes": [2]},
        {"sizes": [4, -1]},
        {"sizes": [3.0]},
        {"sizes": [True, True, True]},
        {"sizes": [[3]]},
        {"sizes": [2**70]},
    ],
    ids=json.dumps,
)
def test_a_header_that_does_not_fit_its_blobs_is_no_frame(header: object) -> None:
    with pytest.raises(frames.FrameError):
        received(packed(header, b"abc"))


def test_a_header_nested_too_deeply_is_no_frame() -> None:
    text = b"[" * 200_000
    with pytest.raises(frames.FrameError):
        received(struct.pack(">II", len(text), 0) + text)


@pytest.mark.parametrize("sizes", [(frames.HEADER_LIMIT + 1, 0), (10, 1001), (2**32 - 1, 2**32 - 1)])
def test_a_frame_beyond_the_limit_is_refused_before_it_is_read(sizes: tuple[int, int]) -> None:
    with pytest.raises(frames.FrameError, match="limit"):
        received(struct.pack(">II", *sizes))


def test_a_frame_that_is_cut_short_is_no_frame() -> None:
    whole = packed({"sizes": [3]}, b"abc")
    for length in range(len(whole)):
        with pytest.raises(frames.FrameError):
            received(whole[:length])
